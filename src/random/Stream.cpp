#include "ranvier/random/Stream.hpp"

#include <cmath>
#include <cstdint>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/random/geometric.hpp"

#include "philox.hpp"

namespace ranvier::random {

namespace {

__extension__ using Wide = unsigned __int128;

/// log k! - (k + 1/2) log(k + 1) + (k + 1) - log(2 pi)/2: what Stirling's formula lacks at k + 1.
double stirling_correction(double k) {
    constexpr double small[] = {
        0.08106146679532726,
        0.04134069595540929,
        0.02767792568499834,
        0.02079067210376509,
        0.01664469118982119,
        0.01387612882307075,
        0.01189670994589177,
        0.01041126526197209,
        0.009255462182712733,
        0.008330563433362871};
    if (k < 10) return small[static_cast<int>(k)];
    const double x = 1 / (k + 1);
    const double z = x * x;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - z / 1680) * z) * z) * x;
}

std::uint64_t poisson_by_inversion(Stream& stream, double lambda) {
    const double  u   = stream.uniform();
    double        p   = math::exp(-lambda);
    double        cdf = p;
    std::uint64_t k   = 0;
    // The sum may end just below 1; then the terms vanish and the last k that counted is taken.
    while (u >= cdf && p > 0x1p-60) {
        ++k;
        p = p * lambda / static_cast<double>(k);
        cdf += p;
    }
    return k;
}

/// Hörmann's PTRS. The logarithm of the probability is written so that nothing large cancels.
std::uint64_t poisson_by_rejection(Stream& stream, double lambda) {
    const double     b               = 0.931 + 2.53 * std::sqrt(lambda);
    const double     a               = -0.059 + 0.02483 * b;
    const double     inv_alpha       = 1.1239 + 1.1328 / (b - 3.4);
    const double     squeeze         = 0.9277 - 3.6224 / (b - 2);
    constexpr double half_log_two_pi = 0.918938533204672741780329736406;

    for (;;) {
        const double u  = stream.uniform_open() - 0.5;
        const double v  = stream.uniform_positive();
        const double us = 0.5 - std::abs(u);
        const double k  = std::floor((2 * a / us + b) * u + lambda + 0.43);
        if (us >= 0.07 && v <= squeeze) return static_cast<std::uint64_t>(k);
        if (k < 0 || (us < 0.013 && v > us)) continue;

        const double excess = k + 1 - lambda;
        const double log_p  = (excess - k * math::log1p(excess / lambda)) - 0.5 * math::log(k + 1) -
                             half_log_two_pi - stirling_correction(k);
        if (math::log(v * inv_alpha / (a / (us * us) + b)) <= log_p)
            return static_cast<std::uint64_t>(k);
    }
}

/// For n p < 10, p <= 1/2.
std::uint64_t binomial_by_inversion(Stream& stream, double n, double p) {
    const double u    = stream.uniform();
    const double odds = p / (1 - p);
    double       pk   = math::exp(n * math::log1p(-p));
    double       cdf  = pk;
    double       k    = 0;
    while (u >= cdf && k < n && pk > 0x1p-60) {
        pk = pk * odds * (n - k) / (k + 1);
        k += 1;
        cdf += pk;
    }
    return static_cast<std::uint64_t>(k);
}

/// Hörmann's BTRS for n p >= 10, p <= 1/2. The ratio of probabilities to that of the mode m is
/// written with log1p, so that its error stays below 1e-9 up to n = 2^53.
std::uint64_t binomial_by_rejection(Stream& stream, double n, double p) {
    const double q       = 1 - p;
    const double spread  = std::sqrt(n * p * q);
    const double b       = 1.15 + 2.53 * spread;
    const double a       = -0.0873 + 0.0248 * b + 0.01 * p;
    const double c       = n * p + 0.5;
    const double squeeze = 0.92 - 4.2 / b;
    const double alpha   = (2.83 + 5.1 / b) * spread;
    const double m       = std::floor((n + 1) * p);
    const double at_mode = stirling_correction(m) + stirling_correction(n - m);

    for (;;) {
        const double u  = stream.uniform_open() - 0.5;
        const double v  = stream.uniform_positive();
        const double us = 0.5 - std::abs(u);
        const double k  = std::floor((2 * a / us + b) * u + c);
        if (us >= 0.07 && v <= squeeze) return static_cast<std::uint64_t>(k);
        if (k < 0 || k > n) continue;

        const double d = k - m;
        const double ratio =
            d * math::log(p / q * (n - k + 1) / (k + 1)) +
            (m + 0.5) * (math::log1p(-d / (k + 1)) + math::log1p(-d / (n - m + 1))) +
            (n + 1) * math::log1p(d / (n - k + 1)) + at_mode - stirling_correction(k) -
            stirling_correction(n - k);
        if (math::log(v * alpha / (a / (us * us) + b)) <= ratio)
            return static_cast<std::uint64_t>(k);
    }
}

}  // namespace

void Stream::next_block() {
    const auto block = philox(key_, {{low32(index_), high32(index_), sub_, block_}});
    ++block_;
    for (unsigned k = 0; k < 4; ++k)
        words_[k] = block[k];
    used_ = 0;
}

std::uint64_t Stream::below(std::uint64_t n) {
    Wide product = Wide{bits64()} * n;
    if (static_cast<std::uint64_t>(product) < n) {
        const std::uint64_t unfair = (0 - n) % n;  // 2^64 mod n
        while (static_cast<std::uint64_t>(product) < unfair)
            product = Wide{bits64()} * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

std::uint32_t Stream::below32(std::uint64_t n) {
    return static_cast<std::uint32_t>((Wide{bits64()} * n) >> 64);
}

double Stream::normal() {
    return math::inverse_normal_cdf(uniform_open());
}

double Stream::exponential() {
    return 0 - math::log(uniform_positive());
}

std::uint64_t Stream::geometric(double p) {
    return Geometric{p}.from(exponential());
}

double Stream::gamma(double k) {
    if (k == 0) return 0;
    if (k < 1) {
        const double x = gamma(k + 1);
        return x * math::exp(math::log(uniform_positive()) / k);
    }
    // Marsaglia and Tsang: a normal number, cubed, with a squeeze.
    const double d = k - 1.0 / 3;
    const double c = 1 / (3 * std::sqrt(d));
    for (;;) {
        const double x = normal();
        const double t = 1 + c * x;
        if (t <= 0) continue;
        const double v  = t * t * t;
        const double u  = uniform_positive();
        const double xx = x * x;
        if (u < 1 - 0.0331 * (xx * xx)) return d * v;
        if (math::log(u) < 0.5 * xx + d * (1 - v + math::log(v))) return d * v;
    }
}

std::uint64_t Stream::poisson(double lambda) {
    if (lambda < 10) return poisson_by_inversion(*this, lambda);
    return poisson_by_rejection(*this, lambda);
}

std::uint64_t Stream::binomial(std::uint64_t n, double p) {
    if (n == 0 || p <= 0) return 0;
    if (p > 0.5) return n - binomial(n, 1 - p);
    const auto trials = static_cast<double>(n);
    if (trials * p < 10) return binomial_by_inversion(*this, trials, p);
    return binomial_by_rejection(*this, trials, p);
}

double Stream::vonmises(double mu, double kappa) {
    if (kappa < 1e-8) return pi * (2 * uniform() - 1);

    // Best and Fisher. For small kappa s is taken from its series, for very large kappa the
    // distribution is the normal one with variance 1/kappa to within its rounding.
    double angle = 0;
    if (kappa > 1e6) {
        angle = normal() / std::sqrt(kappa);
    } else {
        double s = 1 / kappa + kappa;
        if (kappa >= 1e-5) {
            const double r   = 1 + std::sqrt(1 + 4 * kappa * kappa);
            const double rho = (r - std::sqrt(2 * r)) / (2 * kappa);
            s                = (1 + rho * rho) / (2 * rho);
        }
        double w = 0;
        for (;;) {
            const double z = math::cos(pi * uniform());
            w              = (1 + s * z) / (s + z);
            const double y = kappa * (s - w);
            const double v = uniform_positive();
            if (y * (2 - y) - v >= 0 || math::log(y / v) + 1 - y >= 0) break;
        }
        angle = math::acos(w < -1 ? -1 : (w > 1 ? 1 : w));
        if (uniform() < 0.5) angle = -angle;
    }
    const double turned  = mu + angle;
    const double wrapped = turned - 2 * pi * std::floor((turned + pi) / (2 * pi));
    return wrapped < -pi ? -pi : (wrapped > pi ? pi : wrapped);
}

}  // namespace ranvier::random
