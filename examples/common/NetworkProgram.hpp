/// @file
/// What the example networks share: options, banner, progress, results, and a table of rates.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ranvier/io/SonataResults.hpp>
#include <ranvier/io/run_report.hpp>
#include <ranvier/ranvier.hpp>

#include "OneOfMany.hpp"
#include "WindowTimes.hpp"
#include <CLI/CLI.hpp>

namespace ranvier::examples {

/// What a network says of itself.
struct NetworkDescription {
    std::string name;         ///< as in run.json
    std::string description;  ///< first lines of --help
    Time        duration = 1_s;
    Time        warmup   = 0.5_s;
};

/// A program that builds one network and runs it. With --as-rank it does so for one rank of many;
/// with --dry-run it builds shares of one, to tell what the whole would take (see print_forecast).
///
///     Environment    env{argc, argv};
///     NetworkProgram program{env, {.name = "my_network", ...}};
///     program.options().add_option(...);          // further options of this network
///     if (!program.parse(argc, argv)) return program.exit_code();
///     return program.run(0.1_ms, [&](Simulation& sim) {
///         ...
///         return std::vector{exc, inh};               // whose spikes are recorded
///     });
class NetworkProgram {
public:
    NetworkProgram(Environment& env, NetworkDescription description);

    CLI::App& options() { return app_; }
    /// Lets the user choose how weights are kept (--weights), for networks that can do both.
    void add_weights_option();

    /// Reads the command line. False if the program is to end now, with `exit_code`: after --help,
    /// or after a mistake, which root has explained.
    bool parse(int argc, char** argv);
    int  exit_code() const { return exit_code_; }

    double scale() const { return scale_; }
    /// For ProjectionOptions: not given if weights are to be exact, else the finest resolution with
    /// which 16 bits hold weights of twice the `largest` mean. Where the deviation is a tenth of
    /// the mean, that is 10 deviations beyond it.
    Weight weight_resolution(Current largest) const;

    /// Makes a network on a simulation and returns the populations whose spikes are recorded.
    using Build = std::function<std::vector<Population>(Simulation& sim)>;

    /// Builds the network, runs warm-up and duration, recording the spikes of the populations, and
    /// writes results. For a forecast, builds shares of the network in turn and prints it.
    /// @collective
    /// @return the program's exit code: 0, or 128 + the signal that ended the run early
    /// @throws ParameterError, before anything is built, if an option does not suit the time step
    int run(Time timestep, const Build& build);

private:
    SimulationOptions simulation_options(Time timestep) const;
    void              add_timeout_option();
    void              add_options_of_many_ranks();
    void              check_options_of_many_ranks() const;
    void              prepare(Simulation& sim, std::vector<Population>& recorded);
    void              simulate(Simulation& sim, const std::vector<Population>& recorded);
    void              gather(Simulation& sim);
    int               run(Simulation& sim, std::vector<Population> recorded);
    void              print_alone(Simulation& sim) const;
    void              print_banner(Simulation& sim, const std::vector<Population>& recorded) const;
    void              print_results(const Simulation& sim, int signal) const;
    RunReport         report_of(const Simulation& sim, int signal) const;
    std::string       digest_text() const;

    Environment&          env_;
    NetworkDescription    description_;
    CLI::App              app_;
    int                   exit_code_ = 0;
    std::filesystem::path output_;
    /// Of `output_`, once recording has been prepared.
    std::shared_ptr<SonataResults> results_;

    double        duration_ms_, warmup_ms_;
    std::uint64_t seed_             = 1;
    std::string   precision_        = "double";
    std::string   weights_          = "exact";
    std::string   spike_timing_     = "on_grid";
    double        scale_            = 1;
    double        flush_interval_s_ = 60;
    double        timeout_s_        = 60;
    double        created_s_        = 0;  ///< wall clock when the program began to build
    double        created_user_s_   = 0;  ///< processor time then
    std::string   as_rank_;               ///< k/R; empty: all ranks are there
    double        as_rank_rate_hz_ = 5;
    int           dry_run_ranks_   = 0;  ///< 0: no dry run

    double                                      build_s_      = 0;
    double                                      build_user_s_ = 0;
    engine::Statistics                          warmed_up_;         ///< when the warm-up was over
    double                                      run_s_        = 0;  ///< after the warm-up
    double                                      simulated_ms_ = 0;
    std::vector<std::pair<std::string, double>> rates_hz_;
    std::uint64_t                               digest_               = 0;
    double                                      bytes_per_connection_ = 0;
    std::uint64_t                               peak_rss_             = 0;
    std::uint64_t                               num_sources_          = 0;
    std::map<std::string, double>               phases_s_;
    WindowTimes                                 windows_;
    std::optional<Spread>                       window_real_time_factor_;
    std::vector<std::pair<std::string, Spread>> load_;
};

}  // namespace ranvier::examples
