/// @file
/// Spikes of Poisson sources per time step, for many sources at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/random/Key.hpp"

namespace ranvier::random {

/// How often each source of a slice fires in a step: independent Poisson numbers with mean lambda.
///
/// The count of source i in step s is a pure function of (key, i, s, lambda_i): the smallest k with
/// U < T_k, where U is a 48-bit integer and T_k = floor(2^48 P(X <= k)), the distribution function
/// being summed in double. The high 16 bits of U decide nearly always; they come eight at a time:
///
///     primary    Philox4x32-10, counter {low32(i / 8), high32(i / 8), low32(s), high32(s)};
///                source i takes halfword i % 8 (halfword 2w is the low half of word w)
///     secondary  counter {low32(i), high32(i), low32(s), high32(s) | 2^31}; word 0 is the low half
///                of U, used where the high bits equal those of a T_k
///
/// So probabilities are exact to 2^-48, and results depend neither on the slice nor on whether the
/// means are equal nor on the instruction set.
///
///     PoissonCounts counts{key, std::array{rate * dt}, slice};
///     counts.draw(step, spikes.data());
class PoissonCounts {
public:
    /// The largest mean per step.
    static constexpr double max_lambda = 500;

    /// @param lambda means per step in `[0, 500]`: one for all sources, or `[slice.size()]`
    /// @throws ParameterError if a mean is outside, with the index of the source; if the length
    /// fits
    ///         neither
    PoissonCounts(Key key, std::span<const double> lambda, IndexRange slice);

    /// The counts of the slice's sources in one step.
    ///
    /// @local
    /// @param step   >= 0
    /// @param counts `[slice.size()]`, overwritten
    /// @note With AVX2 0.9 ns per source for means about 1 and 1.3 ns at 12. From about 25 on
    ///       30 ns for equal means and 5 ns times the mean for different ones.
    void draw(Step step, std::uint16_t* counts) const;

    /// The count of one source: the definition that `draw` must agree with.
    ///
    /// @local
    static std::uint16_t count(Key key, std::size_t source, Step step, double lambda);

private:
    void   set_equal_thresholds();
    void   set_thresholds_per_source();
    double lambda_of(std::size_t source) const;

    void draw_part(Step step, IndexRange part, std::uint16_t* counts) const;
    void draw_groups(Step step, IndexRange whole, std::uint16_t* counts) const;
    void draw_by_search(Step step, std::uint16_t* counts) const;

    Key                 key_;
    IndexRange          slice_;
    std::vector<double> lambda_;  ///< one, or one per source

    // For the kernels: the high halves of T_0 ... T_{rows_ - 1}, `[rows_]` for equal means,
    // otherwise `[groups of 64 sources][rows_][64]`.
    std::size_t               rows_ = 0;
    std::vector<std::int16_t> thresholds_;

    // For equal means too large for the kernels: all T_k, to be searched.
    std::vector<std::uint64_t> table_;
};

}  // namespace ranvier::random
