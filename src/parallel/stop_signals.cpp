#include "ranvier/parallel/stop_signals.hpp"

#include <array>
#include <csignal>

#include <signal.h>

namespace ranvier {

namespace {

volatile std::sig_atomic_t noted = 0;

extern "C" void note_signal(int number) {
    if (noted == 0) noted = number;
}

}  // namespace

void install_stop_signals() {
    struct sigaction action = {};
    action.sa_handler       = note_signal;
    action.sa_flags         = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : std::array{SIGTERM, SIGUSR1, SIGINT})
        sigaction(number, &action, nullptr);
}

int pending_stop_signal() {
    return noted;
}

void forget_stop_signal() {
    noted = 0;
}

}  // namespace ranvier
