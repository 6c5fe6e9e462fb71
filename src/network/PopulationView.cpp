#include "ranvier/network/PopulationView.hpp"

#include <algorithm>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/random/Permutation.hpp"

#include "sample.hpp"
#include <fmt/format.h>

namespace ranvier {

PopulationView::PopulationView(
    network::Network* network, network::Selection members, std::string label
)
    : Group(network, std::move(members), std::move(label)) {
    if (label_.empty()) label_ = fmt::format("view of '{}' with size {}", record().label, size());
}

std::string PopulationView::name() const {
    return fmt::format("View of \"{}\"", record().label);
}

PopulationView PopulationView::view(network::Indices indices) const {
    return {network_, members_.at(indices)};
}

PopulationView PopulationView::operator[](const Slice& slice) const {
    return view({slice, size(), name()});
}

PopulationView PopulationView::operator[](std::initializer_list<std::ptrdiff_t> indices) const {
    return view_of_list(indices);
}

PopulationView PopulationView::operator[](const std::vector<bool>& mask) const {
    return view({mask, size(), name()});
}

PopulationView PopulationView::view_of_list(const std::vector<std::ptrdiff_t>& indices) const {
    return view({indices, size(), name()});
}

PopulationView PopulationView::sample(std::size_t count) const {
    return view_of_list(network::sample(members_, *network_, count, name()));
}

PopulationView PopulationView::sample(std::size_t count, NumpyRNG rng) const {
    return view_of_list(network::sample(members_, std::move(rng), count, name()));
}

std::vector<std::size_t> PopulationView::index_in_population(const std::vector<std::size_t>& places
) const {
    std::vector<std::size_t> indices;
    for (const std::size_t place : places) {
        network::checked_index(static_cast<std::ptrdiff_t>(place), size(), name());
        indices.push_back(members_.place(place).index);
    }
    return indices;
}

Cell::Cell(network::Network* network, network::Selection member)
    : PopulationView(network, std::move(member), "cell") {
    label_ = fmt::format("cell {} of '{}'", index(), record().label);
}

std::string Cell::name() const {
    return fmt::format("Cell {} of population \"{}\"", index(), record().label);
}

}  // namespace ranvier
