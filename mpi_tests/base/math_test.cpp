#include "ranvier/base/math.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/isa.hpp"

#include "math_kernels.hpp"

namespace ranvier {
namespace {

using test::Hashes;
using test::num_functions;

// exp expm1 log log1p pow sin cos atan acos sqrt inverse_normal_cdf: results are part of what users
// rely on, so a change of these numbers is a change of every simulation.
constexpr std::uint64_t double_hashes[num_functions] = {
    0xaf38466305c84b59u,
    0xe53366da7ead854au,
    0xf296da426a60a28eu,
    0xd5393b1cdc98054eu,
    0xede7a3fb7b67a3d3u,
    0xec6542192df4b7e6u,
    0x0295291465e57194u,
    0x58ff3b0cfa5e7476u,
    0xfb89745c81edbf9bu,
    0xa0462578fdf8a98cu,
    0xfb1d59b6dd6bfd75u};
constexpr std::uint64_t float_hashes[num_functions] = {
    0xab809b4e65497ad3u,
    0x01bc5df199daab79u,
    0xced8b0c3cb349738u,
    0x3e1d946a5b8627f9u,
    0xd273c9d199e44ba6u,
    0xe5203b9c5ff2d869u,
    0x45e5e70ac762fbabu,
    0x791a18f06031212fu,
    0x230852486f8e2ad9u,
    0x73c25c40e49193ceu,
    0x34086efaa9736bb2u};

std::vector<Hashes> hashes_of_all_sets() {
    std::vector<Hashes> result{test::baseline_kernels::table.hashes()};
#if defined(__x86_64__)
    if (is_supported(Isa::avx2)) result.push_back(test::avx2_kernels::table.hashes());
#endif
    return result;
}

TEST(math, has_the_same_bits_in_scalars_and_lanes_of_every_instruction_set) {
    for (const Hashes& hashes : hashes_of_all_sets()) {
        for (int f = 0; f < num_functions; ++f) {
            EXPECT_EQ(hashes.double_scalar[f], double_hashes[f]) << "function " << f;
            EXPECT_EQ(hashes.double_pack[f], double_hashes[f]) << "function " << f;
            EXPECT_EQ(hashes.float_scalar[f], float_hashes[f]) << "function " << f;
            EXPECT_EQ(hashes.float_pack[f], float_hashes[f]) << "function " << f;
        }
    }
}

TEST(math, polynomial_sums_all_powers) {
    constexpr double seven[] = {1, 2, 3, 4, 5, 6, 7};
    constexpr double one[]   = {3.5};

    EXPECT_EQ(math::polynomial(2.0, seven), 1 + 4 + 12 + 32 + 80 + 192 + 448);
    EXPECT_EQ(math::polynomial(2.0, one), 3.5);
}

}  // namespace
}  // namespace ranvier
