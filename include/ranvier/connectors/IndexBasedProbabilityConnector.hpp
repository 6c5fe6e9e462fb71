/// @file
/// A probability for each pair of indices.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Expression.hpp"

namespace ranvier {

/// Connects the pair (i, j) with a probability that depends on the two indices: a function, or a
/// formula in i and j.
///
///     IndexBasedProbabilityConnector{"(i + j) % 3 == 0"}
///     IndexBasedProbabilityConnector{[](std::size_t i, std::size_t j) { return 1.0 / (i + j + 1);
///     }}
///
/// It visits all sources of its own targets, except where bounds of the formula show that the
/// probability is 0.
class IndexBasedProbabilityConnector {
public:
    static constexpr std::string_view name = "IndexBasedProbabilityConnector";
    using Plan                             = connectors::NoPlan;

    /// @throws ParameterError for a text that is no formula, with the place
    IndexBasedProbabilityConnector(
        std::string formula, SelfConnections self_connections = SelfConnections::allow
    )
        : probability_(parameters::Expression{std::move(formula), {"i", "j"}}),
          self_connections_(self_connections) {}
    IndexBasedProbabilityConnector(
        const char* formula, SelfConnections self_connections = SelfConnections::allow
    )
        : IndexBasedProbabilityConnector(std::string{formula}, self_connections) {}
    template <std::invocable<std::size_t, std::size_t> F>
    IndexBasedProbabilityConnector(
        F function, SelfConnections self_connections = SelfConnections::allow
    )
        : probability_(Function{std::move(function)}),
          self_connections_(self_connections) {}

    std::string check(const connectors::Shape&) const { return {}; }
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }
    /// @local The chosen sources, ascending.
    /// @throws ConnectionError for a probability outside [0, 1], with the pair
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key          key,
        connectors::Sources& sources
    ) const;
    std::uint64_t fingerprint() const;

private:
    using Function = std::function<double(std::size_t, std::size_t)>;
    std::variant<parameters::Expression, Function> probability_;
    SelfConnections                                self_connections_;
};
static_assert(connectors::Connector<IndexBasedProbabilityConnector>);

}  // namespace ranvier
