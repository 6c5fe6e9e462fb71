/// @file
/// Several populations and views taken together.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ranvier/network/PopulationView.hpp"

namespace ranvier {

/// Cells of several populations, one component after the other: `p + q + r[slice(0, 5)]`.
///
/// A component that shares a cell with an earlier one is left out as a whole, with a warning, as in
/// PyNN. Cell types may differ; a name must exist in all of them to be set or got.
class Assembly : public Group {
public:
    /// No cells; `+=` adds some.
    Assembly() = default;
    /// @throws ParameterError for components of different simulations. @local
    template <std::derived_from<Group>... Components>
    requires(sizeof...(Components) > 0) explicit Assembly(const Components&... components) {
        (add(components), ...);
    }
    template <std::derived_from<Group>... Components>
    Assembly(std::string label, const Components&... components) : is_labelled_(true) {
        label_ = std::move(label);
        (add(components), ...);
    }

    Assembly& operator+=(const Group& component) {
        add(component);
        return *this;
    }
    /// One member, or some of them in the order of this assembly. @local
    template <std::integral I>
    Cell operator[](I index) const {
        return cell(static_cast<std::ptrdiff_t>(index));
    }
    Assembly operator[](const Slice& slice) const;
    Assembly operator[](std::initializer_list<std::ptrdiff_t> indices) const;
    Assembly operator[](const std::vector<bool>& mask) const;
    template <std::integral I>
    requires(!std::same_as<I, bool>) Assembly operator[](const std::vector<I>& indices) const {
        return part_of_list({indices.begin(), indices.end()});
    }
    /// `count` members, drawn without replacement; see PopulationView. @local
    Assembly sample(std::size_t count) const;
    Assembly sample(std::size_t count, NumpyRNG rng) const;

    std::size_t num_components() const { return members_.num_parts(); }
    /// The cells of one component, and of the one whose population has this label. @local
    /// @throws ParameterError if there is none
    PopulationView component(std::size_t k) const;
    PopulationView component(std::string_view population_label) const;

    /// Receptors that all components have, in the order of the first. @local
    std::vector<std::string> receptor_types() const;
    /// Whether all components receive conductances. @local
    bool is_conductance_based() const;

protected:
    std::string name() const override;

private:
    Assembly(network::Network* network, network::Selection members);
    void     add(const Group& component);
    Assembly part(const network::Indices& indices) const;
    Assembly part_of_list(const std::vector<std::ptrdiff_t>& indices) const;

    bool is_labelled_ = false;
};

/// The cells of both, as far as they are different. @local
inline Assembly operator+(const Group& a, const Group& b) {
    return Assembly{a, b};
}

}  // namespace ranvier
