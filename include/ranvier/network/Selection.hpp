/// @file
/// An ordered set of cells: what a population, a view or an assembly stands for.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/network/Indices.hpp"
#include "ranvier/network/records.hpp"

namespace ranvier::network {

/// Different cells of one or several populations, numbered 0 to size() - 1 by their place in the
/// group. A value is parts of populations one after the other, and needs no memory per cell unless
/// a list or a mask was given.
///
///     Assembly{p3, p1[{7, 2}], p2[slice(4, 0, -2)]}, p3 of 3 cells:
///     part 0   first 0   p3   0 1 2
///     part 1   first 3   p1   2 7
///     part 2   first 5   p2   4 2
///     place(4) is cell 7 of p1;   find(p2, 2) is 6
///
/// Within a part the cells of one rank follow one another, since a rank owns a block of each
/// population; so the local members are one range of the group's indices per part.
class Selection {
public:
    struct Part {
        PopulationRecord* population = nullptr;
        std::size_t       first      = 0;  ///< index in the group of the part's first cell
        Indices           indices;         ///< in the population
    };
    /// A cell: a population's id and the index in it.
    struct Place {
        std::size_t population = 0;
        std::size_t index      = 0;

        friend auto operator<=>(const Place&, const Place&) = default;
    };
    /// This rank's cells of one part.
    struct LocalRun {
        std::size_t part = 0;
        IndexRange  members;  ///< their indices in the group; those of the part begin at its first

        friend bool operator==(const LocalRun&, const LocalRun&) = default;
    };

    Selection() = default;
    /// All cells of a population.
    explicit Selection(PopulationRecord& population);
    /// Some cells of a population.
    Selection(PopulationRecord& population, Indices indices);

    std::size_t           size() const { return size_; }
    std::size_t           num_parts() const { return parts_.size(); }
    const Part&           part(std::size_t k) const { return parts_[k]; }
    PopulationRecord&     population(std::size_t k) const { return *parts_[k].population; }
    std::span<const Part> parts() const { return parts_; }
    bool                  is_whole_population() const;

    /// The cell at an index of the group. @local @note Logarithmic in the number of parts.
    /// @pre i < size()
    Place place(std::size_t i) const;
    /// The part that holds an index of the group. @local @pre i < size()
    std::size_t part_of(std::size_t i) const;
    /// The index in the group of a population's cell, if it is a member. @local
    std::optional<std::size_t> find(std::size_t population, std::size_t index) const;

    /// This rank's members, one run per part that has any, ascending. @local
    std::vector<LocalRun> local_runs() const;
    /// How many members this rank owns. @local
    std::size_t local_size() const;

    /// Calls `f(group index, population record, cell within the rank's slice)` for this rank's
    /// members, by group index. @local
    template <class F>
    void for_each_local(F&& f) const {
        for (const LocalRun& run : local_runs()) {
            const Part& at = parts_[run.part];
            for (std::size_t i = run.members.first; i < run.members.last; ++i)
                f(i, *at.population, at.indices[i - at.first] - at.population->slice.first);
        }
    }

    /// The members at the given indices, which keep their order: a view of this group.
    Selection at(const Indices& members) const;

    /// Differs if the cells or their order differ, so that ranks can compare. @local
    std::uint64_t fingerprint() const;

    /// Adds the parts of another group behind these. @return whether it did: a group that shares a
    /// cell with this one is left out as a whole, as in PyNN
    bool append(const Selection& other);

    friend bool operator==(const Selection&, const Selection&);

private:
    void add(PopulationRecord& population, Indices indices);

    std::vector<Part> parts_;
    std::size_t       size_ = 0;
};

}  // namespace ranvier::network
