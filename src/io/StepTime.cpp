#include "StepTime.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

namespace ranvier::io {

namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr Wide largest_term  = 1'000'000'000;  // far beyond any time step one would write down
constexpr int  mantissa_bits = 53;
constexpr int  most_bits     = 120;

}  // namespace

/// Continued fraction of the double, in whole numbers. The fraction that was meant differs from it
/// by half a unit in the last place, far less than 1 / (2 q^2), and is thus one of the convergents.
StepTime::StepTime(double timestep_ms) : unit_(timestep_ms) {
    int          exponent = 0;
    const double mantissa = std::frexp(timestep_ms, &exponent);
    const int    bits     = mantissa_bits - exponent;  // of the denominator
    if (bits < 0 || bits > most_bits) return;
    Wide rest  = static_cast<Wide>(std::ldexp(mantissa, mantissa_bits));
    Wide below = Wide{1} << bits;

    Wide p_before = 0;
    Wide q_before = 1;
    Wide p        = 1;
    Wide q        = 0;
    while (below != 0) {
        const Wide whole = rest / below;
        if (whole > largest_term) return;
        p_before = std::exchange(p, whole * p + p_before);
        q_before = std::exchange(q, whole * q + q_before);
        if (p > largest_term || q > largest_term) return;
        if (static_cast<double>(p) / static_cast<double>(q) == timestep_ms) {
            numerator_   = static_cast<std::int64_t>(p);
            denominator_ = static_cast<std::int64_t>(q);
            unit_        = 1;
            return;
        }
        rest = std::exchange(below, rest % below);
    }
}

}  // namespace ranvier::io
