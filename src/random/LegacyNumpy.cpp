#include "LegacyNumpy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ranvier/base/Quantity.hpp"

namespace ranvier::random {

namespace {

/// NumPy's own logarithm of the gamma function.
double log_gamma(double x) {
    constexpr double a[] = {
        8.333333333333333e-02,
        -2.777777777777778e-03,
        7.936507936507937e-04,
        -5.952380952380952e-04,
        8.417508417508418e-04,
        -1.917526917526918e-03,
        6.410256410256410e-03,
        -2.955065359477124e-02,
        1.796443723688307e-01,
        -1.39243221690590e+00};
    if (x == 1 || x == 2) return 0;
    const int    n   = x < 7 ? static_cast<int>(7 - x) : 0;
    double       x0  = x + n;
    const double x2  = (1.0 / x0) * (1.0 / x0);
    double       sum = a[9];
    for (int k = 8; k >= 0; --k) {
        sum *= x2;
        sum += a[k];
    }
    constexpr double log_two_pi = 1.8378770664093453e+00;
    double           result     = sum / x0 + 0.5 * log_two_pi + (x0 - 0.5) * std::log(x0) - x0;
    for (int k = 1; k <= n; ++k) {
        result -= std::log(x0 - 1.0);
        x0 -= 1.0;
    }
    return result;
}

double poisson_by_products(LegacyNumpy& rng, double lambda) {
    const double limit   = std::exp(-lambda);
    double       k       = 0;
    double       product = 1;
    for (;;) {
        product *= rng.uniform();
        if (product <= limit) return k;
        k += 1;
    }
}

/// PTRS, doi:10.1016/0167-6687(93)90997-4.
double poisson_by_rejection(LegacyNumpy& rng, double lambda) {
    const double root       = std::sqrt(lambda);
    const double log_lambda = std::log(lambda);
    const double b          = 0.931 + 2.53 * root;
    const double a          = -0.059 + 0.02483 * b;
    const double inv_alpha  = 1.1239 + 1.1328 / (b - 3.4);
    const double vr         = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u  = rng.uniform() - 0.5;
        const double v  = rng.uniform();
        const double us = 0.5 - std::abs(u);
        const double k  = std::floor((2 * a / us + b) * u + lambda + 0.43);
        if (us >= 0.07 && v <= vr) return k;
        if (k < 0 || (us < 0.013 && v > us)) continue;
        if (std::log(v) + std::log(inv_alpha) - std::log(a / (us * us) + b) <=
            -lambda + k * log_lambda - log_gamma(k + 1))
            return k;
    }
}

double gamma_below_one(LegacyNumpy& rng, double shape) {
    for (;;) {
        const double u = rng.uniform();
        const double v = rng.exponential();
        if (u <= 1.0 - shape) {
            const double x = std::pow(u, 1. / shape);
            if (x <= v) return x;
        } else {
            const double y = -std::log((1 - u) / shape);
            const double x = std::pow(1.0 - shape + shape * y, 1. / shape);
            if (x <= v + y) return x;
        }
    }
}

double stirling_tail(double x) {
    const double x2 = x * x;
    return (13680. - (462. - (132. - (99. - 140. / x2) / x2) / x2) / x2) / x / 166320.;
}

}  // namespace

double LegacyNumpy::uniform() {
    const std::uint32_t high = bits32() >> 5;
    const std::uint32_t low  = bits32() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

std::uint64_t LegacyNumpy::interval(std::uint64_t most) {
    if (most == 0) return 0;
    const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(most);
    for (;;) {
        std::uint64_t word = bits32();
        if (most > 0xffffffffu) word = word << 32 | bits32();
        if ((word & mask) <= most) return word & mask;
    }
}

double LegacyNumpy::normal() {
    if (has_normal_) {
        has_normal_ = false;
        return cached_normal_;
    }
    double x1 = 0;
    double x2 = 0;
    double r2 = 0;
    do {
        x1 = 2.0 * uniform() - 1.0;
        x2 = 2.0 * uniform() - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    const double f = std::sqrt(-2.0 * std::log(r2) / r2);
    cached_normal_ = f * x1;
    has_normal_    = true;
    return f * x2;
}

double LegacyNumpy::exponential() {
    return -std::log(1.0 - uniform());
}

double LegacyNumpy::gamma(double shape) {
    if (shape == 1.0) return exponential();
    if (shape == 0.0) return 0;
    if (shape < 1.0) return gamma_below_one(*this, shape);
    const double b = shape - 1. / 3.;
    const double c = 1. / std::sqrt(9 * b);
    for (;;) {
        double x = 0;
        double v = 0;
        do {
            x = normal();
            v = 1.0 + c * x;
        } while (v <= 0.0);
        v              = v * v * v;
        const double u = uniform();
        if (u < 1.0 - 0.0331 * (x * x) * (x * x)) return b * v;
        if (std::log(u) < 0.5 * x * x + b * (1. - v + std::log(v))) return b * v;
    }
}

double LegacyNumpy::poisson(double lambda) {
    if (lambda >= 10) return poisson_by_rejection(*this, lambda);
    if (lambda == 0) return 0;
    return poisson_by_products(*this, lambda);
}

double LegacyNumpy::binomial(double n, double p) {
    const bool   mirrored = p > 0.5;
    const double r        = mirrored ? 1.0 - p : p;
    const double k = r * n <= 30.0 ? binomial_by_inversion(n, r) : LegacyBinomial{n, r}.draw(*this);
    return mirrored ? n - k : k;
}

double LegacyNumpy::binomial_by_inversion(double n, double p) {
    const double q     = 1.0 - p;
    const double qn    = std::exp(n * std::log(q));
    const double np    = n * p;
    const double bound = std::trunc(std::min(n, np + 10.0 * std::sqrt(np * q + 1)));
    double       x     = 0;
    double       px    = qn;
    double       u     = uniform();
    while (u > px) {
        x += 1;
        if (x > bound) {
            x  = 0;
            px = qn;
            u  = uniform();
        } else {
            u -= px;
            px = ((n - x + 1) * p * px) / (x * q);
        }
    }
    return x;
}

/// doi:10.2307/2346732
double LegacyNumpy::vonmises(double mu, double kappa) {
    if (kappa < 1e-8) return pi * (2 * uniform() - 1);
    double s = 0;
    if (kappa < 1e-5) {
        s = 1. / kappa + kappa;
    } else {
        const double r   = 1 + std::sqrt(1 + 4 * kappa * kappa);
        const double rho = (r - std::sqrt(2 * r)) / (2 * kappa);
        s                = (1 + rho * rho) / (2 * rho);
    }
    double w = 0;
    for (;;) {
        const double u = uniform();
        const double z = std::cos(pi * u);
        w              = (1 + s * z) / (s + z);
        const double y = kappa * (s - w);
        const double v = uniform();
        // v is 0 once in 2^53 draws; the logarithm is infinite then and accepts, as in NumPy
        if (y * (2 - y) - v >= 0 || std::log(y / v) + 1 - y >= 0) break;
    }
    const double u      = uniform();
    double       result = std::acos(w);
    if (u < 0.5) result = -result;
    result += mu;
    const bool negative = result < 0;
    double     turned   = std::abs(result);
    turned              = std::fmod(turned + pi, 2 * pi) - pi;
    return negative ? -turned : turned;
}

LegacyBinomial::LegacyBinomial(double n, double p) : n_(n), r_(p), q_(1.0 - r_), nrq_(n * r_ * q_) {
    const double fm = n * r_ + r_;
    m_              = std::floor(fm);
    p1_             = std::floor(2.195 * std::sqrt(nrq_) - 4.6 * q_) + 0.5;
    xm_             = m_ + 0.5;
    xl_             = xm_ - p1_;
    xr_             = xm_ + p1_;
    c_              = 0.134 + 20.5 / (15.3 + m_);
    double a        = (fm - xl_) / (fm - xl_ * r_);
    left_           = a * (1.0 + a / 2.0);
    a               = (xr_ - fm) / (xr_ * q_);
    right_          = a * (1.0 + a / 2.0);
    p2_             = p1_ * (1.0 + 2.0 * c_);
    p3_             = p2_ + c_ / left_;
    p4_             = p3_ + c_ / right_;
}

double LegacyBinomial::draw(LegacyNumpy& rng) const {
    for (;;) {
        const double u = rng.uniform() * p4_;
        double       v = rng.uniform();
        double       y = 0;
        if (u <= p1_) return std::floor(xm_ - p1_ * v + u);
        if (u <= p2_) {
            const double x = xl_ + (u - p1_) / c_;
            v              = v * c_ + 1.0 - std::abs(m_ - x + 0.5) / p1_;
            if (v > 1.0) continue;
            y = std::floor(x);
        } else if (u <= p3_) {
            if (v == 0.0) continue;
            y = std::floor(xl_ + std::log(v) / left_);
            if (y < 0) continue;
            v = v * (u - p2_) * left_;
        } else {
            if (v == 0.0) continue;
            y = std::floor(xr_ - std::log(v) / right_);
            if (y > n_) continue;
            v = v * (u - p3_) * right_;
        }
        if (accepts(y, v)) return y;
    }
}

bool LegacyBinomial::accepts(double y, double v) const {
    const double k = std::abs(y - m_);
    if (k <= 20 || k >= nrq_ / 2.0 - 1) {
        const double s = r_ / q_;
        const double a = s * (n_ + 1);
        double       f = 1.0;
        for (double i = m_ + 1; i <= y; i += 1)
            f *= a / i - s;
        for (double i = y + 1; i <= m_; i += 1)
            f /= a / i - s;
        return v <= f;
    }
    const double rho = (k / nrq_) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / nrq_ + 0.5);
    const double t   = -k * k / (2 * nrq_);
    const double a   = std::log(v);
    if (a < t - rho) return true;
    if (a > t + rho) return false;
    const double x1 = y + 1;
    const double f1 = m_ + 1;
    const double z  = n_ + 1 - m_;
    const double w  = n_ - y + 1;
    return a <= xm_ * std::log(f1 / x1) + (n_ - m_ + 0.5) * std::log(z / w) +
                    (y - m_) * std::log(w * r_ / (x1 * q_)) + stirling_tail(f1) + stirling_tail(z) +
                    stirling_tail(x1) + stirling_tail(w);
}

}  // namespace ranvier::random
