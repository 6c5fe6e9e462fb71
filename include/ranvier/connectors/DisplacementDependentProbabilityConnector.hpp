/// @file
/// A probability that depends on where one cell lies as seen from the other.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/connectors/SourceGrid.hpp"
#include "ranvier/parameters/Expression.hpp"

namespace ranvier {

/// Connects a pair with a probability that depends on the displacement from the source to the
/// target: a function of a Position, or a formula in x, y and z, in um. The Space of the projection
/// plays no part, as in PyNN.
///
///     DisplacementDependentProbabilityConnector{"0.5 * (-1 <= x <= 2) * (0 <= y <= 1)"}
///
/// A target leaves out boxes of about 32 sources in which bounds of the formula show that the
/// probability is 0, and visits all other sources; a function is asked for all.
class DisplacementDependentProbabilityConnector {
public:
    static constexpr std::string_view name = "DisplacementDependentProbabilityConnector";
    using Plan                             = connectors::SourceGrid;

    /// @throws ParameterError for a text that is no formula, with the place
    DisplacementDependentProbabilityConnector(
        std::string formula, SelfConnections self_connections = SelfConnections::allow
    )
        : probability_(parameters::Expression{std::move(formula), {"x", "y", "z"}}),
          self_connections_(self_connections) {}
    DisplacementDependentProbabilityConnector(
        const char* formula, SelfConnections self_connections = SelfConnections::allow
    )
        : DisplacementDependentProbabilityConnector(std::string{formula}, self_connections) {}
    template <std::invocable<Position> F>
    DisplacementDependentProbabilityConnector(
        F function, SelfConnections self_connections = SelfConnections::allow
    )
        : probability_(Function{std::move(function)}),
          self_connections_(self_connections) {}

    std::string check(const connectors::Shape& shape) const {
        return shape.geometry ? std::string{} : "the cells have no positions.";
    }
    Plan plan(const connectors::Shape& shape, random::Key, IndexRange posts) const;
    /// @local The chosen sources, ascending.
    /// @throws ConnectionError for a probability outside [0, 1], with the displacement
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&              plan,
        random::Key              key,
        connectors::Sources&     sources
    ) const;
    std::uint64_t fingerprint() const;

private:
    using Function = std::function<double(Position)>;
    std::variant<parameters::Expression, Function> probability_;
    SelfConnections                                self_connections_;
};
static_assert(connectors::Connector<DisplacementDependentProbabilityConnector>);

}  // namespace ranvier
