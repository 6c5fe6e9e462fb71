/// @file
/// When a file is flushed.
#pragma once

#include <chrono>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::io {

/// Wall time since the last flush, by root's clock: ranks must flush together.
class FlushTimer {
public:
    explicit FlushTimer(double interval_s) : interval_s_(interval_s) {}

    /// Whether root wants a flush; false on the others. @local
    bool is_due(const Communicator& comm) const {
        const std::chrono::duration<double> unflushed = Clock::now() - last_;
        return comm.is_root() && unflushed.count() >= interval_s_;
    }
    void restart() { last_ = Clock::now(); }

private:
    using Clock = std::chrono::steady_clock;

    double            interval_s_;
    Clock::time_point last_ = Clock::now();
};

}  // namespace ranvier::io
