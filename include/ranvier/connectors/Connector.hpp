/// @file
/// What a connector is: a rule that gives, for one target cell, its sources.
///
/// A connector knows neither ranks nor messages. The owner of a target asks for its sources; all
/// draws are keyed by the projection and the target, so the answer does not depend on who asks.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/connectors/Geometry.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier {

/// Which connections of a cell onto itself are made. Between groups that share some cells the rule
/// concerns those.
enum class SelfConnections {
    allow,
    forbid,
    no_mutual  ///< of two cells connected with each other, only the higher onto the lower: pre >
               ///< post. What a rule with fixed numbers chooses otherwise is left out
};

namespace connectors {

/// Which cells of two groups are the same ones, if only some are.
struct Overlap {
    std::function<std::optional<std::size_t>(std::size_t post)> pre_of;   ///< its index as source
    std::function<std::optional<std::size_t>(std::size_t pre)>  post_of;  ///< its index as target
};

/// What is connected.
struct Shape {
    std::size_t                     num_pre  = 0;
    std::size_t                     num_post = 0;
    bool                            same     = false;  ///< both sides are the same cells in order
    std::shared_ptr<const Overlap>  overlap{};         ///< if they share cells and are not the same
    std::shared_ptr<const Geometry> geometry{};        ///< nullptr where cells have no positions

    /// The source that is the same cell as a target; num_pre if there is none.
    std::size_t self(std::size_t post) const {
        if (same) return post;
        return overlap ? overlap->pre_of(post).value_or(num_pre) : num_pre;
    }
    /// The target that is the same cell as a source; num_post if there is none.
    std::size_t self_target(std::size_t pre) const {
        if (same) return pre;
        return overlap ? overlap->post_of(pre).value_or(num_post) : num_post;
    }
    bool overlaps() const { return same || overlap; }
};

/// Sources of one target, as indices in the presynaptic group.
using Sources = std::vector<std::uint32_t>;

/// A rule: `check` says what is wrong with it for a shape (empty: nothing), `plan` is evaluated
/// once on each rank for its own targets, `presynaptic` appends the sources of one target. A
/// connector that needs no plan has an empty one.
///
/// A connector may also have, see Rule: `targets_per_plan(shape)`; `columns()` and
/// `values(plan, post, column, out)`; `fingerprint()`; a constant `one_to_one`, a constant
/// `keeps_order`.
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
    if (rule == SelfConnections::allow || !shape.overlaps()) return;
    const std::size_t self = shape.self(post);
    if (self == shape.num_pre) return;
    std::erase_if(sources, [&](std::uint32_t pre) {
        if (rule == SelfConnections::forbid || pre >= self) return pre == self;
        return shape.same || shape.overlap->post_of(pre).has_value();
    });
}

/// Whether the rule for self-connections excludes a pair, whatever its probability.
inline bool is_excluded(
    SelfConnections rule, const Shape& shape, std::size_t post, std::uint32_t pre
) {
    Sources pair{pre};
    drop_excluded(rule, shape, post, pair);
    return pair.empty();
}

/// A connector whose type is forgotten: what a projection works with.
class Rule {
public:
    virtual ~Rule() = default;

    virtual std::string_view name() const                                                = 0;
    virtual std::string      check(const Shape& shape) const                             = 0;
    virtual void             plan(const Shape& shape, random::Key key, IndexRange posts) = 0;

    /// The sources of one target; ascending unless `keeps_order()`.
    /// @pre `plan` was called for a range that holds the target
    virtual void presynaptic(std::size_t post, Sources& sources) const = 0;

    /// Whether every source is connected with the target of its own index and no other.
    virtual bool is_one_to_one() const = 0;
    /// Whether connections are created in the order in which the sources are given.
    virtual bool keeps_order() const = 0;
    /// For how many targets at a time `plan` is best called, to bound its memory.
    virtual std::size_t targets_per_plan(const Shape& shape) const = 0;
    /// Names of the parameters whose values the rule itself gives, such as columns of a list.
    virtual std::vector<std::string> columns() const = 0;
    /// Their values for the sources of one target, in the same order.
    virtual void values(std::size_t post, std::size_t column, std::span<double> out) const = 0;
    /// Differs if the arguments differ, as far as they can be compared.
    virtual std::uint64_t fingerprint() const = 0;
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
    bool keeps_order() const override {
        return requires {
            requires C::keeps_order;
        };
    }
    std::size_t targets_per_plan([[maybe_unused]] const Shape& shape) const override {
        if constexpr (requires { connector_.targets_per_plan(shape); })
            return connector_.targets_per_plan(shape);
        else
            return static_cast<std::size_t>(-1);
    }
    std::vector<std::string> columns() const override {
        if constexpr (requires { connector_.columns(); })
            return connector_.columns();
        else
            return {};
    }
    void values(
        [[maybe_unused]] std::size_t       post,
        [[maybe_unused]] std::size_t       column,
        [[maybe_unused]] std::span<double> out
    ) const override {
        if constexpr (requires { connector_.values(plan_, post, column, out); })
            connector_.values(plan_, post, column, out);
    }
    std::uint64_t fingerprint() const override {
        if constexpr (requires { connector_.fingerprint(); })
            return connector_.fingerprint();
        else
            return 0;
    }

private:
    C                connector_;
    Shape            shape_;
    random::Key      key_{};
    typename C::Plan plan_{};
};

}  // namespace connectors
}  // namespace ranvier
