#include "ranvier/network/ConnectionTable.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/RandomNetwork.hpp"

namespace ranvier::network {
namespace {

using testing::ElementsAre;

/// A connection as it is filed and as it is found again.
struct Entry {
    std::uint32_t source  = 0;
    ChannelId     channel = 0;
    std::uint32_t target  = 0;
    std::uint32_t delay   = 1;
    double        weight  = 0;

    friend bool operator==(const Entry&, const Entry&) = default;
    friend void PrintTo(const Entry& e, std::ostream* out) {
        *out << "{source " << e.source << ", channel " << e.channel << ", target " << e.target
             << ", delay " << e.delay << ", weight " << e.weight << "}";
    }
};

template <class T>
class ConnectionTables : public testing::Test {
protected:
    void add(ConnectionTable<T>& table, const Entry& e) {
        table.add({&e.source, 1}, e.channel, e.target, {&e.delay, 1}, {&e.weight, 1});
    }

    /// All connections by source, then place of the channel, then as they are stored.
    std::vector<Entry> all(const ConnectionTable<T>& table, std::uint32_t num_sources) {
        std::vector<Entry> found;
        for (std::uint32_t source = 0; source < num_sources; ++source) {
            for (std::size_t place = 0; place < table.channels().size(); ++place) {
                const ChannelId id = table.channels()[place];
                table.for_each(
                    source,
                    place,
                    channels[id],
                    [&](std::uint32_t target, std::uint32_t delay, T weight) {
                        found.push_back({source, id, target, delay, static_cast<double>(weight)});
                    }
                );
            }
        }
        return found;
    }

    /// What `all` must give for entries added in this order, by definition.
    std::vector<Entry> expected(std::vector<Entry> entries) {
        for (Entry& e : entries) {
            if (channels[e.channel].constant) e.weight = channels[e.channel].weight;
        }
        std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
            const auto key = [&](const Entry& e) {
                return std::tuple{e.source, channels[e.channel], e.delay, e.target / page_cells};
            };
            return key(a) < key(b);
        });
        return entries;
    }

    std::vector<Channel> channels{Channel{}};
    std::uint32_t        page_cells = 65536;
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(ConnectionTables, Precisions);

TYPED_TEST(ConnectionTables, keep_the_connections_of_a_source_by_delay_then_as_added) {
    ConnectionTable<TypeParam> table;
    for (const Entry& e :
         {Entry{0, 0, 9, 4, 0.25},
          Entry{0, 0, 7, 3, 0.5},
          Entry{0, 0, 2, 3, 1},
          Entry{0, 0, 7, 3, 2}})
        this->add(table, e);

    table.build(this->channels);

    EXPECT_THAT(
        this->all(table, 1),
        ElementsAre(
            Entry{0, 0, 7, 3, 0.5},
            Entry{0, 0, 2, 3, 1},
            Entry{0, 0, 7, 3, 2},
            Entry{0, 0, 9, 4, 0.25}
        )
    );
}

TYPED_TEST(ConnectionTables, without_sources_or_connections_have_no_rows) {
    ConnectionTable<TypeParam> none, silent;
    none.build(this->channels);
    silent.build(this->channels);
    EXPECT_TRUE(none.channels().empty());
    EXPECT_TRUE(silent.channels().empty());
    EXPECT_EQ(silent.row(299, 0), nullptr);

    this->add(silent, {299, 0, 1, 1, 1});
    silent.build(this->channels);
    EXPECT_EQ(silent.row(298, 0), nullptr);
    EXPECT_EQ(silent.row(3, 0), nullptr);
    EXPECT_NE(silent.row(299, 0), nullptr);
}

TYPED_TEST(ConnectionTables, take_memory_for_sources_that_have_connections) {
    ConnectionTable<TypeParam> table;
    for (const std::uint32_t source : {3000000000u, 3000000700u, 3000000001u})
        this->add(table, {source, 0, 7, 2, 1});
    table.build(this->channels);
    EXPECT_LT(table.bytes(), 10000u);
    EXPECT_NE(table.row(3000000001, 0), nullptr);
    EXPECT_EQ(table.row(0, 0), nullptr);
    EXPECT_EQ(table.row(4000000000, 0), nullptr);
    for (const std::uint32_t source : {3000000001u, 0u, 4000000000u})
        table.fetch(source, 0);  // nothing to see, and nothing wrong with sources that are absent

    // Groups before and behind come later; what there was stays.
    for (const std::uint32_t source : {2999999000u, 3000009000u})
        this->add(table, {source, 0, 7, 2, 1});
    table.build(this->channels);
    for (const std::uint32_t source : {3000000000u, 3000000700u, 2999999000u, 3000009000u})
        EXPECT_NE(table.row(source, 0), nullptr);
    EXPECT_EQ(table.row(2999998999, 0), nullptr);
}

TYPED_TEST(ConnectionTables, agree_with_a_stable_sort_over_several_builds) {
    this->channels = {
        {.ordinal = 1},
        {.receptor = 1, .constant = true, .weight = 0.5},
        {.receptor = 1},
        {.ordinal = 1, .receptor = 1, .drive = true},
        {.since = 7, .quantum = 0.125}};
    constexpr std::uint32_t num_sources = 700;  // three groups, the last one partly used
    test::Dice              dice{1};
    for (const std::uint32_t cells : {65536u, 16u, 5u, 1u}) {
        this->page_cells = cells;
        ConnectionTable<TypeParam> table{cells};
        std::vector<Entry>         added;
        const std::uint32_t        num_targets = std::min(40u, 16 * cells);
        for (int build = 0; build < 4; ++build) {
            // The channels come into use one by one, and some groups get nothing new.
            const std::size_t first = build == 2 ? 256 : 0;
            for (int k = 0; k < 9000; ++k) {
                const Entry e{
                    static_cast<std::uint32_t>(first + dice.below(num_sources - first)),
                    static_cast<ChannelId>(dice.below(static_cast<std::size_t>(build) + 2)),
                    static_cast<std::uint32_t>(dice.below(num_targets)),
                    static_cast<std::uint32_t>(1 + dice.below(dice.chance(0.02) ? 100000 : 12)),
                    static_cast<double>(dice.below(1000)) / 8};
                this->add(table, e);
                added.push_back(e);
            }
            ASSERT_TRUE(table.has_pending());
            table.build(this->channels);
            ASSERT_FALSE(table.has_pending());
            ASSERT_EQ(this->all(table, num_sources), this->expected(added))
                << "build " << build << ", pages of " << cells;
        }
    }
}

/// Many connections per source: their segments are counted, not sorted.
TYPED_TEST(ConnectionTables, keep_dense_rows_by_delay_and_page) {
    this->channels   = {{}, {.constant = true, .weight = 0.5}, {.quantum = 0.125}};
    this->page_cells = 1000;
    for (const std::size_t delays : {1u, 3u, 40u}) {
        ConnectionTable<TypeParam> table{this->page_cells};
        std::vector<Entry>         added;
        test::Dice                 dice{delays};
        for (std::uint32_t k = 0; k < 60000; ++k) {
            const Entry e{
                k % 2,
                static_cast<ChannelId>(dice.below(3)),
                k * 7 % 16000,
                static_cast<std::uint32_t>(5 + dice.below(delays)),
                static_cast<double>(dice.below(1000)) / 8};
            this->add(table, e);
            added.push_back(e);
        }
        table.build(this->channels);
        ASSERT_EQ(this->all(table, 2), this->expected(added)) << delays << " delays";
    }
}

TYPED_TEST(ConnectionTables, take_targets_of_a_page_together) {
    ConnectionTable<TypeParam>       together{16}, one_by_one{16};
    const std::vector<std::uint32_t> sources{3, 1, 3, 700}, delays{2, 2, 2, 9};
    const std::vector<double>        weights{0.5, 1, 1.5, 2};
    for (const std::uint32_t first : {0u, 32u, 240u, 16u}) {
        const std::vector<std::uint32_t> targets{first, first + 15, first + 3, first};
        together.add(sources, 0, targets, delays, weights);
        for (std::size_t k = 0; k < sources.size(); ++k)
            this->add(one_by_one, {sources[k], 0, targets[k], delays[k], weights[k]});
    }
    together.build(this->channels);
    one_by_one.build(this->channels);

    EXPECT_EQ(this->all(together, 701), this->all(one_by_one, 701));
    EXPECT_EQ(this->all(together, 701).size(), 16u);
}

TYPED_TEST(ConnectionTables, bridge_gaps_longer_than_their_field) {
    ConnectionTable<TypeParam> table;
    std::vector<Entry>         added;
    std::uint32_t              delay = 1;
    for (const std::uint32_t gap :
         {0u, 16381u, 16382u, 16383u, 16384u, 32763u, 32764u, 32765u, 32766u, 1u, 600000u}) {
        delay += gap;
        added.push_back({0, 0, static_cast<std::uint32_t>(added.size()), delay, 1});
    }
    added.push_back({0, 0, 99, ConnectionTable<TypeParam>::max_delay, 1});
    for (const Entry& e : added)
        this->add(table, e);

    table.build(this->channels);

    EXPECT_EQ(this->all(table, 1), added);
}

TYPED_TEST(ConnectionTables, hold_more_targets_of_a_delay_than_fit_a_segment) {
    for (const std::size_t count : {16382u, 16383u, 16384u, 140000u}) {
        ConnectionTable<TypeParam> table;
        std::vector<Entry>         added;
        for (std::size_t k = 0; k < count; ++k)
            added.push_back(
                {0, 0, static_cast<std::uint32_t>(k * 7 % 65536), 5, static_cast<double>(k)}
            );
        added.push_back({0, 0, 3, 6, 0.5});
        for (const Entry& e : added)
            this->add(table, e);

        table.build(this->channels);

        ASSERT_EQ(this->all(table, 1), added) << count;
    }
}

TYPED_TEST(ConnectionTables, forget_what_is_rolled_back) {
    ConnectionTable<TypeParam> table;
    std::vector<Entry>         kept;
    test::Dice                 dice{2};
    const auto                 add_some = [&](std::size_t count, bool keep) {
        for (std::size_t k = 0; k < count; ++k) {
            const Entry e{
                static_cast<std::uint32_t>(dice.below(600)),
                0,
                static_cast<std::uint16_t>(dice.below(9)),
                1,
                static_cast<double>(k)};
            this->add(table, e);
            if (keep) kept.push_back(e);
        }
    };
    // Numbers that take several chunks in each of three groups.
    for (const std::size_t count : {0u, 5u, 12288u, 20000u}) {
        add_some(count, true);
        const auto mark = table.mark();
        add_some(dice.one_of({1u, 30000u}), false);
        table.roll_back(mark);
        if (count == 5u) table.build(this->channels);
    }
    table.build(this->channels);

    EXPECT_EQ(this->all(table, 600), this->expected(kept));
}

TYPED_TEST(ConnectionTables, store_no_weights_where_there_is_one_for_all) {
    this->channels.push_back({.constant = true, .weight = 0.75});
    ConnectionTable<TypeParam> stored, constant;
    constexpr std::size_t      count = 10000;
    for (std::size_t k = 0; k < count; ++k) {
        this->add(stored, {0, 0, static_cast<std::uint16_t>(k), 1, 0.75});
        this->add(constant, {0, 1, static_cast<std::uint16_t>(k), 1, 123});
    }

    stored.build(this->channels);
    constant.build(this->channels);

    EXPECT_GE(stored.bytes(), constant.bytes() + count * sizeof(TypeParam));
    for (const Entry& e : this->all(constant, 1))
        ASSERT_EQ(e.weight, 0.75);
    EXPECT_EQ(this->all(constant, 1).size(), count);
}

TYPED_TEST(ConnectionTables, keep_multiples_of_a_quantum_in_16_bits) {
    this->channels.push_back({.quantum = 0x1p-15});
    ConnectionTable<TypeParam> exact, rounded;
    std::vector<Entry>         added;
    test::Dice                 dice{4};
    std::uint32_t              source = 0;
    // Rows of all sizes and forms: odd and even segments, one per delay, sparse ones, gaps.
    for (const std::size_t count : {1u, 2u, 3u, 15u, 16u, 17u, 300u, 5001u, 70000u}) {
        for (const std::size_t delays : {1u, 2u, 7u, 900u, 200000u}) {
            for (std::size_t k = 0; k < count; ++k) {
                const double multiple = k < 2 ? (k == 0 ? 32767 : -32767)
                                              : static_cast<double>(dice.below(65535)) - 32767;
                added.push_back(
                    {source,
                     1,
                     static_cast<std::uint32_t>(dice.below(60000)),
                     static_cast<std::uint32_t>(1 + dice.below(delays)),
                     multiple * 0x1p-15}
                );
            }
            ++source;
        }
    }
    for (Entry e : added) {
        this->add(rounded, e);
        e.channel = 0;
        this->add(exact, e);
    }

    rounded.build(this->channels);
    exact.build(this->channels);

    const auto expected = this->expected(added);
    EXPECT_EQ(this->all(rounded, source), expected);
    EXPECT_LT(rounded.bytes(), exact.bytes());

    // Rows that are read back and sorted again.
    this->add(rounded, {source, 1, 3, 5, -0x1p-15});
    added.push_back({source, 1, 3, 5, -0x1p-15});
    rounded.build(this->channels);
    EXPECT_EQ(this->all(rounded, source + 1), this->expected(added));
}

TYPED_TEST(ConnectionTables, take_two_bytes_for_a_weight_with_a_quantum) {
    this->channels.push_back({.quantum = 0.5});
    ConnectionTable<TypeParam> exact, rounded;
    constexpr std::size_t      count = 10000;
    for (std::size_t k = 0; k < count; ++k) {
        this->add(exact, {0, 0, static_cast<std::uint32_t>(k), 1, 1.5});
        this->add(rounded, {0, 1, static_cast<std::uint32_t>(k), 1, 1.5});
    }

    exact.build(this->channels);
    rounded.build(this->channels);

    EXPECT_EQ(exact.bytes() - rounded.bytes(), count * (sizeof(TypeParam) - 2));
}

TYPED_TEST(ConnectionTables, change_single_weights_with_a_quantum) {
    this->channels[0].quantum = 0.25;
    ConnectionTable<TypeParam> table;
    std::vector<Entry>         added;
    for (std::uint32_t target = 0; target < 7; ++target)
        added.push_back({0, 0, target, 1u + target / 3u, 0.25 * target});
    for (const Entry& e : added)
        this->add(table, e);
    table.build(this->channels);

    table.update_each(
        0,
        0,
        this->channels[0],
        [](std::uint32_t target, std::uint32_t, TypeParam& weight) {
            if (target % 2 == 1) weight = static_cast<TypeParam>(-8191.75);
        }
    );

    for (Entry& e : added)
        e.weight = e.target % 2 == 1 ? -8191.75 : e.weight;
    EXPECT_EQ(this->all(table, 1), added);
}

TYPED_TEST(ConnectionTables, list_channels_in_an_order_that_ids_do_not_change) {
    const std::vector<Channel> sorted{
        {.ordinal = 0, .receptor = 0},
        {.ordinal = 0, .receptor = 0, .constant = true, .weight = 1},
        {.ordinal = 0, .receptor = 0, .constant = true, .weight = 2},
        {.ordinal = 0, .receptor = 1},
        {.ordinal = 0, .receptor = 1, .quantum = 0.5},
        {.ordinal = 1, .receptor = 0},
        {.since = 5, .ordinal = 0}};
    std::vector<ChannelId> ids{3, 0, 5, 1, 6, 4, 2};
    this->channels.resize(sorted.size());
    ConnectionTable<TypeParam> table;
    for (std::size_t k = 0; k < sorted.size(); ++k)
        this->channels[ids[k]] = sorted[k];
    for (ChannelId id = 0; id < sorted.size(); ++id)
        this->add(table, {0, id, 0, 1, 1});

    table.build(this->channels);

    EXPECT_EQ(table.channels(), ids);
}

}  // namespace
}  // namespace ranvier::network
