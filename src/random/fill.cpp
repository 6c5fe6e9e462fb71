#include "ranvier/random/fill.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "ranvier/random/geometric.hpp"

#include "kernels.hpp"

namespace ranvier::random {

namespace {

StreamRange subs(Key key, std::uint64_t index, std::uint32_t first_sub) {
    return {.key = key.value, .index = index, .sub = first_sub, .index_step = 0, .sub_step = 1};
}

}  // namespace

void fill_uniform(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out) {
    kernels().uniform(subs(key, index, first_sub), 0, 1, 1, out.size(), out.data());
}

void fill_normal(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out) {
    kernels().normal(subs(key, index, first_sub), 0, 1, out.size(), out.data());
}

void fill_exponential(
    Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out
) {
    kernels().exponential(subs(key, index, first_sub), 1, out.size(), out.data());
}

void fill_below(
    Key                      key,
    std::uint64_t            index,
    std::uint32_t            first_sub,
    std::uint64_t            n,
    std::span<std::uint32_t> out
) {
    kernels().below(subs(key, index, first_sub), n, out.size(), out.data());
}

void fill_geometric(
    Key key, std::uint64_t index, std::uint32_t first_sub, double p, std::span<std::uint64_t> out
) {
    const Geometric         geometric{p};
    std::array<double, 512> exponential;
    for (std::size_t first = 0; first < out.size(); first += exponential.size()) {
        const std::size_t size = std::min(exponential.size(), out.size() - first);
        const auto        sub  = first_sub + static_cast<std::uint32_t>(first);
        kernels().exponential(subs(key, index, sub), 1, size, exponential.data());
        for (std::size_t k = 0; k < size; ++k)
            out[first + k] = geometric.from(exponential[k]);
    }
}

}  // namespace ranvier::random
