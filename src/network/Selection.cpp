#include "ranvier/network/Selection.hpp"

#include <algorithm>
#include <utility>

#include "ranvier/base/hash.hpp"

namespace ranvier::network {

Selection::Selection(PopulationRecord& population)
    : Selection(population, Indices::all(population.size)) {}

Selection::Selection(PopulationRecord& population, Indices indices) {
    // An empty group keeps its population: it has a model, whose names are known.
    size_ = indices.size();
    parts_.push_back({&population, 0, std::move(indices)});
}

void Selection::add(PopulationRecord& population, Indices indices) {
    const std::size_t size = indices.size();
    parts_.push_back({&population, size_, std::move(indices)});
    size_ += size;
}

bool Selection::is_whole_population() const {
    return parts_.size() == 1 && parts_[0].indices == Indices::all(parts_[0].population->size);
}

std::size_t Selection::part_of(std::size_t i) const {
    const auto behind =
        std::upper_bound(parts_.begin(), parts_.end(), i, [](std::size_t index, const Part& part) {
            return index < part.first;
        });
    return static_cast<std::size_t>(behind - parts_.begin()) - 1;
}

Selection::Place Selection::place(std::size_t i) const {
    const Part& part = parts_[part_of(i)];
    return {part.population->id, part.indices[i - part.first]};
}

std::optional<std::size_t> Selection::find(std::size_t population, std::size_t index) const {
    for (const Part& part : parts_) {
        if (part.population->id != population) continue;
        if (const auto place = part.indices.find(index)) return part.first + *place;
    }
    return std::nullopt;
}

std::vector<Selection::LocalRun> Selection::local_runs() const {
    std::vector<LocalRun> runs;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
        const Part&      part   = parts_[k];
        const IndexRange places = part.indices.places_in(part.population->slice);
        if (!places.empty())
            runs.push_back({k, {part.first + places.first, part.first + places.last}});
    }
    return runs;
}

std::size_t Selection::local_size() const {
    std::size_t size = 0;
    for (const LocalRun& run : local_runs())
        size += run.members.size();
    return size;
}

Selection Selection::at(const Indices& members) const {
    Selection result;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
        const Part&      part   = parts_[members.is_ascending() ? k : parts_.size() - 1 - k];
        const IndexRange places = members.places_in({part.first, part.first + part.indices.size()});
        if (!places.empty() || parts_.size() == 1)
            result.add(*part.population, part.indices.at(members.within(places, part.first)));
    }
    return result;
}

bool Selection::append(const Selection& other) {
    for (const Part& theirs : other.parts_) {
        for (const Part& ours : parts_) {
            if (ours.population == theirs.population && ours.indices.overlaps(theirs.indices))
                return false;
        }
    }
    for (const Part& part : other.parts_)
        add(*part.population, part.indices);
    return true;
}

std::uint64_t Selection::fingerprint() const {
    std::uint64_t hash = mix(size_);
    for (const Part& part : parts_)
        hash = hash_of(hash, part.population->id, part.indices.fingerprint());
    return hash;
}

bool operator==(const Selection& a, const Selection& b) {
    return std::equal(
        a.parts_.begin(),
        a.parts_.end(),
        b.parts_.begin(),
        b.parts_.end(),
        [](const Selection::Part& x, const Selection::Part& y) {
            return x.population == y.population && x.indices == y.indices;
        }
    );
}

}  // namespace ranvier::network
