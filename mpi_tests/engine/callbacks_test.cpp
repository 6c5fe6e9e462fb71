// Callbacks during a run, and stopping it.
#include <limits>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Notes when it is called.
Callback every(Time interval, std::vector<double>& times) {
    return [interval, &times](Time now) {
        times.push_back(now.value());
        return now + interval;
    };
}

TEST(callbacks, are_called_at_the_start_and_whenever_they_asked_for) {
    Simulation          sim{world()};
    std::vector<double> a, b, c, d;

    EXPECT_EQ(
        sim.run(100_ms, {every(10_ms, a), every(10_ms, b), every(20_ms, c), every(25_ms, d)}),
        100_ms
    );

    EXPECT_EQ(a.size(), 11u);
    EXPECT_EQ(b, a);
    EXPECT_THAT(c, ElementsAre(0, 20, 40, 60, 80, 100));
    EXPECT_THAT(d, ElementsAre(0, 25, 50, 75, 100));
}

TEST(callbacks, of_a_time_beyond_the_end_come_at_the_end_and_infinity_never) {
    Simulation          sim{world()};
    std::vector<double> times;
    int                 calls = 0;
    sim.run_until(50_ms, {every(30_ms, times), [&](Time) {
                              ++calls;
                              return Time::in_base_units(std::numeric_limits<double>::infinity());
                          }});
    EXPECT_THAT(times, ElementsAre(0, 30, 50));
    EXPECT_EQ(calls, 1);
}

TEST(callbacks, may_set_parameters_and_change_nothing_by_being_there) {
    std::vector<std::uint64_t> digests;
    for (const int way : {0, 1, 2}) {
        Simulation sim{world()};
        Population p{sim, 5, IF_curr_exp{.i_offset = 0.9_nA}};
        Projection{p, p, AllToAllConnector{}, {0.01_nA, 2_ms}};
        p.record({"v"});
        if (way == 0) {
            sim.run(20_ms);
            p.set("i_offset", 2.0);
            sim.run(20_ms);
        } else {
            sim.run(40_ms, {[&](Time now) {
                        if (now == 20_ms) p.set("i_offset", 2.0);
                        return now + (way == 1 ? 20_ms : 4_ms);
                    }});
        }
        digests.push_back(sim.digest());
        EXPECT_EQ(p.get_data().segments.at(0).signal("v").num_samples, 401u);
    }
    EXPECT_EQ(digests[1], digests[0]);
    EXPECT_EQ(digests[2], digests[0]);
}

TEST(callbacks, stop_the_run_on_all_ranks_if_one_asks) {
    Simulation sim{world()};
    const auto stop_at_30 = [&](Time now) {
        if (now >= 30_ms && world().rank() == world().size() - 1) sim.stop();
        return now + 10_ms;
    };
    EXPECT_EQ(sim.run(100_ms, {stop_at_30}), 30_ms);
    EXPECT_TRUE(sim.was_stopped());
    EXPECT_EQ(sim.run(20_ms), 50_ms);
    EXPECT_FALSE(sim.was_stopped());
}

TEST(callbacks, that_fail_on_one_rank_end_the_run_on_all) {
    Simulation sim{world()};
    const auto fail = [&](Time now) -> Time {
        if (now > 5_ms && world().rank() == world().size() - 1)
            throw std::runtime_error{"no such electrode"};
        return now + 10_ms;
    };
    const std::string of = fmt::format(" (rank {} of {})", world().size() - 1, world().size());
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(20_ms, {fail}),
        RunError,
        "no such electrode" + (world().size() > 1 ? of : "")
    );
    EXPECT_EQ(sim.current_time(), 10_ms);
}

TEST(callbacks, must_ask_for_a_later_time_and_must_not_run_the_simulation) {
    Simulation sim{world()};
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(20_ms, {[](Time now) { return now; }}),
        RunError,
        "must be later than the current time 0 ms, got 0 ms"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(20_ms, {[&](Time now) { return sim.run(1_ms) + now; }}),
        RunError,
        "A callback must not call run."
    );
    sim.on_interval([&](Time) {
        if (world().is_root()) sim.run(1_ms);
    });
    EXPECT_COLLECTIVE_THROW(world(), sim.run(20_ms), RunError, "A callback must not call run.");
    sim.on_interval({});
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(20_ms, {[&](Time now) {
                    if (world().is_root()) sim.reset();
                    return now + 1_ms;
                }}),
        RunError,
        "A callback must not call it."
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(20_ms, {[&](Time now) {
                    if (world().is_root()) sim.finish_writing();
                    return now + 1_ms;
                }}),
        RecordingError,
        "A callback must not call it."
    );
    if (world().size() > 1) {
        const auto differs = [](Time now) { return now + (world().rank() == 1 ? 1_ms : 2_ms); };
        EXPECT_COLLECTIVE_THROW(
            world(), sim.run(20_ms, {differs}), CommunicationError, "a callback's next call"
        );
    }
}

}  // namespace
}  // namespace ranvier
