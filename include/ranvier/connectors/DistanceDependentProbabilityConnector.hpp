/// @file
/// A probability that depends on the distance between two cells.
#pragma once

#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/connectors/SourceGrid.hpp"
#include "ranvier/parameters/Expression.hpp"

namespace ranvier {

/// Connects a pair with a probability that depends on the distance: a formula in d, in um, or a
/// function of a Length. What distance means is said by the Space of the projection.
///
///     DistanceDependentProbabilityConnector{"0.3 * exp(-d / 50) * (d < 200)"}
///     DistanceDependentProbabilityConnector{[](Length d) { return d < 100_um ? 0.2 : 0.0; }, {},
///     100_um}
///
/// Sources lie in boxes of about 32. A target visits the boxes within the distance beyond which the
/// formula vanishes, and of each as many sources as its highest probability there lets it expect:
/// the cost is in proportion to the connections for formulas that have a cut-off or fall off. A
/// function shows no bounds: it is asked for all sources, unless `max_distance` says beyond which
/// distance it is 0. Every rank computes the positions of all sources once, and keeps those within
/// reach of its targets.
class DistanceDependentProbabilityConnector {
public:
    static constexpr std::string_view name = "DistanceDependentProbabilityConnector";
    using Plan                             = connectors::SourceGrid;

    /// @param max_distance no pair farther apart is connected
    /// @throws ParameterError for a text that is no formula, with the place
    DistanceDependentProbabilityConnector(
        std::string           formula,
        SelfConnections       self_connections = SelfConnections::allow,
        std::optional<Length> max_distance     = std::nullopt
    )
        : probability_(parameters::Expression{std::move(formula), {"d"}}),
          self_connections_(self_connections),
          reach_(max_distance ? max_distance->value() : infinite) {
        const double vanishes = nonzero_up_to(std::get<parameters::Expression>(probability_));
        if (vanishes < reach_) reach_ = vanishes;
    }
    DistanceDependentProbabilityConnector(
        const char*           formula,
        SelfConnections       self_connections = SelfConnections::allow,
        std::optional<Length> max_distance     = std::nullopt
    )
        : DistanceDependentProbabilityConnector(
              std::string{formula}, self_connections, max_distance
          ) {}
    template <std::invocable<Length> F>
    DistanceDependentProbabilityConnector(
        F                     function,
        SelfConnections       self_connections = SelfConnections::allow,
        std::optional<Length> max_distance     = std::nullopt
    )
        : probability_(Function{
              [function = std::move(function)](double um) { return double{function(um * 1_um)}; }}),
          self_connections_(self_connections),
          reach_(max_distance ? max_distance->value() : infinite) {}

    /// The distance beyond which nothing is connected, in um; infinity if there is none.
    double reach() const { return reach_; }

    std::string check(const connectors::Shape& shape) const;
    Plan        plan(const connectors::Shape& shape, random::Key, IndexRange posts) const;
    /// @local The chosen sources, ascending.
    /// @throws ConnectionError for a probability outside [0, 1], with the distance
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&              plan,
        random::Key              key,
        connectors::Sources&     sources
    ) const;
    std::uint64_t fingerprint() const;

private:
    using Function                   = std::function<double(double)>;
    static constexpr double infinite = std::numeric_limits<double>::infinity();

    parameters::Interval bounds(parameters::Interval distances) const;

    std::variant<parameters::Expression, Function> probability_;
    SelfConnections                                self_connections_;
    double                                         reach_;
};
static_assert(connectors::Connector<DistanceDependentProbabilityConnector>);

}  // namespace ranvier
