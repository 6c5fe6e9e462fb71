#include "ranvier/engine/Simulation.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/log.hpp"

#include "Output.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

constexpr Step   never             = std::numeric_limits<Step>::max();
constexpr double default_window_ms = 100;

/// Marks the time in which functions of the user are called.
class Running {
public:
    explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
    ~Running() { flag_ = false; }
    Running(const Running&)            = delete;
    Running& operator=(const Running&) = delete;

private:
    bool& flag_;
};

}  // namespace

Simulation::Simulation(const Environment& env, const SimulationOptions& options)
    : Simulation(env.world(), options) {}

Simulation::Simulation(const Communicator& comm, const SimulationOptions& options)
    : network_(std::make_unique<network::Network>(comm, options)),
      engine_(engine::make_engine(*network_)) {}

Simulation::~Simulation() {
    if (!output_ || !output_->has_begun() || std::uncaught_exceptions() > 0) return;
    try {
        log_warning(
            comm(),
            "Simulation: finish_writing was not called: the results stay unfinished, under the "
            "names of part files. Call it after the last run."
        );
    } catch (...) {  // NOLINT(bugprone-empty-catch): it was only said
    }
}

namespace {

void check_not_running(bool running) {
    if (running) throw RunError("run: the simulation is running. A callback must not call run.");
}

/// @throws RunError
Step steps_of(const TimeGrid& grid, Time duration) {
    const auto steps = grid.exact(duration.value());
    if (steps && *steps >= 0) return *steps;
    const double lower = std::max(0.0, std::floor(duration.value() / grid.ms(1)));
    std::string  text  = fmt::format(
        "run: the duration must be a multiple >= 0 of the time step {} ms, got {} ms.",
        number(grid.ms(1)),
        number(duration.value())
    );
    if (lower < 1e15) {  // finite, and a step more is another number
        const auto step = static_cast<Step>(lower);
        text += fmt::format(" Use {} or {} ms.", number(grid.ms(step)), number(grid.ms(step + 1)));
    }
    throw RunError(text, {.parameter = "duration"});
}

/// @throws RunError
Step step_at(const TimeGrid& grid, Step now, Time t) {
    const auto step = grid.exact(t.value());
    if (step && *step >= now) return *step;
    throw RunError(
        fmt::format(
            "run_until: the time must be a multiple of the time step {} ms and not before the "
            "current time {} ms, got {} ms.",
            number(grid.ms(1)),
            number(grid.ms(now)),
            number(t.value())
        ),
        {.parameter = "t"}
    );
}

}  // namespace

Time Simulation::run(Time duration, const std::vector<Callback>& callbacks) {
    check_not_running(running_);
    Step end = 0;
    {
        const parallel::CollectiveCall call{comm(), "Simulation: run"};
        collectively(comm(), [&] { end = network_->now() + steps_of(network_->grid(), duration); });
    }
    return run_to(end, callbacks);
}

Time Simulation::run_until(Time t, const std::vector<Callback>& callbacks) {
    check_not_running(running_);
    Step end = 0;
    {
        const parallel::CollectiveCall call{comm(), "Simulation: run"};
        collectively(comm(), [&] { end = step_at(network_->grid(), network_->now(), t); });
    }
    return run_to(end, callbacks);
}

Time Simulation::run_to(Step last, const std::vector<Callback>& callbacks) {
    {
        const parallel::CollectiveCall call{comm(), "Simulation: run"};
        require_same(comm(), last, "run: the end");
        require_same(comm(), callbacks.size(), "run: number of callbacks");
    }
    stopped_ = false;
    if (callbacks.empty()) {
        run_network(last);
        return current_time();
    }
    std::vector<Step>        next(callbacks.size());
    std::vector<std::size_t> due(callbacks.size());
    std::iota(due.begin(), due.end(), std::size_t{0});
    call_back(callbacks, due, next);
    while (network_->now() < last && !stopped_) {
        const Step earliest = *std::min_element(next.begin(), next.end());
        due.clear();
        for (std::size_t k = 0; k < next.size(); ++k) {
            if (next[k] == earliest) due.push_back(k);
        }
        const Step end = std::min(earliest, last);
        run_network(end);
        if (network_->now() == end && earliest < never) call_back(callbacks, due, next);
    }
    return current_time();
}

void Simulation::run_network(Step last) {
    const parallel::CollectiveCall call{comm(), "Simulation: run"};
    const Running                  running{running_};
    if (output_) output_->begin(*network_);
    engine::Hooks hooks;
    hooks.watch = [this](Step now) {
        if (watch_) watch_(Time::in_base_units(network_->grid().ms(now)));
    };
    hooks.stop           = stop_;
    hooks.after_interval = [this](Step now) {
        if (output_) output_->advance(now);
    };
    if (output_)
        hooks.longest_interval = std::min(hooks.longest_interval, output_->shortest_window());
    engine_->run(last, hooks);
    stopped_ = network_->now() < last;
}

void Simulation::call_back(
    const std::vector<Callback>&    callbacks,
    const std::vector<std::size_t>& due,
    std::vector<Step>&              next
) {
    const Running running{running_};
    stop_asked_ = false;
    for (const std::size_t k : due) {
        std::exception_ptr failure;
        try {
            const parallel::Activity activity{"a callback"};
            next[k] = step_of_next_call(callbacks[k](current_time()));
        } catch (...) {
            failure = std::current_exception();
        }
        // A rank may have failed alone, between the calls of the others.
        const parallel::CollectiveCall call{comm(), "Simulation: run: end of a callback"};
        parallel::agree_on_failure(comm(), failure);
        require_same(comm(), next[k], "run: the time of a callback's next call");
    }
    if (comm().any(stop_asked_)) stopped_ = true;
}

Step Simulation::step_of_next_call(Time time) const {
    if (std::isinf(time.value()) && time.value() > 0) return never;
    const Step step = std::isfinite(time.value()) ? network_->grid().nearest(time.value()) : 0;
    if (step > network_->now()) return step;
    throw RunError(fmt::format(
        "run: a callback returns the time of its next call, which must be later than the current "
        "time {} ms, got {} ms. Return infinity if there is to be none.",
        number(current_time().value()),
        number(time.value())
    ));
}

void Simulation::reset() {
    if (running_) throw RunError("reset: the simulation is running. A callback must not call it.");
    const parallel::CollectiveCall call{comm(), "Simulation: reset"};
    require_same(comm(), network_->num_resets(), "reset: how often it was called");
    if (output_) output_->end_segment(network_->now(), true);
    network_->reset();
    engine_->reset();
    stopped_ = false;
}

void Simulation::simulate_peers(Frequency rate) {
    const double hz = pynn_value(rate);
    if (!comm().is_stand_in())
        throw RunError(
            "simulate_peers: all ranks are there. It is for a process that stands for one of many."
        );
    // What is drawn per step is held in memory.
    const double most = 1000 / network_->grid().ms(1);
    if (!(hz >= 0 && hz <= most)) {
        throw ParameterError(
            fmt::format(
                "simulate_peers: the rate must be >= 0 and at most {} Hz, one spike per time step, "
                "got {} Hz.",
                number(most),
                number(hz)
            ),
            {.parameter = "rate"}
        );
    }
    engine_->simulate_peers(rate);
}

Time Simulation::current_time() const {
    return Time::in_base_units(network_->grid().ms(network_->now()));
}

Time Simulation::min_delay() const {
    const Step steps = network_->min_delay_steps();
    const bool known = steps < std::numeric_limits<Step>::max();
    return Time::in_base_units(network_->grid().ms(known ? steps : 1));
}

Time Simulation::max_delay() const {
    Step steps = 1;
    for (const auto& projection : network_->projections())
        steps = std::max(steps, projection->max_delay);
    return Time::in_base_units(network_->grid().ms(steps));
}

void Simulation::write_to(std::shared_ptr<ResultSink> sink, std::optional<Time> window) {
    const parallel::CollectiveCall call{comm(), "Simulation: write_to"};
    require_same(comm(), window ? window->value() : 0.0, "Simulation: the write window");
    const TimeGrid& grid = network_->grid();
    const auto      steps =
        window ? grid.exact(window->value()) : std::max<Step>(1, grid.nearest(default_window_ms));
    if (!steps || *steps < 1) {
        throw ParameterError(
            fmt::format(
                "Simulation: the write window must be a positive multiple of the time step {} ms, "
                "got {} ms.",
                number(timestep().value()),
                number(window->value())
            ),
            {.parameter = "window"}
        );
    }
    if (network_->now() > 0)
        throw RecordingError(fmt::format(
            "Simulation: write_to must be called before the first run, and the time is {} ms.",
            number(current_time().value())
        ));
    if (output_)
        throw RecordingError(
            "Simulation: results are written to one place only, and write_to was called before."
        );
    output_ = std::make_unique<engine::Output>(std::move(sink), *steps);
    network_->set_writes_results(true);
}

void Simulation::finish_writing(bool complete) {
    if (running_) {
        throw RecordingError(
            "Simulation: finish_writing: the simulation is running. A callback must not call it."
        );
    }
    const parallel::CollectiveCall call{comm(), "Simulation: finish_writing"};
    require_same(comm(), complete, "Simulation: finish_writing: complete");
    if (!output_)
        throw RecordingError("Simulation: there is nothing to finish. Call write_to first.");
    const auto output = std::move(output_);  // what fails cannot be tried again
    network_->set_writes_results(false);
    output->finish(*network_, complete);
}

}  // namespace ranvier
