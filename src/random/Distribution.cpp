#include "ranvier/random/Distribution.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/base/text.hpp"

#include "kernels.hpp"
#include <fmt/format.h>

namespace ranvier::random {

namespace {

using Kind = Distribution::Kind;

constexpr double max_integer = 0x1p53;  ///< up to here every integer is a double
constexpr double max_mean    = 0x1p50;

/// A normal_clipped distribution that accepts fewer normal numbers is refused.
constexpr double smallest_acceptance = 1e-4;

/// What is known of a distribution besides its algorithm.
struct Description {
    std::string_view                name;
    std::array<std::string_view, 4> parameters;
    std::size_t                     num_parameters;
};

/// In the order of Kind.
constexpr Description descriptions[] = {
    {"binomial", {"n", "p"}, 2},
    {"gamma", {"k", "theta"}, 2},
    {"exponential", {"beta"}, 1},
    {"lognormal", {"mu", "sigma"}, 2},
    {"normal", {"mu", "sigma"}, 2},
    {"normal_clipped", {"mu", "sigma", "low", "high"}, 4},
    {"normal_clipped_to_boundary", {"mu", "sigma", "low", "high"}, 4},
    {"poisson", {"lambda"}, 1},
    {"uniform", {"low", "high"}, 2},
    {"uniform_int", {"low", "high"}, 2},
    {"vonmises", {"mu", "kappa"}, 2}};

const Description& description_of(Kind kind) {
    return descriptions[static_cast<std::size_t>(kind)];
}

/// Checks of one distribution's parameters; the first mistake is thrown.
class Check {
public:
    explicit Check(Kind kind) : name_(description_of(kind).name) {}

    void require(
        bool             holds,
        std::string_view parameter,
        std::string_view rule,
        double           value,
        std::string_view advice
    ) const {
        if (holds) return;
        throw ParameterError(
            fmt::format(
                "RandomDistribution \"{}\": {} must be {}, got {}. {}",
                name_,
                parameter,
                rule,
                number(value),
                advice
            ),
            {.label = {}, .parameter = std::string{parameter}, .index = {}}
        );
    }

    void finite(std::string_view parameter, double value) const {
        require(std::isfinite(value), parameter, "finite", value, "Give a finite number.");
    }

    void at_least_zero(std::string_view parameter, double value, std::string_view what) const {
        finite(parameter, value);
        require(value >= 0, parameter, ">= 0", value, fmt::format("Give a non-negative {}.", what));
    }

    void limits(double low, double high) const {
        require(!std::isnan(low), "low", "a number", low, "Leave it out for no limit.");
        require(
            high >= low,
            "high",
            fmt::format(">= low ({})", number(low)),
            high,
            "Exchange the limits."
        );
    }

private:
    std::string_view name_;
};

bool is_integer(double x) {
    return std::abs(x) <= max_integer && std::floor(x) == x;
}

/// The probability that a standard normal number lies in [a, b]. The C library's erfc will do: it
/// only decides whether a distribution is refused.
double probability_between(double a, double b) {
    const double sqrt2 = std::sqrt(2.0);
    return (std::erfc(a / sqrt2) - std::erfc(b / sqrt2)) / 2;
}

void require_reachable(double mu, double sigma, double low, double high) {
    const bool reachable =
        sigma > 0
            ? probability_between((low - mu) / sigma, (high - mu) / sigma) >= smallest_acceptance
            : low <= mu && mu <= high;
    if (reachable) return;
    throw ParameterError(
        fmt::format(
            "RandomDistribution \"normal_clipped\": the interval from low to high must hold at "
            "least 1 "
            "of {} normal numbers, got [{}, {}] with mu {} and sigma {}. Widen the interval.",
            1 / smallest_acceptance,
            number(low),
            number(high),
            number(mu),
            number(sigma)
        ),
        {.label = {}, .parameter = "low", .index = {}}
    );
}

double clip(double x, double low, double high) {
    const double raised = x < low ? low : x;
    return raised > high ? high : raised;
}

/// The largest value of a uniform distribution: rounding must not reach `high`.
double largest_below(double low, double high) {
    return low < high ? std::nextafter(high, low) : low;
}

double draw_clipped(Stream& stream, const std::array<double, 4>& p) {
    for (;;) {  // 10,000 times at most, on average
        const double x = p[0] + p[1] * stream.normal();
        if (x >= p[2] && x <= p[3]) return x;
    }
}

double draw_integer(Stream& stream, double low, double high) {
    const auto count = static_cast<std::uint64_t>(high - low);
    const bool small = count <= std::uint64_t{1} << 32;
    return low + static_cast<double>(small ? stream.below32(count) : stream.below(count));
}

}  // namespace

Distribution::Distribution(Kind kind, std::array<double, 4> parameters)
    : kind_(kind),
      p_(parameters) {}

Distribution Distribution::binomial(double n, double p) {
    const Check check{Kind::binomial};
    check.require(
        is_integer(n) && n >= 0, "n", "an integer from 0 to 2^53", n, "Give a number of trials."
    );
    check.require(p >= 0 && p <= 1, "p", "in [0, 1]", p, "Give a probability.");
    return {Kind::binomial, {n, p}};
}

Distribution Distribution::gamma(double k, double theta) {
    const Check check{Kind::gamma};
    check.at_least_zero("k", k, "shape");
    check.at_least_zero("theta", theta, "scale");
    return {Kind::gamma, {k, theta}};
}

Distribution Distribution::exponential(double beta) {
    const Check check{Kind::exponential};
    check.at_least_zero("beta", beta, "mean");
    return {Kind::exponential, {beta}};
}

Distribution Distribution::lognormal(double mu, double sigma) {
    const Check check{Kind::lognormal};
    check.finite("mu", mu);
    check.at_least_zero("sigma", sigma, "standard deviation");
    return {Kind::lognormal, {mu, sigma}};
}

Distribution Distribution::normal(double mu, double sigma) {
    const Check check{Kind::normal};
    check.finite("mu", mu);
    check.at_least_zero("sigma", sigma, "standard deviation");
    return {Kind::normal, {mu, sigma}};
}

Distribution Distribution::normal_clipped(double mu, double sigma, double low, double high) {
    const Check check{Kind::normal_clipped};
    check.finite("mu", mu);
    check.at_least_zero("sigma", sigma, "standard deviation");
    check.limits(low, high);
    require_reachable(mu, sigma, low, high);
    return {Kind::normal_clipped, {mu, sigma, low, high}};
}

Distribution Distribution::normal_clipped_to_boundary(
    double mu, double sigma, double low, double high
) {
    const Check check{Kind::normal_clipped_to_boundary};
    check.finite("mu", mu);
    check.at_least_zero("sigma", sigma, "standard deviation");
    check.limits(low, high);
    return {Kind::normal_clipped_to_boundary, {mu, sigma, low, high}};
}

Distribution Distribution::poisson(double lambda) {
    const Check check{Kind::poisson};
    check.at_least_zero("lambda", lambda, "mean");
    check.require(lambda <= max_mean, "lambda", "<= 2^50", lambda, "Give a smaller mean.");
    return {Kind::poisson, {lambda}};
}

Distribution Distribution::uniform(double low, double high) {
    const Check check{Kind::uniform};
    check.finite("low", low);
    check.finite("high", high);
    check.limits(low, high);
    check.finite("high - low", high - low);
    return {Kind::uniform, {low, high}};
}

Distribution Distribution::uniform_int(double low, double high) {
    const Check    check{Kind::uniform_int};
    constexpr auto rule   = "an integer of at most 2^53 in magnitude";
    constexpr auto advice = "Give an integer; high itself is never drawn.";
    check.require(is_integer(low), "low", rule, low, advice);
    check.require(is_integer(high), "high", rule, high, advice);
    check.require(high > low, "high", fmt::format("> low ({})", number(low)), high, advice);
    return {Kind::uniform_int, {low, high}};
}

Distribution Distribution::vonmises(double mu, double kappa) {
    const Check check{Kind::vonmises};
    check.finite("mu", mu);
    check.at_least_zero("kappa", kappa, "concentration");
    return {Kind::vonmises, {mu, kappa}};
}

Distribution Distribution::from_name(std::string_view name, std::span<const double> parameters) {
    const auto* const found =
        std::find_if(std::begin(descriptions), std::end(descriptions), [&](const auto& d) {
            return d.name == name;
        });
    if (found == std::end(descriptions)) {
        std::vector<std::string> names;
        for (const Description& d : descriptions)
            names.emplace_back(d.name);
        throw ParameterError(fmt::format(
            "RandomDistribution: there is no distribution \"{}\". Ranvier has {}.",
            name,
            quoted_names(std::move(names), name)
        ));
    }
    if (parameters.size() != found->num_parameters) {
        std::string names;
        for (std::size_t k = 0; k < found->num_parameters; ++k)
            names += fmt::format("{}{}", k == 0 ? "" : ", ", found->parameters[k]);
        throw ParameterError(fmt::format(
            "RandomDistribution \"{}\": expected {} parameters ({}), got {}.",
            name,
            found->num_parameters,
            names,
            parameters.size()
        ));
    }
    const auto& p = parameters;
    switch (static_cast<Kind>(found - std::begin(descriptions))) {
        case Kind::binomial:
            return binomial(p[0], p[1]);
        case Kind::gamma:
            return gamma(p[0], p[1]);
        case Kind::exponential:
            return exponential(p[0]);
        case Kind::lognormal:
            return lognormal(p[0], p[1]);
        case Kind::normal:
            return normal(p[0], p[1]);
        case Kind::normal_clipped:
            return normal_clipped(p[0], p[1], p[2], p[3]);
        case Kind::normal_clipped_to_boundary:
            return normal_clipped_to_boundary(p[0], p[1], p[2], p[3]);
        case Kind::poisson:
            return poisson(p[0]);
        case Kind::uniform:
            return uniform(p[0], p[1]);
        case Kind::uniform_int:
            return uniform_int(p[0], p[1]);
        case Kind::vonmises:
            break;
    }
    return vonmises(p[0], p[1]);
}

std::string_view Distribution::name() const {
    return description_of(kind_).name;
}

std::span<const double> Distribution::parameters() const {
    return {p_.data(), description_of(kind_).num_parameters};
}

std::span<const std::string_view> Distribution::parameter_names() const {
    const Description& description = description_of(kind_);
    return {description.parameters.data(), description.num_parameters};
}

std::string Distribution::describe() const {
    std::string list;
    for (std::size_t k = 0; k < parameters().size(); ++k) {
        list += fmt::format(
            "{}{}={}", list.empty() ? "" : ", ", parameter_names()[k], number(parameters()[k])
        );
    }
    return fmt::format("{}({})", name(), list);
}

double Distribution::draw(Stream& stream) const {
    switch (kind_) {
        case Kind::binomial:
            return static_cast<double>(stream.binomial(static_cast<std::uint64_t>(p_[0]), p_[1]));
        case Kind::gamma:
            return p_[1] * stream.gamma(p_[0]);
        case Kind::exponential:
            return p_[0] * stream.exponential();
        case Kind::lognormal:
            return math::exp(p_[0] + p_[1] * stream.normal());
        case Kind::normal:
            return p_[0] + p_[1] * stream.normal();
        case Kind::normal_clipped:
            return draw_clipped(stream, p_);
        case Kind::normal_clipped_to_boundary:
            return clip(p_[0] + p_[1] * stream.normal(), p_[2], p_[3]);
        case Kind::poisson:
            return static_cast<double>(stream.poisson(p_[0]));
        case Kind::uniform:
            return std::min(
                largest_below(p_[0], p_[1]), p_[0] + (p_[1] - p_[0]) * stream.uniform()
            );
        case Kind::uniform_int:
            return draw_integer(stream, p_[0], p_[1]);
        case Kind::vonmises:
            break;
    }
    return stream.vonmises(p_[0], p_[1]);
}

}  // namespace ranvier::random
