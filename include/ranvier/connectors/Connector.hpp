/// @file
/// What a connector is: a rule that gives, for one target cell, its sources.
///
/// A connector knows neither ranks nor messages. The owner of a target asks for its sources; all
/// draws are keyed by the projection and the target, so the answer does not depend on who asks.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier {

/// Which connections of a cell onto itself are made.
enum class SelfConnections {
    allow,
    forbid,
    no_mutual  ///< of two cells connected with each other, only the higher onto the lower: pre >
               ///< post
};

namespace connectors {

/// What is connected.
struct Shape {
    std::size_t num_pre  = 0;
    std::size_t num_post = 0;
    bool        same     = false;  ///< both sides are the same cells, so self-connections exist
};

/// Sources of one target, as indices in the presynaptic group.
using Sources = std::vector<std::uint32_t>;

/// A rule: `check` says what is wrong with it for a shape (empty: nothing), `plan` is evaluated
/// once on each rank for its own targets, `presynaptic` appends the sources of one target. A
/// connector that needs no plan has an empty one.
template <class C>
concept Connector = requires(
    const C&         connector,
    const Shape&     shape,
    random::Key      key,
    IndexRange       posts,
    typename C::Plan plan,
    std::size_t      post,
    Sources&         sources
) {
    { C::name } -> std::convertible_to<std::string_view>;
    { connector.check(shape) } -> std::same_as<std::string>;
    { connector.plan(shape, key, posts) } -> std::same_as<typename C::Plan>;
    connector.presynaptic(shape, post, plan, key, sources);
};

/// For connectors that need nothing beyond the target.
struct NoPlan {};

/// Removes what the rule for self-connections excludes from the sources of one target.
inline void drop_excluded(
    SelfConnections rule, const Shape& shape, std::size_t post, Sources& sources
) {
    if (!shape.same || rule == SelfConnections::allow) return;
    std::erase_if(sources, [&](std::uint32_t pre) {
        return rule == SelfConnections::forbid ? pre == post : pre <= post;
    });
}

/// A connector whose type is forgotten: what a projection works with.
class Rule {
public:
    virtual ~Rule() = default;

    virtual std::string_view name() const                                                = 0;
    virtual std::string      check(const Shape& shape) const                             = 0;
    virtual void             plan(const Shape& shape, random::Key key, IndexRange posts) = 0;

    /// The sources of one target, ascending. @pre `plan` was called for a range that holds it
    virtual void presynaptic(std::size_t post, Sources& sources) const = 0;

    /// Whether every source is connected with the target of its own index and no other.
    virtual bool is_one_to_one() const = 0;
};

template <Connector C>
class RuleOf final : public Rule {
public:
    explicit RuleOf(C connector) : connector_(std::move(connector)) {}

    std::string_view name() const override { return C::name; }
    std::string      check(const Shape& shape) const override { return connector_.check(shape); }
    void             plan(const Shape& shape, random::Key key, IndexRange posts) override {
        shape_ = shape;
        key_   = key;
        plan_  = connector_.plan(shape, key, posts);
    }
    void presynaptic(std::size_t post, Sources& sources) const override {
        sources.clear();
        connector_.presynaptic(shape_, post, plan_, key_, sources);
    }
    bool is_one_to_one() const override {
        return requires {
            requires C::one_to_one;
        };
    }

private:
    C                connector_;
    Shape            shape_;
    random::Key      key_{};
    typename C::Plan plan_{};
};

}  // namespace connectors
}  // namespace ranvier
