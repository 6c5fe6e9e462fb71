#include "ranvier/connectors/Connector.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/connectors/AllToAllConnector.hpp"
#include "ranvier/connectors/FixedNumberPostConnector.hpp"
#include "ranvier/connectors/FixedNumberPreConnector.hpp"
#include "ranvier/connectors/FixedProbabilityConnector.hpp"
#include "ranvier/connectors/FixedTotalNumberConnector.hpp"
#include "ranvier/connectors/IndexBasedProbabilityConnector.hpp"
#include "ranvier/connectors/OneToOneConnector.hpp"
#include "ranvier/connectors/SmallWorldConnector.hpp"

#include "connectors/sources.hpp"

namespace ranvier::connectors {
namespace {

using test::sources_of;

constexpr SelfConnections all_rules[] = {
    SelfConnections::allow, SelfConnections::forbid, SelfConnections::no_mutual};

/// Calls `test(connector)` with one connector of each kind and option.
template <class Test>
void for_each_connector(Test test) {
    test(OneToOneConnector{});
    for (const auto self : {SelfConnections::allow, SelfConnections::forbid}) {
        test(AllToAllConnector{.self_connections = self});
        test(FixedProbabilityConnector{.p_connect = 0.2, .self_connections = self});
        test(FixedTotalNumberConnector{.n = 150, .self_connections = self});
    }
    for (const auto self : all_rules) {
        for (const bool replace : {false, true}) {
            test(FixedNumberPreConnector{5, self, replace});
            test(FixedNumberPreConnector{50, self, replace});
            test(FixedNumberPreConnector{uniform_int(0, 9), self, replace});
            test(FixedNumberPostConnector{5, self, replace});
            test(FixedNumberPostConnector{90, self, replace});
            test(FixedNumberPostConnector{poisson(4.0), self, replace});
            test(FixedTotalNumberConnector{
                .n = 250, .self_connections = self, .with_replacement = replace});
        }
        test(IndexBasedProbabilityConnector{"0.3 * ((i + j) % 3 == 0)", self});
    }
    test(AllToAllConnector{.self_connections = SelfConnections::no_mutual});
    test(FixedProbabilityConnector{.p_connect = 0.2, .self_connections = SelfConnections::no_mutual}
    );
}

TEST(Connector, gives_a_target_the_same_sources_whoever_asks) {
    for (const Shape& shape : {Shape{40, 37, false}, Shape{37, 37, true}}) {
        for_each_connector([&](const auto& connector) {
            const auto whole = sources_of(connector, shape, {5});
            ASSERT_GT(test::total(whole), 0u);
            for (std::size_t first = 0; first <= 37; first += 3) {
                for (std::size_t last = first; last <= 37; ++last) {
                    const std::vector<Sources> part(
                        whole.begin() + static_cast<std::ptrdiff_t>(first),
                        whole.begin() + static_cast<std::ptrdiff_t>(last)
                    );
                    ASSERT_EQ(sources_of(connector, shape, {5}, {first, last}), part)
                        << connector.name << " " << first << " " << last;
                }
            }
        });
    }
}

TEST(Connector, gives_sources_that_exist_in_ascending_order) {
    for (const Shape& shape : {Shape{15, 40, false}, Shape{40, 15, false}, Shape{37, 37, true}}) {
        for_each_connector([&](const auto& connector) {
            for (const Sources& sources : sources_of(connector, shape)) {
                EXPECT_TRUE(std::is_sorted(sources.begin(), sources.end())) << connector.name;
                EXPECT_TRUE(sources.empty() || sources.back() < shape.num_pre) << connector.name;
            }
        });
    }
}

TEST(Connector, connects_nothing_with_empty_groups) {
    for (const Shape& shape : {Shape{0, 0, true}, Shape{0, 5, false}, Shape{5, 0, false}}) {
        EXPECT_EQ(test::total(sources_of(OneToOneConnector{}, shape)), 0u);
        EXPECT_EQ(test::total(sources_of(AllToAllConnector{}, shape)), 0u);
        EXPECT_EQ(test::total(sources_of(FixedProbabilityConnector{.p_connect = 0.5}, shape)), 0u);
        for (const auto self : {SelfConnections::allow, SelfConnections::forbid}) {
            const FixedTotalNumberConnector none{.n = 0, .self_connections = self};
            EXPECT_EQ(none.check(shape), "");
            EXPECT_EQ(test::total(sources_of(none, shape)), 0u);
        }
    }
}

TEST(Connector, excludes_what_the_rule_for_self_connections_says) {
    const auto kept = [](SelfConnections rule, bool same) {
        Sources sources = {0, 1, 2, 3, 4};
        drop_excluded(rule, Shape{5, 5, same}, 2, sources);
        return sources;
    };

    EXPECT_EQ(kept(SelfConnections::allow, true), (Sources{0, 1, 2, 3, 4}));
    EXPECT_EQ(kept(SelfConnections::forbid, true), (Sources{0, 1, 3, 4}));
    EXPECT_EQ(kept(SelfConnections::no_mutual, true), (Sources{3, 4}));
    for (const auto rule : {SelfConnections::forbid, SelfConnections::no_mutual})
        EXPECT_EQ(kept(rule, false), (Sources{0, 1, 2, 3, 4}));
}

/// Sources 2 to 7 of eight are the targets 0 to 5 of six.
Shape overlapping() {
    return {
        8,
        6,
        false,
        std::make_shared<const Overlap>(Overlap{
            [](std::size_t post) { return std::optional{post + 2}; },
            [](std::size_t pre) { return pre < 2 ? std::nullopt : std::optional{pre - 2}; }})};
}

TEST(Connector, knows_cells_that_are_on_both_sides_of_different_groups) {
    const auto with = [](SelfConnections self, auto&& test) {
        test(AllToAllConnector{.self_connections = self});
        for (const bool replace : {false, true}) {
            test(FixedNumberPreConnector{4, self, replace});
            test(FixedNumberPostConnector{4, self, replace});
            test(FixedTotalNumberConnector{
                .n = 30, .self_connections = self, .with_replacement = replace});
        }
        test(IndexBasedProbabilityConnector{"0.8", self});
    };
    with(SelfConnections::forbid, [](const auto& connector) {
        const auto sources = sources_of(connector, overlapping());
        EXPECT_GT(test::total(sources), 15u) << connector.name;
        for (std::size_t post = 0; post < 6; ++post)
            EXPECT_EQ(std::count(sources[post].begin(), sources[post].end(), post + 2), 0)
                << connector.name;
    });
    with(SelfConnections::no_mutual, [](const auto& connector) {
        const auto sources = sources_of(connector, overlapping());
        EXPECT_GT(test::total(sources), 5u) << connector.name;
        for (std::size_t post = 0; post < 6; ++post) {
            for (const std::uint32_t pre : sources[post])
                EXPECT_TRUE(pre < 2 || pre > post + 2) << connector.name;
        }
    });
    EXPECT_EQ(
        sources_of(
            AllToAllConnector{.self_connections = SelfConnections::no_mutual}, overlapping()
        )[3],
        (Sources{0, 1, 6, 7})
    );
    EXPECT_EQ(
        test::total(sources_of(
            FixedTotalNumberConnector{.n = 30, .self_connections = SelfConnections::forbid},
            overlapping()
        )),
        30u
    );
}

TEST(Connector, forgets_its_type) {
    std::vector<std::unique_ptr<Rule>> rules;
    rules.push_back(std::make_unique<RuleOf<OneToOneConnector>>(OneToOneConnector{}));
    rules.push_back(std::make_unique<RuleOf<FixedProbabilityConnector>>(FixedProbabilityConnector{
        .p_connect = 2}));
    Sources sources = {17, 18};
    rules[0]->plan({4, 4, false}, {1}, {2, 4});
    rules[0]->presynaptic(3, sources);

    EXPECT_EQ(sources, Sources{3});
    EXPECT_EQ(rules[0]->name(), "OneToOneConnector");
    EXPECT_EQ(rules[1]->name(), "FixedProbabilityConnector");
    EXPECT_TRUE(rules[0]->is_one_to_one());
    EXPECT_FALSE(rules[1]->is_one_to_one());
    EXPECT_EQ(rules[0]->check({4, 4, false}), "");
    EXPECT_NE(rules[1]->check({4, 4, false}), "");
}

struct NoConnector {
    static constexpr std::string_view name = "NoConnector";
};

TEST(Connector, is_known_by_what_it_can_do) {
    static_assert(!Connector<NoConnector>);
    static_assert(!Connector<int>);
}

}  // namespace
}  // namespace ranvier::connectors
