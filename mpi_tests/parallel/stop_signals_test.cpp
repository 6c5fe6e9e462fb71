#include "ranvier/parallel/stop_signals.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {
namespace {

/// Puts the handlers of the test program back.
class stop_signals : public testing::Test {
protected:
    void SetUp() override {
        for (auto& [number, handler] : saved_)
            handler = std::signal(number, SIG_DFL);
        forget_stop_signal();
        install_stop_signals();
    }
    void TearDown() override {
        forget_stop_signal();
        for (const auto& [number, handler] : saved_)
            std::signal(number, handler);
    }

private:
    struct Saved {
        int number;
        void (*handler)(int);
    };
    Saved saved_[3] = {{SIGTERM, SIG_DFL}, {SIGUSR1, SIG_DFL}, {SIGINT, SIG_DFL}};
};

TEST_F(stop_signals, nothing_is_pending_at_first) {
    EXPECT_EQ(pending_stop_signal(), 0);
}

TEST_F(stop_signals, each_signal_is_noted) {
    for (const int number : {SIGTERM, SIGUSR1, SIGINT}) {
        std::raise(number);
        EXPECT_EQ(pending_stop_signal(), number);
        forget_stop_signal();
        EXPECT_EQ(pending_stop_signal(), 0);
    }
}

TEST_F(stop_signals, the_first_signal_stays) {
    std::raise(SIGUSR1);
    std::raise(SIGTERM);
    EXPECT_EQ(pending_stop_signal(), SIGUSR1);
}

TEST_F(stop_signals, installing_again_forgets_nothing) {
    std::raise(SIGINT);
    install_stop_signals();
    EXPECT_EQ(pending_stop_signal(), SIGINT);
}

TEST_F(stop_signals, ranks_agree_by_a_reduction) {
    const Communicator comm;
    if (comm.rank() == comm.size() - 1) std::raise(SIGTERM);
    EXPECT_EQ(comm.max(pending_stop_signal()), SIGTERM);
}

}  // namespace
}  // namespace ranvier
