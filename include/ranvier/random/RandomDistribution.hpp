/// @file
/// Random values of parameters, weights and delays, with units that the compiler checks.
///
///     uniform(10_ms, 15_ms)
///     normal(0.01_uS, 0.001_uS)
///     normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})
///     lognormal(-1.2, 0.4)
///     normal(20_ms, 2_ms, NumpyRNG{85524})
///
/// A specification only: nothing is drawn before a population or projection is built, and then each
/// value depends only on the seed and on what it is for. With a NumpyRNG the values are the next
/// numbers of that generator instead, in index order, as in PyNN.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/random/Distribution.hpp"
#include "ranvier/random/NumpyRNG.hpp"

namespace ranvier {

namespace detail {
[[noreturn]] void refuse_generator(const random::Distribution& distribution);
}  // namespace detail

/// A distribution of quantities of type Q; the numbers inside are in PyNN's unit of Q.
///
/// Parameters are checked when one of the functions below makes it: ParameterError.
template <class Q>
class RandomDistribution {
public:
    explicit RandomDistribution(
        const random::Distribution& untyped, std::optional<NumpyRNG> rng = std::nullopt
    )
        : untyped_(untyped),
          rng_(std::move(rng)) {}

    /// The distribution of plain numbers, in PyNN's unit of Q (Hz for frequencies).
    const random::Distribution& untyped() const { return untyped_; }

    /// The generator that was given; without one, draws are keyed.
    const std::optional<NumpyRNG>& rng() const { return rng_; }

    /// The distribution for values that are always keyed, such as those of connections.
    /// @throws ParameterError if a generator was given, which would have to draw for all ranks
    const random::Distribution& keyed() const {
        if (rng_) detail::refuse_generator(untyped_);
        return untyped_;
    }

    friend bool operator==(const RandomDistribution&, const RandomDistribution&) = default;

private:
    random::Distribution    untyped_;
    std::optional<NumpyRNG> rng_;
};

/// The interval of a clipped distribution, both ends included; without limit where not given.
template <class Q>
struct Clip {
    Q low  = from_pynn_value<Q>(-std::numeric_limits<double>::infinity());
    Q high = from_pynn_value<Q>(+std::numeric_limits<double>::infinity());
};

namespace detail {

template <class>
struct NumberType;  // undefined for what is neither a number nor a quantity
template <class T>
requires std::is_arithmetic_v<T>
struct NumberType<T> {
    using type = double;
};
template <int V, int T, int I, int L>
struct NumberType<Quantity<V, T, I, L>> {
    using type = Quantity<V, T, I, L>;
};

/// Arithmetic types count as double, so that `uniform(0, 1)` needs no decimal points.
template <class Q>
using Number = typename NumberType<Q>::type;

template <class Q>
RandomDistribution<Number<Q>> of(
    const random::Distribution& untyped, const std::optional<NumpyRNG>& rng
) {
    return RandomDistribution<Number<Q>>{untyped, rng};
}

}  // namespace detail

/// Uniform in `[low, high)`, low <= high.
template <class Low, class High>
RandomDistribution<detail::Number<Low>> uniform(
    Low low, High high, const std::optional<NumpyRNG>& rng = {}
) {
    static_assert(
        std::same_as<detail::Number<Low>, detail::Number<High>>,
        "uniform(low, high): low and high must have the same unit"
    );
    return detail::of<Low>(random::Distribution::uniform(pynn_value(low), pynn_value(high)), rng);
}

/// Normal with mean mu and standard deviation sigma >= 0.
template <class Mu, class Sigma>
RandomDistribution<detail::Number<Mu>> normal(
    Mu mu, Sigma sigma, const std::optional<NumpyRNG>& rng = {}
) {
    static_assert(
        std::same_as<detail::Number<Mu>, detail::Number<Sigma>>,
        "normal(mu, sigma): mu and sigma must have the same unit"
    );
    return detail::of<Mu>(random::Distribution::normal(pynn_value(mu), pynn_value(sigma)), rng);
}

/// Normal numbers, each drawn again until it lies in `[clip.low, clip.high]`.
template <class Mu, class Sigma>
RandomDistribution<detail::Number<Mu>> normal_clipped(
    Mu                                             mu,
    Sigma                                          sigma,
    std::type_identity_t<Clip<detail::Number<Mu>>> clip,
    const std::optional<NumpyRNG>&                 rng = {}
) {
    static_assert(
        std::same_as<detail::Number<Mu>, detail::Number<Sigma>>,
        "normal_clipped(mu, sigma, clip): mu and sigma must have the same unit"
    );
    return detail::of<Mu>(
        random::Distribution::normal_clipped(
            pynn_value(mu), pynn_value(sigma), pynn_value(clip.low), pynn_value(clip.high)
        ),
        rng
    );
}

/// Normal numbers; those outside `[clip.low, clip.high]` are moved to its ends.
template <class Mu, class Sigma>
RandomDistribution<detail::Number<Mu>> normal_clipped_to_boundary(
    Mu                                             mu,
    Sigma                                          sigma,
    std::type_identity_t<Clip<detail::Number<Mu>>> clip,
    const std::optional<NumpyRNG>&                 rng = {}
) {
    static_assert(
        std::same_as<detail::Number<Mu>, detail::Number<Sigma>>,
        "normal_clipped_to_boundary(mu, sigma, clip): mu and sigma must have the same unit"
    );
    return detail::of<Mu>(
        random::Distribution::normal_clipped_to_boundary(
            pynn_value(mu), pynn_value(sigma), pynn_value(clip.low), pynn_value(clip.high)
        ),
        rng
    );
}

/// Exponential with mean beta >= 0.
template <class Q>
RandomDistribution<detail::Number<Q>> exponential(Q beta, const std::optional<NumpyRNG>& rng = {}) {
    return detail::of<Q>(random::Distribution::exponential(pynn_value(beta)), rng);
}

/// Gamma with shape k >= 0 and scale theta >= 0; the mean is k theta.
template <class Q>
RandomDistribution<detail::Number<Q>> gamma(
    double k, Q theta, const std::optional<NumpyRNG>& rng = {}
) {
    return detail::of<Q>(random::Distribution::gamma(k, pynn_value(theta)), rng);
}

/// exp of a normal number with mean mu and standard deviation sigma >= 0, all without unit.
inline RandomDistribution<double> lognormal(
    double mu, double sigma, const std::optional<NumpyRNG>& rng = {}
) {
    return RandomDistribution<double>{random::Distribution::lognormal(mu, sigma), rng};
}

/// Poisson numbers with mean lambda >= 0.
inline RandomDistribution<double> poisson(double lambda, const std::optional<NumpyRNG>& rng = {}) {
    return RandomDistribution<double>{random::Distribution::poisson(lambda), rng};
}

/// Successes in n trials of probability p.
inline RandomDistribution<double> binomial(
    double n, double p, const std::optional<NumpyRNG>& rng = {}
) {
    return RandomDistribution<double>{random::Distribution::binomial(n, p), rng};
}

/// Integers in `[low, high)`; `high` itself is never drawn, as in PyNN.
inline RandomDistribution<double> uniform_int(
    double low, double high, const std::optional<NumpyRNG>& rng = {}
) {
    return RandomDistribution<double>{random::Distribution::uniform_int(low, high), rng};
}

/// Angles in `[-pi, pi]` around mu with concentration kappa >= 0.
inline RandomDistribution<double> vonmises(
    double mu, double kappa, const std::optional<NumpyRNG>& rng = {}
) {
    return RandomDistribution<double>{random::Distribution::vonmises(mu, kappa), rng};
}

}  // namespace ranvier
