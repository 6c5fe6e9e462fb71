// A small network in which something goes wrong, for run_failures.py.
//
//     failing MODE RANK DIRECTORY [MS]
//
// Writes DIRECTORY/spikes.h5 if nothing goes wrong. Modes are the branches below; what they do
// wrong, they do on RANK only. FAILING_LIMIT is a file size limit in bytes, set once MPI has its
// own files; FAILING_FLUSH the seconds between flushes, 0 if it is not set.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <mpi.h>

#include <ranvier/base/faults.hpp>
#include <ranvier/io/SonataResults.hpp>
#include <ranvier/ranvier.hpp>

#include <sys/resource.h>

namespace {

using namespace ranvier;
using namespace std::chrono_literals;

struct Case {
    std::string mode;
    int         rank = 0;
    std::string directory;
    double      duration_ms = 40;

    bool is(const char* name) const { return mode == name; }
};

/// A connector of the user, in which something happens at the first target of each rank.
struct UserConnector {
    static constexpr std::string_view name = "UserConnector";
    using Plan                             = connectors::NoPlan;

    std::function<void()> happens;

    std::string check(const connectors::Shape&) const { return {}; }
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }
    void        presynaptic(
               const connectors::Shape&,
               std::size_t post,
               const Plan&,
               random::Key,
               connectors::Sources& sources
           ) const {
        happens();
        sources.push_back(static_cast<std::uint32_t>(post / 2));
    }
};

/// Results of the user, who does something with the spikes before they go into a file.
class UserResults : public ResultSink {
public:
    UserResults(std::shared_ptr<ResultSink> files, std::function<void()> happens)
        : files_(std::move(files)),
          happens_(std::move(happens)) {}

    std::unique_ptr<SpikeSink> spikes(const RecordedStretch& stretch) override {
        return std::make_unique<Spikes>(files_->spikes(stretch), happens_);
    }
    std::unique_ptr<SignalSink> signals(const std::string& variable, const RecordedStretch& stretch)
        override {
        return files_->signals(variable, stretch);
    }
    void publish() override { files_->publish(); }

private:
    class Spikes : public SpikeSink {
    public:
        Spikes(std::unique_ptr<SpikeSink> file, std::function<void()> happens)
            : file_(std::move(file)),
              happens_(std::move(happens)) {}

        void begin(std::span<const RecordedPopulation> populations, double timestep_ms) override {
            file_->begin(populations, timestep_ms);
        }
        void write(Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes)
            override {
            happens_();
            file_->write(first, last, spikes);
        }
        void finish(bool complete) override { file_->finish(complete); }

    private:
        std::unique_ptr<SpikeSink> file_;
        std::function<void()>      happens_;
    };

    std::shared_ptr<ResultSink> files_;
    std::function<void()>       happens_;
};

[[noreturn]] void stand_still() {
    for (volatile bool on = true; on;)
        std::this_thread::sleep_for(10ms);
    std::abort();
}

void go_wrong(const Case& c) {
    if (c.is("throws-in-function") || c.is("throws-in-connector") || c.is("throws-in-callback"))
        throw std::runtime_error("the user's code failed");
    if (c.is("throws-in-sink")) throw FileError("the user's file failed");
    if (c.is("no-memory")) throw std::bad_alloc{};
    if (c.is("stuck-in-function") || c.is("stuck-in-connector") || c.is("stuck-in-callback"))
        stand_still();
    if (c.is("slow-function")) std::this_thread::sleep_for(200ms);
    if (c.is("stopped")) std::raise(SIGSTOP);
    if (c.is("killed")) std::raise(SIGKILL);
}

bool has_place(const Case& c, const char* place) {
    return c.mode.ends_with(place);
}

double flush_interval_s() {
    const char* seconds = std::getenv("FAILING_FLUSH");
    return seconds == nullptr ? 0 : std::atof(seconds);
}

void run(Environment& env, const Case& c) {
    const bool here = env.world().rank() == c.rank;
    Simulation sim{env, {.seed = 7}};
    const auto current = [&](std::size_t i) {
        if (here && has_place(c, "function")) go_wrong(c);
        return (0.9 + 0.01 * static_cast<double>(i)) * 1_nA;
    };
    Population          p{sim, 60, IF_curr_exp{.i_offset = current}, {.label = "p"}};
    Population          none{sim, 2, IF_curr_exp{}, {.label = "few"}};  // a rank without cells
    const UserConnector connector{[&] {
        if (here && has_place(c, "connector")) go_wrong(c);
    }};
    const Projection    pp{p, p, connector, StaticSynapse{.weight = 0.1_nA, .delay = 1_ms}};
    const Projection    few{
        p,
        none,
        FixedProbabilityConnector{.p_connect = 0.5},
        StaticSynapse{.weight = 0.1_nA, .delay = 2_ms}};
    if (!(here && (c.is("missing") || c.is("other-call")))) p.set("tau_m", 15.0);
    if (here && c.is("missing")) return;
    if (c.is("all-exit") || (here && c.is("exits"))) std::exit(3);
    p.record({"spikes"});
    p[slice(0, 5)].record({"v"});
    std::shared_ptr<ResultSink> results = std::make_shared<SonataResults>(
        sim.comm(), c.directory, SonataOptions{.flush_interval_s = flush_interval_s()}
    );
    if (c.is("throws-in-sink"))
        results = std::make_shared<UserResults>(results, [&] {
            if (here) go_wrong(c);
        });
    sim.write_to(results, 10_ms);
    sim.on_interval([&](Time now) {
        if (c.is("marks") && env.world().is_root() && now < 2_ms)
            std::ofstream{c.directory + "/running"} << "files exist\n";
        if (!here || now < 25_ms) return;
        if (has_place(c, "callback") || c.is("no-memory") || c.is("stopped") || c.is("killed"))
            go_wrong(c);
    });
    sim.run(Time::in_base_units(c.duration_ms));
    sim.finish_writing();
}

/// Makes the n-th call of a kind fail for rising n, until nothing fails any more. Each time all
/// ranks must throw the same error and leave no complete file.
int run_with_faults(Environment& env, const Case& c, faults::Kind kind) {
    const Communicator& comm = env.world();
    for (std::uint64_t n = 1;; ++n) {
        Case one      = c;
        one.mode      = "normal";
        one.directory = c.directory + "/" + std::to_string(n);
        if (comm.rank() == c.rank) faults::arm(kind, n);
        std::string text;
        try {
            run(env, one);
        } catch (const Error& error) {
            text = error.what();
        }
        const bool not_reached = comm.broadcast(faults::num_calls(kind), c.rank) < n;
        faults::disarm();
        for (const std::string& other : comm.all_gather(text)) {
            if (other == text) continue;
            env.root() << "fault " << n << ": ranks threw different errors\n" << std::flush;
            return 3;
        }
        if (not_reached) {
            env.root() << "faults " << n - 1 << "\n";
            return text.empty() ? 0 : 4;
        }
        if (text.empty()) {
            env.root() << "fault " << n << " went unnoticed\n" << std::flush;
            return 5;
        }
    }
}

void limit_file_size() {
    const char* bytes = std::getenv("FAILING_LIMIT");
    if (bytes == nullptr) return;
    const rlimit limit{std::strtoul(bytes, nullptr, 10), RLIM_INFINITY};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) std::abort();
}

/// Whether this is the process of the rank, before MPI can tell.
bool is_launched_as(const std::string& rank) {
    const char* mine = std::getenv("OMPI_COMM_WORLD_RANK");
    return mine != nullptr && mine == rank;
}

/// Stops this process when MPI_Finalize begins.
void stop_at_the_end_of_mpi() {
    int        key  = 0;
    const auto stop = [](MPI_Comm, int, void*, void*) { return std::raise(SIGSTOP); };
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, stop, &key, nullptr);
    MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("failing MODE RANK DIRECTORY [MS]\n", stderr);
        return 2;
    }
    Case c{argv[1], std::atoi(argv[2]), argv[3]};
    if (c.is("stopped-before-start") && is_launched_as(argv[2])) std::raise(SIGSTOP);
    Environment env{argc, argv};
    if (c.is("stopped-at-end") && is_launched_as(argv[2])) stop_at_the_end_of_mpi();
    if (argc > 4) c.duration_ms = std::atof(argv[4]);
    if (c.is("file-faults")) return run_with_faults(env, c, faults::Kind::file);
    if (c.is("memory-faults")) return run_with_faults(env, c, faults::Kind::memory);
    limit_file_size();
    run(env, c);
    if (env.world().rank() == c.rank && c.is("count-messages"))
        std::printf(
            "messages %llu\n",
            static_cast<unsigned long long>(faults::num_calls(faults::Kind::message))
        );
    env.root() << "done\n";
    return 0;
}
