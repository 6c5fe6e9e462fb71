/// @file
/// Hashes of function values, computed by objects for different instruction sets.
#pragma once

#include <cstdint>

namespace ranvier::test {

inline constexpr int num_functions = 11;

/// One hash per function: exp expm1 log log1p pow sin cos atan acos sqrt inverse_normal_cdf.
struct Hashes {
    std::uint64_t double_scalar[num_functions];
    std::uint64_t double_pack[num_functions];
    std::uint64_t float_scalar[num_functions];
    std::uint64_t float_pack[num_functions];
};

struct Table {
    Hashes (*hashes)();
};

namespace baseline_kernels {
extern const Table table;
}
#if defined(__x86_64__)
namespace avx2_kernels {
extern const Table table;
}
#endif

}  // namespace ranvier::test
