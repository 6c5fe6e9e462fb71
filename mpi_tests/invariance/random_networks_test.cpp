// Random networks give the same bits on every number of ranks, in both precisions, however they
// are run: split, recorded or not, in other blocks, ... (support/NetworkRun.hpp lists the
// freedoms).
//
//     RANVIER_NETWORKS=2000       how many networks; 24 by default
//     RANVIER_FIRST_NETWORK=17    seed of the first one; the others follow
//
// A network that differs is described together with the first difference, and is then run with each
// of the freedoms alone.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/NetworkRun.hpp"
#include "support/RandomNetwork.hpp"
#include "support/ScratchDirectory.hpp"
#include <fmt/format.h>

namespace ranvier::test {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// The ranks of the job, of which the first few run networks while the others sleep.
class Groups {
public:
    Groups() {
        for (const int size : {1, 2, 3, 4, 7}) {
            if (size > world_.size()) continue;
            sizes_.push_back(size);
            groups_[size] = world_.split(world_.rank() < size ? 0 : -1);
        }
    }

    const std::vector<int>& sizes() const { return sizes_; }

    /// Runs the network on the first `size` ranks. @return what was seen, complete on rank 0
    Observation observe(const RandomNetwork& network, const Variant& variant, int size) {
        Observation         seen;
        const Communicator& group = groups_.at(size);
        if (group) {
            seen = test::observe(network, variant, group, directory_.path());
            EXPECT_EQ(group.min(seen.hash()), group.max(seen.hash()))
                << "ranks of one group see different things\n"
                << describe(network);
        }
        wait_asleep(world_);
        return seen;
    }

    /// What rank 0 passes. @collective
    std::string from_root(const std::string& text) const { return world_.broadcast(text); }
    bool        is_root() const { return world_.is_root(); }

private:
    Communicator                world_;
    ScratchDirectory            directory_;
    std::vector<int>            sizes_;
    std::map<int, Communicator> groups_;
};

/// Some of the freedoms that this network allows.
std::vector<Freedom> some_freedoms(const RandomNetwork& network, Dice& dice) {
    std::vector<Freedom> chosen;
    for (std::size_t f = 0; f < num_freedoms; ++f) {
        const auto freedom = static_cast<Freedom>(f);
        if (freedom == Freedom::small_min_delay && !network.has_explicit_delays()) continue;
        if (dice.chance(freedom == Freedom::no_recording ? 0.2 : 0.4)) chosen.push_back(freedom);
    }
    return chosen;
}

/// Which of the freedoms make the difference by themselves; on rank 0.
std::string culprits(
    Groups&              groups,
    const RandomNetwork& network,
    const Variant&       variant,
    int                  size,
    const Observation&   expected
) {
    std::string found;
    const auto  try_out = [&](const Variant& single, const std::string& name) {
        const Observation seen       = groups.observe(network, single, size);
        const std::string difference = first_difference(expected, seen);
        if (!difference.empty()) found += fmt::format("\n  with {} alone: {}", name, difference);
    };
    try_out({variant.precision, {}}, "the number of ranks");
    for (const Freedom freedom : variant.freedoms)
        try_out({variant.precision, {freedom}}, std::string{name_of(freedom)});
    return found;
}

/// How much the networks of a test have done.
struct Activity {
    std::uint64_t networks = 0, with_spikes = 0, with_cell_spikes = 0, connections = 0, spikes = 0;
};

/// Runs one network in all ways. Returns whether all were the same.
bool is_invariant(Groups& groups, std::uint64_t seed, Precision precision, Activity& activity) {
    const RandomNetwork network = random_network(seed);
    Dice                dice{hash_of(seed, static_cast<std::uint64_t>(precision))};
    const Variant       plain{precision, {}};
    const Observation   expected = groups.observe(network, plain, 1);
    ++activity.networks;
    activity.with_spikes += expected.num_spikes > 0 ? 1 : 0;
    activity.with_cell_spikes += expected.num_cell_spikes > 0 ? 1 : 0;
    activity.connections += expected.num_connections;
    activity.spikes += expected.num_spikes;

    bool same = true;
    for (const int size : groups.sizes()) {
        const Variant     variant{precision, some_freedoms(network, dice)};
        const Observation seen = groups.observe(network, variant, size);
        std::string       difference;
        if (groups.is_root()) {
            difference = first_difference(expected, seen);
            if (!expected.error.empty()) difference = "it is refused: " + expected.error;
        }
        difference = groups.from_root(difference);
        if (difference.empty()) continue;
        same                    = false;
        const std::string alone = culprits(groups, network, variant, size, expected);
        if (groups.is_root()) {
            ADD_FAILURE() << fmt::format(
                "On {} ranks ({}): {}{}\n{}",
                size,
                variant.describe(),
                difference,
                alone,
                describe(network)
            );
        }
        break;
    }
    return same;
}

void expect_invariance(Precision precision) {
    Groups              groups;
    Activity            activity;
    const std::uint64_t count     = number_from_environment("RANVIER_NETWORKS", 24);
    const std::uint64_t first     = number_from_environment("RANVIER_FIRST_NETWORK", 1);
    std::uint64_t       different = 0;
    for (std::uint64_t seed = first; seed < first + count && different < 3; ++seed)
        different += is_invariant(groups, seed, precision, activity) ? 0u : 1u;
    if (!groups.is_root()) return;

    fmt::print(
        "{} networks, {} with spikes, {} with spikes of neurons, {} connections, {} spikes\n",
        activity.networks,
        activity.with_spikes,
        activity.with_cell_spikes,
        activity.connections,
        activity.spikes
    );
    if (count < 20) return;
    EXPECT_GT(10 * activity.with_spikes, 7 * activity.networks) << "too many networks are silent";
    EXPECT_GT(10 * activity.with_cell_spikes, 5 * activity.networks);
}

TEST(RandomNetworks, are_the_same_however_they_are_run_in_double_precision) {
    expect_invariance(Precision::float64);
}

TEST(RandomNetworks, are_the_same_however_they_are_run_in_single_precision) {
    expect_invariance(Precision::float32);
}

}  // namespace
}  // namespace ranvier::test
