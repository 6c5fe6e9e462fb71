/// @file
/// Some cells of a population, and one cell.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/network/Group.hpp"

namespace ranvier {

/// Cells of one population in its order (or backwards, for slices with a negative step); a handle.
///
///     p[{0, 2, 4}]          a list, sorted and without repetitions; negative: from the end
///     p[slice(0, 10)]       a range; p[slice(0, {}, 2)] every second cell
///     p[mask]               std::vector<bool>, one per cell
///     p[slice(5, 50)][3]    the cell at place 3 of the view: cell 8 of p
///     p.sample(10)          ten cells at random, each at most once
class PopulationView : public Group {
public:
    /// @throws ParameterError for an index outside, a mask of another length. @local
    template <std::integral I>
    Cell           operator[](I index) const;
    PopulationView operator[](const Slice& slice) const;
    PopulationView operator[](std::initializer_list<std::ptrdiff_t> indices) const;
    PopulationView operator[](const std::vector<bool>& mask) const;
    template <std::integral I>
    requires(!std::same_as<I, bool>) PopulationView operator[](const std::vector<I>& indices
    ) const {
        return view_of_list({indices.begin(), indices.end()});
    }

    /// `count` members, drawn without replacement, in index order; other ones at every call.
    /// @local All ranks must call it alike. @throws ParameterError if there are not as many
    PopulationView sample(std::size_t count) const;
    /// The same with PyNN's numbers: the first `count` of `rng.permutation(size())`, in index
    /// order.
    /// @local All ranks must call it alike. @note Time and memory for all members.
    PopulationView sample(std::size_t count, NumpyRNG rng) const;

    std::string_view celltype() const { return record().group->model(); }

    /// Indices in the population of the members at these places. @local
    std::vector<std::size_t> index_in_population(const std::vector<std::size_t>& places) const;

    using Group::record;
    const network::PopulationRecord& record() const { return members_.population(0); }

protected:
    friend class Group;
    friend class Assembly;
    PopulationView(network::Network* network, network::Selection members, std::string label = {});

    std::string name() const override;

private:
    PopulationView view(network::Indices indices) const;
    PopulationView view_of_list(const std::vector<std::ptrdiff_t>& indices) const;
};

/// One cell, as a view of one member whose values are single numbers.
///
///     p[0].get("gbar_Na")     the same number on every rank
///     p[0].set("tau_m", 12.0)
class Cell : public PopulationView {
public:
    /// The value of a parameter or state variable. @collective @throws ParameterError
    double get(std::string_view name) const { return Group::get(name).number(); }
    double get_initial(std::string_view name) const { return Group::get_initial(name).number(); }

    /// Its index in its population. @local
    std::size_t index() const { return members_.place(0).index; }
    /// Its number in the whole network. @local
    Gid  gid() const { return record().first_gid + index(); }
    bool is_local() const { return record().slice.contains(index()); }
    /// @local
    Position       position() const { return record().position(index()); }
    PopulationView as_view() const { return *this; }

protected:
    friend class Group;
    Cell(network::Network* network, network::Selection member);

    std::string name() const override;
};

template <std::integral I>
Cell PopulationView::operator[](I index) const {
    return cell(static_cast<std::ptrdiff_t>(index));
}

inline auto Group::all() const {
    // The cells outlive the handle, which may be a temporary.
    return std::views::iota(std::size_t{0}, size()) |
           std::views::transform([network = network_, members = members_](std::size_t i) {
               return member(network, members, i);
           });
}

inline auto Group::local() const {
    std::vector<Cell> cells;
    cells.reserve(local_size());
    members_.for_each_local([&](std::size_t i, network::PopulationRecord&, std::size_t) {
        cells.push_back(cell(static_cast<std::ptrdiff_t>(i)));
    });
    return cells;
}

}  // namespace ranvier
