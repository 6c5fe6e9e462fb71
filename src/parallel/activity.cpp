#include "ranvier/parallel/activity.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "ranvier/base/faults.hpp"
#include "ranvier/parallel/collective.hpp"

#include "BrokenCommunication.hpp"
#include "CommunicatorImpl.hpp"
#include "watchdog.hpp"
#include <fmt/format.h>

namespace ranvier::parallel {

namespace {

/// Written by the thread that works, read by the watchdog's.
struct Now {
    std::atomic<std::uint64_t> changes{0};
    std::atomic<const char*>   waits_in{nullptr};
    std::atomic<std::uint64_t> comm{0};
    std::atomic<std::uint64_t> call{0};
    std::atomic<int>           file_depth{0};
    std::atomic<int>           files_together{0};  ///< of these, those that wait for other ranks
    std::atomic<bool>          finished{false};
    std::atomic<double>        time_ms{0};

    std::mutex               guard;  // of what follows
    std::vector<std::string> activities;
    std::string              last;  ///< ended most recently
};

Now& now() {
    // Never destroyed: the watchdog reads it for as long as the process lives.
    static Now& instance = *new Now;
    return instance;
}

int collective_depth = 0;

void changed() {
    now().changes.fetch_add(1, std::memory_order_relaxed);
}

template <std::size_t N>
void copy_text(std::string_view text, std::array<char, N>& to) {
    std::size_t length = std::min(text.size(), N - 1);
    // Never half a character of UTF-8.
    while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80)
        --length;
    std::copy_n(text.begin(), length, to.begin());
    to[length] = '\0';
}

}  // namespace

void set_simulated_time(double ms) noexcept {
    now().time_ms.store(ms, std::memory_order_relaxed);
}

Activity::Activity(std::string what) {
    const std::lock_guard lock{now().guard};
    now().activities.push_back(std::move(what));
    changed();
}

Activity::~Activity() {
    const std::lock_guard lock{now().guard};
    now().last = std::move(now().activities.back());
    now().activities.pop_back();
    changed();
}

CollectiveCall::CollectiveCall(const Communicator& comm, std::string what) : activity_(what) {
    if (collective_depth++ == 0) {
        try {
            require_same_call(comm, what);
        } catch (...) {
            --collective_depth;
            throw;
        }
    }
}

CollectiveCall::~CollectiveCall() {
    --collective_depth;
}

Waiting::Waiting(const Communicator& comm, const char* call) {
    if (faults::fails(faults::Kind::message))
        throw BrokenCommunication(fmt::format("{}: failed as ordered by RANVIER_FAULT.", call));
    const Communicator::Impl& impl = *comm.impl_;
    Now&                      n    = now();
    n.comm.store(impl.id, std::memory_order_relaxed);
    n.call.store(++impl.num_calls, std::memory_order_relaxed);
    n.waits_in.store(call, std::memory_order_release);
    changed();
}

Waiting::~Waiting() {
    now().waits_in.store(nullptr, std::memory_order_release);
    changed();
}

FileAccess::FileAccess(Kind kind) noexcept : kind_(kind) {
    now().file_depth.fetch_add(1, std::memory_order_relaxed);
    if (kind_ == Kind::together) now().files_together.fetch_add(1, std::memory_order_relaxed);
    changed();
}

FileAccess::~FileAccess() {
    if (kind_ == Kind::together) now().files_together.fetch_sub(1, std::memory_order_relaxed);
    now().file_depth.fetch_sub(1, std::memory_order_relaxed);
    changed();
}

Status current_status() {
    Now&   n = now();
    Status status;
    status.time_ms = n.time_ms.load(std::memory_order_relaxed);
    if (n.finished.load()) {
        status.state = State::finished;
    } else if (n.file_depth.load() > 0) {
        status.state = State::file;
        // Alone inside one that all do together, it is at work.
        status.together = n.files_together.load() == n.file_depth.load();
    } else if (const char* call = n.waits_in.load(std::memory_order_acquire)) {
        status.state = State::waiting;
        status.comm  = n.comm.load(std::memory_order_relaxed);
        status.call  = n.call.load(std::memory_order_relaxed);
        copy_text(call, status.waits_in);
    }
    const std::lock_guard lock{n.guard};
    if (!n.activities.empty())
        copy_text(n.activities.back(), status.what);
    else if (status.state == State::waiting)
        copy_text("a call of the program's own", status.what);
    else if (!n.last.empty())
        copy_text("the program's own code after " + n.last, status.what);
    else
        copy_text("the program's own code", status.what);
    return status;
}

std::uint64_t progress_mark() {
    const Now& n = now();
    return n.changes.load(std::memory_order_relaxed) + num_ticks.load(std::memory_order_relaxed);
}

void set_finished(bool finished) {
    now().finished.store(finished);
    changed();
}

}  // namespace ranvier::parallel
