/// @file
/// The algorithms of NumPy's legacy distributions on MT19937, with all their state.
#pragma once

#include <cstdint>
#include <random>

namespace ranvier::random {

/// A copy is an independent generator that continues with the same numbers.
///
/// All arithmetic is in double, in the order NumPy writes it. The C library's functions are used,
/// as NumPy does: agreement of bits with NumPy is the purpose, and it rounds as its C library
/// rounds.
class LegacyNumpy {
public:
    explicit LegacyNumpy(std::uint32_t seed) : bits_(seed) {}

    std::uint32_t bits32() { return static_cast<std::uint32_t>(bits_()); }
    double        uniform();
    std::uint64_t interval(std::uint64_t most);
    double        normal();
    double        exponential();
    double        gamma(double shape);
    double        poisson(double lambda);
    double        binomial(double n, double p);
    double        vonmises(double mu, double kappa);

private:
    double binomial_by_inversion(double n, double p);

    std::mt19937 bits_;  // seeded as init_genrand of 2002, which is what NumPy does with an integer
    double       cached_normal_ = 0;
    bool         has_normal_    = false;
};

/// Kachitvichyanukul and Schmeiser's BTPE (doi:10.1145/42372.42381) as NumPy writes it, for
/// n p > 30 and p <= 1/2.
class LegacyBinomial {
public:
    LegacyBinomial(double n, double p);

    double draw(LegacyNumpy& rng) const;

private:
    bool accepts(double y, double v) const;

    double n_, r_, q_, nrq_, m_, p1_, xm_, xl_, xr_, c_, left_, right_, p2_, p3_, p4_;
};

}  // namespace ranvier::random
