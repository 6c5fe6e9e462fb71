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

namespace ranvier::examples {

namespace {

double now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
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
      created_s_(now_s()) {
    // Scripts append the user's arguments to their own: the last one counts.
    app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app_.add_option("--output", output_, "Directory for spikes.h5 and run.json; none: no files");
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
}

void NetworkProgram::add_timeout_option() {
    timeout_s_ = env_.timeout().value() / 1000;
    app_.add_option(
            "--timeout",
            timeout_s_,
            "How long a rank may wait for one that makes no progress, 0: for ever [s]"
    )
        ->check(finite & CLI::NonNegativeNumber)
        ->capture_default_str();
}

void NetworkProgram::add_weights_option() {
    app_.add_option("--weights", weights_, "Kept as they are (exact) or rounded to 16 bits (16bit)")
        ->check(CLI::IsMember({"exact", "16bit"}))
        ->capture_default_str();
}

bool NetworkProgram::parse(int argc, char** argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // All ranks have the same command line; root alone speaks.
        std::ostringstream out, err;
        exit_code_ = app_.exit(error, out, err) == 0 ? 0 : 2;
        env_.root() << out.str();
        if (env_.world().is_root()) std::cerr << err.str();
        return false;
    }
    env_.set_timeout(Time::in_base_units(1000 * timeout_s_));
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
    return {
        .timestep     = timestep,
        .seed         = seed_,
        .precision    = precision_ == "single" ? Precision::float32 : Precision::float64,
        .spike_timing = spike_timing_ == "off_grid" ? SpikeTiming::off_grid : SpikeTiming::on_grid};
}

void NetworkProgram::print_banner(const Simulation& sim, const std::vector<Population>& recorded)
    const {
    std::ostream& out      = env_.root();
    const auto    versions = RunReport::library_versions();
    out << fmt::format(
        "Ranvier {}  {}  scale {}\n{}, HDF5 {}, Boost {}, {}\n{} ranks, {} cores here, {} "
        "precision, seed {}, time step {} "
        "ms\n{} cells, {} connections",
        versions.at("ranvier"),
        description_.name,
        scale_,
        versions.at("mpi"),
        versions.at("hdf5"),
        versions.at("boost"),
        versions.at("compiler"),
        sim.num_processes(),
        std::thread::hardware_concurrency(),
        precision_,
        seed_,
        sim.timestep().value(),
        sim.num_cells(),
        sim.num_connections()
    );
    for (const Population& population : recorded)
        out << fmt::format(
            "{}{} {}",
            &population == &recorded[0] ? " (" : ", ",
            population.label(),
            population.size()
        );
    out << fmt::format(
        "), built in {:.2f} s, min_delay {} ms\n", build_s_, sim.min_delay().value()
    );
    out.flush();
}

int NetworkProgram::run(Simulation& sim, std::vector<Population> recorded) {
    for (Population& population : recorded) {
        population.record({"spikes"});
        if (output_.empty() || population.record().group->is_source()) continue;
        population[slice(0, 10)].record({"v"}, {.sampling_interval = 1_ms});
    }
    if (!output_.empty())
        sim.write_to(std::make_shared<SonataResults>(
            sim.comm(), output_, SonataOptions{.flush_interval_s = flush_interval_s_}
        ));
    build_s_ = sim.comm().max(now_s() - created_s_);
    print_banner(sim, recorded);

    install_stop_signals();
    sim.stop_when([] { return pending_stop_signal() != 0; });
    Progress progress{
        std::cerr, 0_ms, Time::in_base_units(warmup_ms_ + duration_ms_), sim.comm().is_root()};
    sim.on_interval([&](Time now) { progress.show(now); });

    sim.run(Time::in_base_units(warmup_ms_));
    std::map<std::string, std::uint64_t> before;
    for (const Population& population : recorded)
        before[population.label()] = population.num_spikes();
    const double begin = now_s();
    if (!sim.was_stopped()) sim.run(Time::in_base_units(duration_ms_));
    progress.finish();
    const int signal = sim.comm().max(pending_stop_signal());
    run_s_           = sim.comm().max(now_s() - begin);
    simulated_ms_    = std::max(0.0, sim.current_time().value() - warmup_ms_);
    for (const Population& population : recorded) {
        const auto   spikes = population.num_spikes() - before[population.label()];
        const double cells  = static_cast<double>(std::max<std::size_t>(population.size(), 1));
        const double rate   = 1000 * static_cast<double>(spikes) / (cells * simulated_ms_);
        rates_hz_.emplace_back(population.label(), simulated_ms_ > 0 ? rate : 0);
    }
    digest_ = sim.digest();
    for (std::size_t p = 0; p < engine::num_phases; ++p)
        phases_s_[phase_names[p]] = sim.comm().max(sim.statistics().seconds[p]);
    phases_s_["build"] = build_s_ + sim.comm().max(sim.statistics().build_s);
    bytes_per_connection_ =
        static_cast<double>(sim.comm().sum(std::uint64_t{sim.network().connection_bytes()})) /
        static_cast<double>(std::max<std::uint64_t>(sim.num_connections(), 1));
    peak_rss_ = sim.comm().sum(peak_resident_bytes());
    if (!output_.empty()) {
        sim.finish_writing();
        write_report(sim, signal);
    }
    print_results(sim, signal);
    return signal == 0 ? 0 : 128 + signal;
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
    for (const auto& [label, rate] : rates_hz_)
        out << fmt::format("{:<12} {:7.3f} Hz\n", label, rate);
    for (const auto& [phase, seconds] : phases_s_)
        out << fmt::format("phase {:<10} {:8.3f} s\n", phase, seconds);
    out << fmt::format(
        "{:.2f} bytes per connection, peak memory {:.2f} GB\ndigest {}\n",
        bytes_per_connection_,
        static_cast<double>(peak_rss_) / 1e9,
        digest_text()
    );
    if (!output_.empty()) out << fmt::format("results in {}\n", output_.string());
    out.flush();
}

void NetworkProgram::write_report(const Simulation& sim, int signal) const {
    RunReport report;
    report.network              = description_.name;
    report.status               = signal == 0 ? RunStatus::complete : RunStatus::interrupted;
    report.scale                = scale_;
    report.precision            = precision_;
    report.weights              = weights_;
    report.ranks                = sim.num_processes();
    report.seed                 = seed_;
    report.timestep_ms          = sim.timestep().value();
    report.duration_ms          = simulated_ms_;
    report.warmup_ms            = warmup_ms_;
    report.cells                = sim.num_cells();
    report.connections          = sim.num_connections();
    report.build_s              = build_s_;
    report.run_s                = run_s_;
    report.real_time_factor     = 1000 * run_s_ / std::max(simulated_ms_, 1e-9);
    report.phases_s             = {phases_s_.begin(), phases_s_.end()};
    report.bytes_per_connection = bytes_per_connection_;
    report.peak_rss_bytes       = peak_rss_;
    report.rates_hz             = rates_hz_;
    report.digest               = digest_;
    write_run_json(sim.comm(), report, output_ / "run.json");
}

}  // namespace ranvier::examples
