#include "ranvier/network/PendingConnections.hpp"

#include <array>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/RandomNetwork.hpp"

namespace ranvier::network {
namespace {

/// Channel, source within the group, target, delay, weight; the page of the target is its last bit.
using Entry = std::tuple<ChannelId, std::uint32_t, std::uint16_t, std::uint32_t, double>;

template <class T>
class Pending : public testing::Test {
protected:
    using Connections = PendingConnections<T>;

    static typename Connections::Onto onto(ChannelId channel, std::uint16_t target) {
        return {channel, static_cast<std::uint8_t>(target & 1)};
    }

    void add(const Entry& e, std::size_t group = 0) {
        const auto& [channel, source, target, delay, weight] = e;
        const auto pre = static_cast<std::uint32_t>(group * Connections::group_size + source);
        pending.add({&pre, 1}, onto(channel, target), target, {&delay, 1}, {&weight, 1});
    }

    template <bool wide>
    void read(const typename Connections::Chunk& chunk, std::vector<Entry>& found) {
        for (std::size_t k = 0; k < chunk.size; ++k) {
            const std::uint32_t* record = chunk.words.get() + k * Connections::width(wide);
            EXPECT_EQ(chunk.onto.page, Connections::target_of(record) & 1);
            found.emplace_back(
                chunk.onto.channel,
                Connections::source_of(record),
                Connections::target_of(record),
                Connections::template delay_of<wide>(record),
                static_cast<double>(Connections::template weight_of<wide>(record))
            );
        }
    }

    std::vector<Entry> held(std::size_t group = 0) {
        std::vector<Entry> found;
        for (const auto& chunk : pending.chunks(group))
            chunk.wide ? read<true>(chunk, found) : read<false>(chunk, found);
        return found;
    }

    Connections pending;
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(Pending, Precisions);

TYPED_TEST(Pending, keeps_what_was_added_in_order) {
    test::Dice         dice{1};
    std::vector<Entry> added;
    for (int k = 0; k < 100000; ++k) {
        added.emplace_back(
            static_cast<ChannelId>(k / 30000),
            static_cast<std::uint32_t>(dice.below(256)),
            static_cast<std::uint16_t>(dice.below(65536)),
            static_cast<std::uint32_t>(1 + dice.below(k < 50000 ? 255 : (1 << 24) - 1)),
            static_cast<double>(dice.below(1000)) / 8
        );
        this->add(added.back(), 1);
    }
    EXPECT_EQ(this->held(1), added);
    EXPECT_EQ(this->pending.groups(), (IndexRange{1, 2}));
    EXPECT_TRUE(this->held(0).empty());
    EXPECT_TRUE(this->held(2).empty());

    this->pending.release(1);
    EXPECT_TRUE(this->held(1).empty());
    EXPECT_LT(this->pending.bytes(), 1000u);
}

TYPED_TEST(Pending, takes_a_word_and_a_weight_per_connection) {
    for (int k = 0; k < 1000000; ++k)
        this->add({0, 7, 9, 255, 0.5});
    EXPECT_LT(static_cast<double>(this->pending.bytes()), 1.25e6 * (4 + sizeof(TypeParam)));
}

TYPED_TEST(Pending, returns_to_a_mark) {
    test::Dice         dice{2};
    std::vector<Entry> kept;
    const auto         some = [&](std::size_t count, bool keep) {
        for (std::size_t k = 0; k < count; ++k) {
            const Entry e{
                static_cast<ChannelId>(dice.below(2)),
                static_cast<std::uint32_t>(dice.below(256)),
                1,
                static_cast<std::uint32_t>(dice.one_of({3u, 300u})),
                static_cast<double>(k)};
            this->add(e);
            if (keep) kept.push_back(e);
        }
    };
    for (const std::size_t count : {0u, 1u, 5000u, 0u, 70000u}) {
        some(count, true);
        const auto mark = this->pending.mark();
        some(dice.one_of({1u, 3u, 90000u}), false);
        this->pending.roll_back(mark);
        ASSERT_EQ(this->held(), kept);
    }
}

/// Sources of any density and order, in batches, with one target or many.
TYPED_TEST(Pending, takes_batches_as_it_takes_connections_one_by_one) {
    test::Dice                                 dice{3};
    constexpr std::size_t                      num_groups = 6;
    std::array<std::vector<Entry>, num_groups> expected;
    std::vector<std::uint32_t>                 sources, delays;
    std::vector<std::uint16_t>                 targets;
    std::vector<double>                        weights;
    for (int batch = 0; batch < 300; ++batch) {
        const std::size_t size    = dice.one_of({0u, 1u, 7u, 60u, 1500u});
        const auto        channel = static_cast<ChannelId>(batch / 7 % 2);
        const bool        runs    = dice.below(2) == 0;
        sources.resize(size);
        for (std::size_t k = 0; k < size; ++k)
            sources[k] = static_cast<std::uint32_t>(runs ? k : dice.below(256 * num_groups));
        delays.assign(size, 0);
        for (std::uint32_t& delay : delays)
            delay = static_cast<std::uint32_t>(1 + dice.below(batch < 150 ? 255 : 5000));
        targets.assign(size, static_cast<std::uint16_t>(dice.below(65536)));
        weights.assign(size, static_cast<double>(dice.below(1000)) / 8);
        if (batch % 3 == 0) {
            for (std::uint16_t& target : targets)
                target = static_cast<std::uint16_t>(
                    dice.below(32768) * 2 + static_cast<unsigned>(batch) % 2
                );
            const auto page = static_cast<std::uint16_t>(batch % 2);
            this->pending.add(sources, this->onto(channel, page), targets, delays, weights);
        } else {
            const std::uint16_t target = targets.empty() ? std::uint16_t{0} : targets[0];
            this->pending.add(sources, this->onto(channel, target), target, delays, weights);
        }
        for (std::size_t k = 0; k < size; ++k)
            expected[sources[k] / 256].emplace_back(
                channel, sources[k] % 256, targets[k], delays[k], weights[k]
            );
    }
    for (std::size_t g = 0; g < num_groups; ++g)
        EXPECT_EQ(this->held(g), expected[g]) << g;
}

/// What one channel leaves free in a group it finds again, whatever others did elsewhere.
TYPED_TEST(Pending, continues_a_chunk_when_its_channel_comes_back) {
    for (int k = 0; k < 500; ++k) {
        this->add({0, 1, 2, 3, 0.5}, 0);
        this->add({1, 1, 2, 3, 0.5}, 1);
    }
    EXPECT_LT(this->pending.bytes(), 100000u);  // not 1000 chunks
    EXPECT_EQ(this->held(0).size(), 500u);
}

}  // namespace
}  // namespace ranvier::network
