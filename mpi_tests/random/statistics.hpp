/// @file
/// Goodness of fit. The tests have fixed seeds, so they pass always or never; the significance says
/// how often a correct generator would have had to be given another seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/isa.hpp"

namespace ranvier::test {

/// Of all tests here: 1 in 10,000 seeds fails a test although all is well.
inline constexpr double normal_at_significance     = 3.719;  ///< one-sided, for chi-square
inline constexpr double kolmogorov_at_significance = 2.225;  ///< of sqrt(n) D
inline constexpr double two_sided_at_significance  = 3.891;  ///< of a normal number

/// Kolmogorov-Smirnov: whether the sample follows the continuous distribution function.
template <class Cdf>
testing::AssertionResult follows(std::vector<double> sample, Cdf cdf) {
    std::sort(sample.begin(), sample.end());
    const auto n       = static_cast<double>(sample.size());
    double     largest = 0;
    for (std::size_t k = 0; k < sample.size(); ++k) {
        const double p = cdf(sample[k]);
        largest        = std::max(largest, std::abs(p - static_cast<double>(k) / n));
        largest        = std::max(largest, std::abs(p - static_cast<double>(k + 1) / n));
    }
    const double scaled = std::sqrt(n) * largest;
    if (scaled <= kolmogorov_at_significance) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "sqrt(n) D = " << scaled;
}

/// Chi-square: whether values 0, 1, ... occur with these probabilities; all beyond the list
/// together are one class, and classes of fewer than 10 expected values are joined with their
/// neighbour.
inline testing::AssertionResult occur_with(
    const std::vector<double>& values, const std::vector<double>& probability
) {
    const auto          n = static_cast<double>(values.size());
    std::vector<double> seen(probability.size() + 1);
    for (const double v : values)
        seen[std::min(static_cast<std::size_t>(v), probability.size())] += 1;

    double statistic       = 0;
    double freedom         = -1;
    double joined_expected = 0;
    double joined_seen     = 0;
    double rest            = n;
    for (std::size_t k = 0; k < seen.size(); ++k) {
        const double expected = k < probability.size() ? n * probability[k] : rest;
        rest -= expected;
        joined_expected += expected;
        joined_seen += seen[k];
        const bool last = k + 1 == seen.size();
        if (joined_expected < 10 || (!last && rest < 10)) continue;
        const double d = joined_seen - joined_expected;
        statistic += d * d / joined_expected;
        freedom += 1;
        joined_expected = joined_seen = 0;
    }
    // Wilson and Hilferty: the cube root of chi-square is nearly normal.
    const double w     = 2 / (9 * freedom);
    const double limit = freedom * std::pow(1 - w + normal_at_significance * std::sqrt(w), 3);
    if (freedom >= 1 && statistic <= limit) return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << "chi-square " << statistic << " with " << freedom << " degrees of freedom";
}

/// Whether the sample's mean and variance fit: the variance of the sample variance needs the fourth
/// central moment, `kurtosis` times the squared variance.
inline testing::AssertionResult has_moments(
    const std::vector<double>& sample, double mean, double variance, double kurtosis
) {
    const auto n       = static_cast<double>(sample.size());
    double     sum     = 0;
    double     squares = 0;
    for (const double x : sample) {
        sum += x - mean;
        squares += (x - mean) * (x - mean);
    }
    const double mean_error = sum / n / std::sqrt(variance / n);
    const double variance_error =
        (squares / n - variance) / (variance * std::sqrt((kurtosis - 1) / n));
    if (std::abs(mean_error) <= two_sided_at_significance &&
        std::abs(variance_error) <= two_sided_at_significance)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << "mean off by " << mean_error << ", variance by "
                                       << variance_error << " standard errors";
}

/// P(X = 0), P(X = 1), ... of a Poisson number, up to where it vanishes.
inline std::vector<double> poisson_probabilities(double lambda) {
    std::vector<double> result;
    for (int k = 0; k < lambda + 20 * std::sqrt(lambda) + 20; ++k)
        result.push_back(std::exp(k * std::log(lambda) - lambda - std::lgamma(k + 1.0)));
    return result;
}

/// The same of the number of successes in n trials.
inline std::vector<double> binomial_probabilities(int n, double p) {
    std::vector<double> result;
    for (int k = 0; k <= n; ++k) {
        const double choices =
            std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
        result.push_back(std::exp(choices + k * std::log(p) + (n - k) * std::log1p(-p)));
    }
    return result;
}

/// Runs `body` once per instruction set of this machine.
template <class Body>
void for_each_isa(Body body) {
    const Isa before = active_isa();
    for (const Isa isa : {Isa::baseline, Isa::avx2}) {
        if (!is_supported(isa)) continue;
        SCOPED_TRACE(name_of(isa));
        use_isa(isa);
        body();
    }
    use_isa(before);
}

}  // namespace ranvier::test
