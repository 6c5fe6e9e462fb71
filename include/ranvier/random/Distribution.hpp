/// @file
/// The eleven distributions of PyNN on plain numbers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ranvier/random/Key.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::random {

/// A distribution with its parameters; a value, 40 bytes, without random state.
///
/// Parameters are PyNN's, in PyNN's order. The factory functions check them.
///
///     const auto tau_m = Distribution::uniform(10, 15);
///     tau_m.fill_indices(key, first_gid, values);  // one value per cell of this rank's slice
class Distribution {
public:
    enum class Kind : std::uint8_t {
        binomial,
        gamma,
        exponential,
        lognormal,
        normal,
        normal_clipped,
        normal_clipped_to_boundary,
        poisson,
        uniform,
        uniform_int,
        vonmises
    };

    /// Each function throws ParameterError with the parameter's name, its rule and its value.
    ///
    /// Successes in n trials; n an integer in `[0, 2^53]`, p in `[0, 1]`.
    static Distribution binomial(double n, double p);
    /// Shape k >= 0 and scale theta >= 0; the mean is k theta.
    static Distribution gamma(double k, double theta);
    /// Scale (mean) beta >= 0.
    static Distribution exponential(double beta);
    /// exp of a normal number; sigma >= 0.
    static Distribution lognormal(double mu, double sigma);
    /// Mean mu, standard deviation sigma >= 0.
    static Distribution normal(double mu, double sigma);
    /// Normal numbers, drawn again until one lies in `[low, high]`; an interval that holds fewer
    /// than 1 of 10,000 normal numbers is refused.
    static Distribution normal_clipped(double mu, double sigma, double low, double high);
    /// Normal numbers, those outside `[low, high]` moved to its ends.
    static Distribution normal_clipped_to_boundary(
        double mu, double sigma, double low, double high
    );
    /// Mean lambda in `[0, 2^50]`.
    static Distribution poisson(double lambda);
    /// Uniform in `[low, high)`, low <= high; always low if they are equal.
    static Distribution uniform(double low, double high);
    /// Integers in `[low, high)`; both integers up to 2^53 in magnitude, low < high.
    static Distribution uniform_int(double low, double high);
    /// Angles around mu with concentration kappa >= 0, in `[-pi, pi]`.
    static Distribution vonmises(double mu, double kappa);

    /// The distribution of a name and its parameters in PyNN's order.
    ///
    /// @throws ParameterError if there is no such distribution or a parameter is missing or too
    /// much
    static Distribution from_name(std::string_view name, std::span<const double> parameters);

    Kind                    kind() const { return kind_; }
    std::string_view        name() const;
    std::span<const double> parameters() const;

    /// The names of the parameters, in order.
    std::span<const std::string_view> parameter_names() const;

    /// For messages: `normal(mu=20, sigma=2)`.
    std::string describe() const;

    /// One value, from the next draws of the stream.
    ///
    /// @local
    double draw(Stream& stream) const;

    /// `out[k] = draw(Stream(key, index, first_sub + k))`: many values of one thing, such as the
    /// weights of a cell's connections.
    ///
    /// @local
    /// @pre first_sub + out.size() <= 2^32
    /// @note With AVX2 2 to 8 ns per value for uniform, exponential and the normal family; 10 to
    ///       100 ns for the others.
    void fill(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out) const;

    /// `out[k] = draw(Stream(key, first_index + k, 0))`: one value for each of many things, such as
    /// a parameter of the cells of a slice. Same cost.
    ///
    /// @local
    void fill_indices(Key key, std::uint64_t first_index, std::span<double> out) const;

    friend bool operator==(const Distribution&, const Distribution&) = default;

private:
    Distribution(Kind kind, std::array<double, 4> parameters);

    Kind                  kind_;
    std::array<double, 4> p_;
};

}  // namespace ranvier::random
