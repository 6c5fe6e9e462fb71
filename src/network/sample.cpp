#include "sample.hpp"

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/random/Permutation.hpp"

#include <fmt/format.h>

namespace ranvier::network {

namespace {

void check_count(const Selection& members, std::size_t count, const std::string& group) {
    if (count <= members.size()) return;
    throw ParameterError(
        fmt::format("{}: {} cells cannot be drawn from {}.", group, count, members.size())
    );
}

}  // namespace

std::vector<std::ptrdiff_t> sample(
    const Selection& members, const Network& network, std::size_t count, const std::string& group
) {
    check_count(members, count, group);
    if (count == 0) return {};
    std::uint64_t object = members.size();
    std::uint64_t detail = 0;
    for (const Selection::Part& part : members.parts()) {
        object = hash_of(object, hash_of_text(part.population->label));
        detail = hash_of(detail, part.population->num_samples++);
    }
    const random::Key key =
        random::make_key(network.options().seed, random::Purpose::sampling, object, detail);
    const random::Permutation   permutation{key, members.size()};
    std::vector<std::ptrdiff_t> drawn;
    for (std::size_t k = 0; k < count; ++k)
        drawn.push_back(static_cast<std::ptrdiff_t>(permutation(k)));
    return drawn;
}

std::vector<std::ptrdiff_t> sample(
    const Selection& members, NumpyRNG rng, std::size_t count, const std::string& group
) {
    check_count(members, count, group);
    const std::vector<std::size_t> permutation = rng.permutation(members.size());
    return {permutation.begin(), permutation.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace ranvier::network
