#include "watchdog.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include "Deadline.hpp"
#include "termination.hpp"
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace ranvier::parallel {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int    tag_status    = 2;
constexpr int    tag_answer    = 3;
constexpr double long_patience = 10;  ///< times the timeout, for files and calls all ranks are in

// Shares of the timeout, so that the job has ended when it is over: root judges; without root, the
// lowest rank that waits, each giving those before it one more look.
constexpr double root_judges   = 0.8;
constexpr double others_judge  = 0.84;
constexpr double rank_after    = 0.04;
constexpr double last_judges   = 0.96;
constexpr double suspended_for = 0.25;
constexpr double looks_every_s = 1.0;  ///< at most; a hundredth of the timeout

// A thread that is found running this often does not wait for a device.
constexpr double running_share = 0.9;
constexpr int    looks_needed  = 10;

double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
}

bool in_same_call(const Status& a, const Status& b) {
    return a.state == State::waiting && b.state == State::waiting && a.comm == b.comm &&
           a.call == b.call && std::strcmp(a.waits_in.data(), b.waits_in.data()) == 0;
}

bool waits(const Status& s) {
    return s.state == State::waiting || s.state == State::file || s.state == State::finished;
}

/// Whether no rank moves, and nobody is held up by a disk.
bool all_spin(std::span<const Status> ranks, double timeout_s) {
    return std::ranges::all_of(ranks, [=](const Status& s) {
        return s.idle_s > timeout_s && (s.state != State::file || s.spins);
    });
}

/// Whether `other` is to blame for `waiting` not coming back.
/// @param no_disk nothing that could take long is under way in files, see `all_spin`
bool blocks(const Status& other, const Status& waiting, double timeout_s, bool no_disk) {
    switch (other.state) {
        case State::working:
        case State::silent:
            return other.idle_s > timeout_s;
        case State::finished:
            return waiting.state != State::finished && other.idle_s > timeout_s;
        case State::file:
            return no_disk || other.idle_s > long_patience * timeout_s;
        case State::waiting:
            break;
    }
    if (waiting.state != State::waiting || in_same_call(other, waiting)) return false;
    return other.comm == waiting.comm && other.idle_s > timeout_s;
}

/// A rank that does not wait explains more than one that does, which may wait for a third one.
int obscurity_of(const Status& s) {
    return s.state == State::waiting ? 2 : s.state == State::file ? 1 : 0;
}

std::string at_time(const Status& s) {
    return s.time_ms > 0 ? fmt::format(" at t = {} ms", number(s.time_ms)) : "";
}

std::string found(std::size_t rank, const Status& s) {
    const auto seconds = std::llround(s.idle_s);
    switch (s.state) {
        case State::working:
            return fmt::format(
                "rank {} has been in {} for {} s{}", rank, s.what.data(), seconds, at_time(s)
            );
        case State::file:
            return fmt::format(
                "rank {} has been in a file operation of {} for {} s{}{}",
                rank,
                s.what.data(),
                seconds,
                at_time(s),
                s.spins ? ", waiting for another rank" : ""
            );
        case State::finished:
            return fmt::format("rank {} has come to the end of the program", rank);
        case State::silent:
            return fmt::format("rank {} has not answered for {} s", rank, seconds);
        case State::waiting:
            break;
    }
    return fmt::format(
        "rank {} waits in {} ({}){}", rank, s.what.data(), s.waits_in.data(), at_time(s)
    );
}

std::string text_of(std::size_t waiting, std::size_t other, std::span<const Status> ranks) {
    const Status&     w     = ranks[waiting];
    const std::string where = w.state == State::finished
                                  ? std::string{"at the end of the program"}
                                  : fmt::format("in {}{}", w.what.data(), at_time(w));
    return fmt::format(
        "The ranks do not go on together: rank {} has waited for {} s {}, but {}. Every rank "
        "must make each collective call; if rank {} only takes long, raise --timeout or "
        "RANVIER_TIMEOUT.",
        waiting,
        std::llround(w.idle_s),
        where,
        found(other, ranks[other]),
        other
    );
}

}  // namespace

std::optional<std::string> verdict(std::span<const Status> ranks, double timeout_s) {
    const bool no_disk = all_spin(ranks, timeout_s);
    for (const int obscurity : {0, 1, 2}) {
        for (std::size_t w = 0; w < ranks.size(); ++w) {
            if (!waits(ranks[w]) || ranks[w].idle_s <= timeout_s) continue;
            for (std::size_t r = 0; r < ranks.size(); ++r) {
                if (r == w || obscurity_of(ranks[r]) != obscurity) continue;
                if (blocks(ranks[r], ranks[w], timeout_s, no_disk)) return text_of(w, r, ranks);
            }
        }
    }
    const bool all_stuck = std::ranges::all_of(ranks, [&](const Status& s) {
        return s.state == State::waiting && s.idle_s > long_patience * timeout_s;
    });
    if (!all_stuck) return std::nullopt;
    return fmt::format(
        "All ranks have been waiting for {} s{}; rank 0 in {} ({}). If the call only takes long, "
        "raise --timeout or RANVIER_TIMEOUT.",
        std::llround(ranks[0].idle_s),
        at_time(ranks[0]),
        ranks[0].what.data(),
        ranks[0].waits_in.data()
    );
}

/// Whether a thread of this process is running or could, as its state in /proc tells; false where
/// there is none.
class ThreadState {
public:
    explicit ThreadState(pid_t thread)
        : file_(open(fmt::format("/proc/self/task/{}/stat", thread).c_str(), O_RDONLY | O_CLOEXEC)
          ) {}
    ~ThreadState() {
        if (file_ >= 0) close(file_);
    }
    ThreadState(const ThreadState&)            = delete;
    ThreadState& operator=(const ThreadState&) = delete;

    bool is_running() const {
        std::array<char, 64> text{};  // number, (name of at most 15 characters), state
        const auto           length = pread(file_, text.data(), text.size(), 0);
        if (length <= 0) return false;
        const std::string_view line{text.data(), static_cast<std::size_t>(length)};
        const auto             end = line.rfind(')');
        return end != std::string_view::npos && end + 2 < line.size() && line[end + 2] == 'R';
    }

private:
    int file_;
};

struct Watchdog::Impl {
    Impl(MPI_Comm c, double seconds) : comm(c), timeout_s(seconds), worker(gettid()) {
        MPI_Comm_rank(comm, &rank);
        MPI_Comm_size(comm, &size);
        heard.assign(static_cast<std::size_t>(size), Clock::now());
        statuses.resize(static_cast<std::size_t>(size));
        try {
            thread = std::thread([this] { watch(); });
        } catch (const std::system_error& problem) {
            throw CommunicationError(fmt::format(
                "Environment: cannot start the thread that watches over the ranks ({}). Allow more "
                "memory (ulimit -v) or more threads (ulimit -u).",
                problem.code().message()
            ));
        }
    }

    ~Impl() { stop(); }

    void stop() {
        {
            const std::lock_guard lock{guard};
            stopping = true;
        }
        wake.notify_all();
        if (thread.joinable()) thread.join();
    }

    void watch() {
        std::unique_lock lock{guard};
        while (!stopping) {
            const double seconds = timeout_s;
            const double period =
                seconds > 0 ? std::clamp(seconds / 100, 0.02, looks_every_s) : 0.5;
            wake.wait_for(lock, std::chrono::duration<double>(period));
            if (stopping) return;
            lock.unlock();
            const double gap = seconds_since(last_look);
            if (gap > std::max(suspended_for * seconds, 10 * period)) leave_out(gap - period);
            last_look = Clock::now();
            look();
            if (rank == 0)
                judge(seconds);
            else
                report(seconds);
            lock.lock();
        }
    }

    /// In a time in which this process stood still itself, what it has not heard says nothing. It
    /// is left out, and the rest counts: on a busy machine such times may come again and again.
    void leave_out(double seconds) {
        const auto pause =
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        last_change += pause;
        for (Clock::time_point& time : heard)
            time += pause;
    }

    /// Notes whether this rank has moved.
    void look() {
        const std::uint64_t mark = progress_mark();
        if (mark != last_mark) {
            last_change = Clock::now();
            looks = running = 0;
        }
        last_mark   = mark;
        mine        = current_status();
        mine.idle_s = seconds_since(last_change);
        if (mine.state != State::file) return;
        ++looks;
        if (worker.is_running()) ++running;
        mine.spins = mine.together && looks >= looks_needed && running >= running_share * looks;
    }

    void report(double seconds) {
        int done = 1;
        if (request != MPI_REQUEST_NULL) MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done != 0) {
            sent = mine;
            MPI_Isend(&sent, sizeof sent, MPI_BYTE, 0, tag_status, comm, &request);
            ++num_sent;
        }
        int answered = 0;
        for (MPI_Iprobe(0, tag_answer, comm, &answered, MPI_STATUS_IGNORE); answered != 0;
             MPI_Iprobe(0, tag_answer, comm, &answered, MPI_STATUS_IGNORE)) {
            MPI_Recv(nullptr, 0, MPI_BYTE, 0, tag_answer, comm, MPI_STATUS_IGNORE);
            heard[0] = Clock::now();
            ++num_received;
        }
        const double patience =
            std::min(others_judge + rank_after * (rank - 1), last_judges) * seconds;
        statuses[0].state  = State::silent;
        statuses[0].idle_s = seconds_since(heard[0]);
        if (seconds <= 0 || !waits(mine) || mine.idle_s < patience) return;
        if (statuses[0].idle_s < patience) return;
        const std::array both{statuses[0], mine};
        end_job_with(text_of(1, 0, both));
    }

    void judge(double seconds) {
        int        found = 0;
        MPI_Status from;
        for (MPI_Iprobe(MPI_ANY_SOURCE, tag_status, comm, &found, &from); found != 0;
             MPI_Iprobe(MPI_ANY_SOURCE, tag_status, comm, &found, &from)) {
            const auto r = static_cast<std::size_t>(from.MPI_SOURCE);
            MPI_Recv(
                &statuses[r],
                sizeof(Status),
                MPI_BYTE,
                from.MPI_SOURCE,
                tag_status,
                comm,
                MPI_STATUS_IGNORE
            );
            heard[r] = Clock::now();
            ++num_received;
            MPI_Request answer = MPI_REQUEST_NULL;
            MPI_Isend(nullptr, 0, MPI_BYTE, from.MPI_SOURCE, tag_answer, comm, &answer);
            MPI_Request_free(&answer);
            ++num_sent;
        }
        if (seconds <= 0) return;
        statuses[0]              = mine;
        heard[0]                 = Clock::now();
        std::vector<Status> seen = statuses;
        for (std::size_t r = 0; r < seen.size(); ++r) {
            const double unheard = seconds_since(heard[r]);
            seen[r].idle_s += unheard;
            // An old message says nothing about what the rank does now.
            if (unheard > seconds / 2) {
                seen[r].state  = State::silent;
                seen[r].idle_s = unheard;
            }
        }
        if (const auto text = verdict(seen, root_judges * seconds)) end_job_with(*text);
    }

    MPI_Comm comm;
    int      rank = 0;
    int      size = 1;

    std::atomic<double>     timeout_s;
    std::mutex              guard;
    std::condition_variable wake;
    bool                    stopping = false;

    ThreadState worker;  ///< the thread that computes

    // Of the thread.
    int                            looks   = 0;  ///< since the last change, in a file operation
    int                            running = 0;  ///< how often it was found so
    Status                         mine, sent;
    MPI_Request                    request     = MPI_REQUEST_NULL;
    std::uint64_t                  last_mark   = 0;
    Clock::time_point              last_change = Clock::now();
    Clock::time_point              last_look   = Clock::now();
    std::vector<Status>            statuses;  ///< root: as last reported
    std::vector<Clock::time_point> heard;     ///< root: of each rank; others: of root
    std::uint64_t                  num_sent     = 0;
    std::uint64_t                  num_received = 0;

    std::thread thread;
};

Watchdog::Watchdog(MPI_Comm comm, double timeout_s)
    : impl_(std::make_unique<Impl>(comm, timeout_s)) {}

Watchdog::~Watchdog() = default;

void Watchdog::set_timeout(double timeout_s) {
    impl_->timeout_s = timeout_s;
    impl_->wake.notify_all();
}

double Watchdog::timeout() const {
    return impl_->timeout_s;
}

void Watchdog::finish() {
    set_finished(true);
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(impl_->comm, &request);
    auto pause = std::chrono::microseconds{20};
    for (int done = 0; done == 0;) {
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        if (done != 0) break;
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, std::chrono::microseconds{2000});
    }
    impl_->stop();
    set_finished(false);
    const Deadline in_time{"the end of MPI", impl_->timeout_s};
    // What is still under way is taken, so that MPI ends without messages left.
    std::uint64_t expected = impl_->rank == 0 ? 0 : impl_->num_sent;
    if (impl_->rank == 0) {
        MPI_Reduce(MPI_IN_PLACE, &expected, 1, MPI_UINT64_T, MPI_SUM, 0, impl_->comm);
        for (; impl_->num_received < expected; ++impl_->num_received) {
            Status status;
            MPI_Recv(
                &status,
                sizeof status,
                MPI_BYTE,
                MPI_ANY_SOURCE,
                tag_status,
                impl_->comm,
                MPI_STATUS_IGNORE
            );
        }
    } else {
        MPI_Reduce(&expected, nullptr, 1, MPI_UINT64_T, MPI_SUM, 0, impl_->comm);
        if (impl_->request != MPI_REQUEST_NULL) MPI_Wait(&impl_->request, MPI_STATUS_IGNORE);
    }
}

}  // namespace ranvier::parallel
