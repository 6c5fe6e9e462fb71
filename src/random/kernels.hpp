/// @file
/// The functions that exist once per instruction set. No types here that have inline functions of
/// their own: what two objects share, the linker takes from either.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ranvier/base/isa.hpp"

namespace ranvier::random {

/// The first blocks of a sequence of streams: stream k has index `index + k index_step` and sub
/// `sub + k sub_step`.
struct StreamRange {
    std::uint64_t key;
    std::uint64_t index;
    std::uint32_t sub;
    std::uint32_t index_step;
    std::uint32_t sub_step;
};

/// One call for the counts of consecutive groups of 64 sources in one step.
struct CountsRequest {
    std::uint64_t       key;
    std::uint64_t       step;
    std::uint64_t       first_group;  ///< number of the first group: source / 64
    std::size_t         num_groups;
    std::size_t         num_rows;    ///< thresholds per source
    bool                per_source;  ///< `[num_groups][num_rows][64]`, or `[num_rows]` for all
    const std::int16_t* thresholds;  ///< ascending high halves of T_k, minus 2^15
    std::uint16_t*      counts;      ///< `[num_groups][64]`
    std::uint32_t*      undecided;   ///< `[num_groups][64]`: positions that need the low half of U
};

/// The table that each object of kernels exports.
struct Kernels {
    /// `out[k] = min(offset + scale * uniform_k, largest)`
    void (*uniform
    )(const StreamRange&, double offset, double scale, double largest, std::size_t n, double* out);
    /// `out[k] = offset + scale * normal_k`
    void (*normal)(const StreamRange&, double offset, double scale, std::size_t n, double* out);
    /// `out[k] = offset + scale * normal()` of the stream at `positions[k]` of the range, where
    /// `draw` numbers of it were taken before.
    void (*normal_at
    )(const StreamRange&,
      const std::uint32_t* positions,
      std::uint32_t        draw,
      double               offset,
      double               scale,
      std::size_t          n,
      double*              out);
    /// `out[k] = scale * exponential_k`
    void (*exponential)(const StreamRange&, double scale, std::size_t n, double* out);
    /// The draws of blocks `first_block, first_block + 1, ...` of the first stream, two of each:
    /// `uniforms[k] = uniform()`, `exponentials[k] = exponential()` of the same draw. n is a
    /// multiple of 16.
    void (*along
    )(const StreamRange&,
      std::uint32_t first_block,
      std::size_t   n,
      double*       uniforms,
      double*       exponentials);
    /// `out[k] = below32_k(limit)`
    void (*below)(const StreamRange&, std::uint64_t limit, std::size_t n, std::uint32_t* out);
    /// Finds the values outside an interval, ascending. @return how many there are
    std::size_t (*outside
    )(double low, double high, std::size_t n, const double* values, std::uint32_t* positions);
    /// `values[k] = exp(values[k])`
    void (*exp)(std::size_t n, double* values);
    /// Counts, and how many are undecided.
    std::size_t (*counts)(const CountsRequest&);
};

namespace baseline_kernels {
extern const Kernels table;
}
#if defined(__x86_64__)
namespace avx2_kernels {
extern const Kernels table;
}
#endif

/// The table of the instruction set in use.
inline const Kernels& kernels() {
#if defined(__x86_64__)
    if (active_isa() == Isa::avx2) return avx2_kernels::table;
#endif
    return baseline_kernels::table;
}

}  // namespace ranvier::random
