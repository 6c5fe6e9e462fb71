#include "NetworkProgram.hpp"

#include <chrono>
#include <cmath>
#include <iostream>
#include <sstream>
#include <thread>

#include <ranvier/engine/Progress.hpp>
#include <ranvier/engine/memory.hpp>
#include <ranvier/io/SonataResults.hpp>
#include <ranvier/io/run_report.hpp>
#include <ranvier/parallel/stop_signals.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

namespace ranvier::examples {

namespace {

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Processor time of this process in user mode.
double user_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

/// Cells that only emit spikes.
std::uint64_t num_sources(const network::Network& network) {
    std::uint64_t sources = 0;
    for (const auto& population : network.populations())
        sources += population->group->is_source() ? population->size : 0;
    return sources;
}

/// CLI11's own checks let "nan" and "inf" pass.
const CLI::Validator finite{
    [](const std::string& text) {
        double value = 0;
        return CLI::detail::lexical_cast(text, value) && std::isfinite(value)
                   ? std::string{}
                   : fmt::format("Number {} is not finite", text);
    },
    "FINITE"};

constexpr const char* phase_names[engine::num_phases] = {
    "update", "sources", "deliver", "exchange", "record"};

}  // namespace

NetworkProgram::NetworkProgram(Environment& env, NetworkDescription description)
    : env_(env),
      description_(std::move(description)),
      app_(description_.description, description_.name),
      duration_ms_(description_.duration.value()),
      warmup_ms_(description_.warmup.value()),
      created_s_(now_s()),
      created_user_s_(user_s()) {
    // Scripts append the user's arguments to their own: the last one counts.
    app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app_.add_option(
        "--output", output_, "Directory for spikes.h5, v.h5 and run.json; none: no files"
    );
    app_.add_option("--duration", duration_ms_, "Simulated time after the warm-up [ms]")
        ->check(finite & CLI::PositiveNumber)
        ->capture_default_str();
    app_.add_option("--warmup", warmup_ms_, "Simulated time before rates are counted [ms]")
        ->check(finite & CLI::NonNegativeNumber)
        ->capture_default_str();
    app_.add_option("--seed", seed_, "Seed of all random numbers")->capture_default_str();
    app_.add_option("--precision", precision_, "Of state, weights and sums: double or single")
        ->check(CLI::IsMember({"double", "single"}))
        ->capture_default_str();
    app_.add_option("--spike-timing", spike_timing_, "When spikes occur: on_grid or off_grid")
        ->check(CLI::IsMember({"on_grid", "off_grid"}))
        ->capture_default_str();
    app_.add_option("--scale", scale_, "Size of the network relative to the published one")
        ->check(finite & CLI::PositiveNumber)
        ->capture_default_str();
    app_.add_option(
            "--flush-interval",
            flush_interval_s_,
            "Wall time after which results are flushed to the disk [s]"
    )
        ->check(finite & CLI::NonNegativeNumber)
        ->capture_default_str();
    add_timeout_option();
    add_options_of_many_ranks();
}

void NetworkProgram::add_options_of_many_ranks() {
    const CLI::Validator rank_of{
        [](const std::string& text) {
            return parse_rank_of(text) ? std::string{}
                                       : fmt::format(
                                             "must be k/R with 0 <= k < R <= {}, for example "
                                             "1/1000, got {}",
                                             most_ranks,
                                             text
                                         );
        },
        "k/R"};
    app_.add_option("--as-rank", as_rank_, "Simulate rank k of R alone, to see what it costs there")
        ->check(rank_of);
    app_.add_option(
            "--as-rank-rate",
            as_rank_rate_hz_,
            "Mean rate of the cells of the other ranks with --as-rank, at most one spike per time "
            "step [Hz]"
    )
        ->check(finite & CLI::NonNegativeNumber)
        ->capture_default_str();
    app_.add_option(
            "--dry-run",
            dry_run_ranks_,
            "Build shares of one rank's part, simulate nothing, and tell what this many ranks "
            "need: "
            "connections within the standard error printed, peak memory within 25 %, build time "
            "within a factor of 2"
    )
        ->check(CLI::Range(1, most_ranks));
}

/// @throws CLI::ParseError
void NetworkProgram::check_options_of_many_ranks() const {
    if (as_rank_.empty() && dry_run_ranks_ == 0) return;
    if (!as_rank_.empty() && dry_run_ranks_ > 0)
        throw CLI::ValidationError("--dry-run", "excludes --as-rank");
    if (!output_.empty())
        throw CLI::ValidationError(
            "--output", "one rank of many has no results to write; leave it out"
        );
    if (env_.world().size() > 1)
        throw CLI::ValidationError(
            as_rank_.empty() ? "--dry-run" : "--as-rank",
            fmt::format("needs one process, and there are {}", env_.world().size())
        );
}

void NetworkProgram::add_timeout_option() {
    timeout_s_ = env_.timeout().value() / 1000;
    app_.add_option(
            "--timeout",
            timeout_s_,
            "Ends the job within this time if a rank waits for one that makes no progress, 0: "
            "never [s]"
    )
        ->check(finite & CLI::NonNegativeNumber)
        ->capture_default_str();
}

void NetworkProgram::add_weights_option() {
    app_.add_option("--weights", weights_, "Kept as they are (exact) or rounded to 16 bits (16bit)")
        ->check(CLI::IsMember({"exact", "16bit"}))
        ->capture_default_str();
}

Weight NetworkProgram::weight_resolution(Current largest) const {
    if (weights_ != "16bit") return {};
    // The factor makes up for the power of two, which may be almost half as large.
    constexpr double room = 2, power_of_two = 2, multiples = 32767;
    return room * power_of_two / multiples * abs(largest);
}

bool NetworkProgram::parse(int argc, char** argv) {
    try {
        app_.parse(argc, argv);
        check_options_of_many_ranks();
    } catch (const CLI::ParseError& error) {
        // All ranks have the same command line; root alone speaks.
        std::ostringstream out, err;
        exit_code_ = app_.exit(error, out, err) == 0 ? 0 : 2;
        env_.root() << out.str();
        if (env_.world().is_root()) std::cerr << err.str();
        return false;
    }
    env_.set_timeout(Time::in_base_units(1000 * timeout_s_));
    if (const auto one = parse_rank_of(as_rank_)) env_.stand_for(one->rank, one->ranks);
    return true;
}

SimulationOptions NetworkProgram::simulation_options(Time timestep) const {
    // Before a large network is built for nothing.
    const TimeGrid grid{timestep};
    for (const auto& [option, ms] :
         {std::pair{"--duration", duration_ms_}, std::pair{"--warmup", warmup_ms_}}) {
        if (grid.exact(ms)) continue;
        throw ParameterError(
            fmt::format(
                "{}: {} must be a multiple of the time step {} ms, got {} ms.",
                description_.name,
                option,
                timestep.value(),
                ms
            ),
            {.parameter = option}
        );
    }
    if (const double most = 1000 / timestep.value(); as_rank_rate_hz_ > most) {
        throw ParameterError(
            fmt::format(
                "{}: --as-rank-rate must be at most {} Hz, one spike per time step of {} ms, got "
                "{} Hz.",
                description_.name,
                most,
                timestep.value(),
                as_rank_rate_hz_
            ),
            {.parameter = "--as-rank-rate"}
        );
    }
    return {
        .timestep     = timestep,
        .seed         = seed_,
        .precision    = precision_ == "single" ? Precision::float32 : Precision::float64,
        .spike_timing = spike_timing_ == "off_grid" ? SpikeTiming::off_grid : SpikeTiming::on_grid};
}

void NetworkProgram::print_banner(Simulation& sim, const std::vector<Population>& recorded) const {
    std::ostream& out      = env_.root();
    const auto    versions = RunReport::library_versions();
    out << fmt::format(
        "Ranvier {}  {}  scale {}\n{}, HDF5 {}, Boost {}, {}\n{}{} ranks, {} cores here, {} "
        "precision, seed {}, time step {} "
        "ms\n{} cells, {}",
        versions.at("ranvier"),
        description_.name,
        scale_,
        versions.at("mpi"),
        versions.at("hdf5"),
        versions.at("boost"),
        versions.at("compiler"),
        sim.comm().is_stand_in() ? fmt::format("rank {} alone of ", sim.rank()) : std::string{},
        sim.num_processes(),
        std::thread::hardware_concurrency(),
        precision_,
        seed_,
        sim.timestep().value(),
        sim.num_cells(),
        sim.comm().is_stand_in()
            ? fmt::format(
                  "{} of them here with {} connections", local_cells(sim), local_connections(sim)
              )
            : fmt::format("{} connections", sim.num_connections())
    );
    for (const Population& population : recorded)
        out << fmt::format(
            "{}{} {}",
            &population == &recorded[0] ? " (" : ", ",
            population.label(),
            population.size()
        );
    out << fmt::format(
        "), built in {:.2f} s ({:.2f} s of processor time on the rank with the most), min_delay {} "
        "ms\n",
        build_s_,
        build_user_s_,
        sim.min_delay().value()
    );
    out.flush();
}

int NetworkProgram::run(Time timestep, const Build& build) {
    const SimulationOptions options = simulation_options(timestep);
    if (dry_run_ranks_ > 0) {
        print_forecast(env_.root(), env_, options, dry_run_ranks_, [&](Simulation& sim) {
            build(sim);
        });
        return 0;
    }
    Simulation sim{env_, options};
    return run(sim, build(sim));
}

int NetworkProgram::run(Simulation& sim, std::vector<Population> recorded) {
    prepare(sim, recorded);
    simulate(sim, recorded);
    const int signal = sim.comm().max(pending_stop_signal());
    gather(sim);
    if (!output_.empty()) {
        results_->attach("run.json", to_json(report_of(sim, signal)));
        sim.finish_writing();
    }
    if (sim.comm().is_stand_in())
        print_alone(sim);
    else
        print_results(sim, signal);
    return signal == 0 ? 0 : 128 + signal;
}

void NetworkProgram::prepare(Simulation& sim, std::vector<Population>& recorded) {
    for (Population& population : recorded) {
        population.record({"spikes"});
        if (output_.empty() || population.record().group->is_source()) continue;
        population[slice(0, 10)].record({"v"}, {.sampling_interval = 1_ms});
    }
    if (!output_.empty())
        sim.write_to(
            results_ = std::make_shared<SonataResults>(
                sim.comm(), output_, SonataOptions{.flush_interval_s = flush_interval_s_}
            )
        );
    if (sim.comm().is_stand_in())
        sim.simulate_peers(Frequency::in_base_units(as_rank_rate_hz_ / 1000));
    sim.run(0_ms);  // sorts the connections
    build_s_      = sim.comm().max(now_s() - created_s_);
    build_user_s_ = sim.comm().max(user_s() - created_user_s_);
    print_banner(sim, recorded);
    install_stop_signals();
    sim.stop_when([] { return pending_stop_signal() != 0; });
}

/// Warm-up and duration.
void NetworkProgram::simulate(Simulation& sim, const std::vector<Population>& recorded) {
    Progress progress{
        std::cerr,
        0_ms,
        Time::in_base_units(warmup_ms_ + duration_ms_),
        sim.comm().is_root() || sim.comm().is_stand_in()};
    sim.on_interval([&](Time now) {
        progress.show(now);
        windows_.note(now);
    });
    sim.run(Time::in_base_units(warmup_ms_));
    std::map<std::string, std::uint64_t> before;
    for (const Population& population : recorded)
        before[population.label()] = population.num_spikes();
    warmed_up_         = sim.statistics();
    const double begin = now_s();
    windows_.start(sim.current_time());
    if (!sim.was_stopped()) sim.run(Time::in_base_units(duration_ms_));
    progress.finish();
    sim.on_interval({});
    run_s_ = sim.comm().max(now_s() - begin) - (sim.statistics().peers_s - warmed_up_.peers_s);
    simulated_ms_ = std::max(0.0, sim.current_time().value() - warmup_ms_);
    for (const Population& population : recorded) {
        const auto   spikes = population.num_spikes() - before[population.label()];
        const double cells  = static_cast<double>(std::max<std::size_t>(population.size(), 1));
        const double rate   = 1000 * static_cast<double>(spikes) / (cells * simulated_ms_);
        rates_hz_.emplace_back(population.label(), simulated_ms_ > 0 ? rate : 0);
    }
}

/// What is told of the run after the warm-up, from all ranks.
void NetworkProgram::gather(Simulation& sim) {
    const Communicator&       comm       = sim.comm();
    const engine::Statistics& statistics = sim.statistics();
    for (std::size_t p = 0; p < engine::num_phases; ++p)
        phases_s_[phase_names[p]] = comm.max(statistics.seconds[p] - warmed_up_.seconds[p]);
    phases_s_["build"] = build_s_;
    if (comm.is_stand_in()) return;

    digest_      = sim.digest();
    num_sources_ = num_sources(sim.network());
    bytes_per_connection_ =
        static_cast<double>(comm.sum(std::uint64_t{sim.network().connection_bytes()})) /
        static_cast<double>(std::max<std::uint64_t>(sim.num_connections(), 1));
    peak_rss_                    = comm.sum(peak_resident_bytes());
    std::vector<double>& factors = windows_.factors();
    comm.max(std::span{factors});
    if (!factors.empty()) window_real_time_factor_ = Spread::with_median(factors);
    for (const auto& [what, here] :
         {std::pair{"events", static_cast<double>(statistics.events - warmed_up_.events)},
          std::pair{"updates", static_cast<double>(statistics.updates - warmed_up_.updates)},
          std::pair{"wait_s", statistics.wait_s - warmed_up_.wait_s}})
        load_.emplace_back(what, Spread::with_mean(comm.all_gather(here)));
}

void NetworkProgram::print_alone(Simulation& sim) const {
    print_one_rank(
        env_.root(),
        sim,
        {.build_s      = build_s_,
         .run_s        = run_s_,
         .simulated_ms = simulated_ms_,
         .peer_rate_hz = as_rank_rate_hz_,
         .events       = sim.statistics().events - warmed_up_.events,
         .updates      = sim.statistics().updates - warmed_up_.updates,
         .phases_s     = phases_s_}
    );
}

std::string NetworkProgram::digest_text() const {
    return fmt::format("{:016x}", digest_);
}

void NetworkProgram::print_results(const Simulation& sim, int signal) const {
    std::ostream& out = env_.root();
    if (signal != 0)
        out << fmt::format(
            "Interrupted by signal {} at {} ms; results up to then are complete.\n",
            signal,
            sim.current_time().value()
        );
    out << fmt::format(
        "simulated {} ms in {:.2f} s: real-time factor {:.4g}\n",
        simulated_ms_,
        run_s_,
        1000 * run_s_ / std::max(simulated_ms_, 1e-9)
    );
    if (window_real_time_factor_)
        out << fmt::format(
            "windows of 100 ms: median {:.4g}, from {:.4g} to {:.4g}\n",
            window_real_time_factor_->middle,
            window_real_time_factor_->min,
            window_real_time_factor_->max
        );
    for (const auto& [label, rate] : rates_hz_)
        out << fmt::format("{:<12} {:7.3f} Hz\n", label, rate);
    for (const auto& [phase, seconds] : phases_s_)
        out << fmt::format("phase {:<10} {:8.3f} s\n", phase, seconds);
    for (const auto& [what, ranks] : load_)
        out << fmt::format(
            "load {:<11} {:.4g} {:.4g} {:.4g} (smallest, mean, largest of the ranks)\n",
            what,
            ranks.min,
            ranks.middle,
            ranks.max
        );
    out << fmt::format(
        "{:.2f} bytes per connection, peak memory {:.2f} GB\ndigest {}\n",
        bytes_per_connection_,
        static_cast<double>(peak_rss_) / 1e9,
        digest_text()
    );
    if (!output_.empty()) out << fmt::format("results in {}\n", output_.string());
    out.flush();
}

RunReport NetworkProgram::report_of(const Simulation& sim, int signal) const {
    RunReport report;
    report.network                 = description_.name;
    report.status                  = signal == 0 ? RunStatus::complete : RunStatus::interrupted;
    report.scale                   = scale_;
    report.precision               = precision_;
    report.weights                 = weights_;
    report.ranks                   = sim.num_processes();
    report.seed                    = seed_;
    report.timestep_ms             = sim.timestep().value();
    report.duration_ms             = simulated_ms_;
    report.warmup_ms               = warmup_ms_;
    report.cells                   = sim.num_cells();
    report.sources                 = num_sources_;
    report.connections             = sim.num_connections();
    report.build_s                 = build_s_;
    report.build_user_s            = build_user_s_;
    report.run_s                   = run_s_;
    report.real_time_factor        = 1000 * run_s_ / std::max(simulated_ms_, 1e-9);
    report.phases_s                = {phases_s_.begin(), phases_s_.end()};
    report.load                    = load_;
    report.bytes_per_connection    = bytes_per_connection_;
    report.window_real_time_factor = window_real_time_factor_;
    report.peak_rss_bytes          = peak_rss_;
    report.rates_hz                = rates_hz_;
    report.digest                  = digest_;
    return report;
}

}  // namespace ranvier::examples
