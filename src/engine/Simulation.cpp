#include "ranvier/engine/Simulation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include <fmt/format.h>

namespace ranvier {

/// Recorded spikes on their way into a sink, window by window.
class Simulation::Output {
public:
    Output(std::shared_ptr<SpikeSink> sink, Step window)
        : sink_(std::move(sink)),
          window_(window) {}

    /// Tells the sink which populations there are; before the first step.
    void begin(network::Network& network) {
        std::vector<RecordedPopulation>         recorded;
        std::vector<network::PopulationRecord*> populations;
        for (const auto& population : network.populations()) {
            if (!population->records_spikes) continue;
            recorded.push_back({population->label, population->size});
            populations.push_back(population.get());
        }
        if (!begun_) {
            begun_       = true;
            populations_ = std::move(populations);
            sink_->begin(recorded, network.grid().timestep().value());
        } else if (populations != populations_) {
            throw RecordingError(
                "Simulation: which populations are recorded cannot change while results are being "
                "written. Call record before the first run."
            );
        }
    }

    /// Writes the windows that are over.
    void advance(Step now) {
        while (written_ < now && next_end() <= now)
            write(next_end());
    }

    void finish(network::Network& network, bool complete) {
        begin(network);
        advance(network.now());
        if (written_ < network.now()) write(network.now());
        sink_->finish(complete);
    }

private:
    // Windows are (0, W], (W, 2W] and so on; the first begins before step 0, which belongs to it.
    Step next_end() const { return (std::max<Step>(written_, 0) / window_ + 1) * window_; }

    void write(Step last) {
        std::vector<std::vector<SpikeRecord>> spikes(populations_.size());
        for (std::size_t p = 0; p < populations_.size(); ++p) {
            auto&      pending = populations_[p]->spikes;
            const auto end     = std::find_if(pending.begin(), pending.end(), [last](auto& s) {
                return s.step > last;
            });
            spikes[p].assign(pending.begin(), end);
            pending.erase(pending.begin(), end);
        }
        sink_->write(written_, last, spikes);
        written_ = last;
    }

    std::shared_ptr<SpikeSink>              sink_;
    Step                                    window_;
    Step                                    written_ = -1;
    bool                                    begun_   = false;
    std::vector<network::PopulationRecord*> populations_;
};

Simulation::Simulation(const Environment& env, const SimulationOptions& options)
    : Simulation(env.world(), options) {}

Simulation::Simulation(const Communicator& comm, const SimulationOptions& options)
    : network_(std::make_unique<network::Network>(comm, options)),
      engine_(engine::make_engine(*network_)) {}

Simulation::~Simulation() = default;

Time Simulation::run(Time duration) {
    const auto steps = network_->grid().exact(duration.value());
    if (!steps || *steps < 0) {
        const double dt    = timestep().value();
        const double lower = std::max(0.0, std::floor(duration.value() / dt));
        std::string  text  = fmt::format(
            "run: the duration must be a multiple >= 0 of the time step {} ms, got {} ms.",
            number(dt),
            number(duration.value())
        );
        if (lower < 1e15) {  // finite, and a step more is another number
            const auto step = static_cast<Step>(lower);
            text += fmt::format(
                " Use {} or {} ms.",
                number(network_->grid().ms(step)),
                number(network_->grid().ms(step + 1))
            );
        }
        throw RunError(text, {.parameter = "duration"});
    }
    return run_to(network_->now() + *steps);
}

Time Simulation::run_until(Time t) {
    const auto step = network_->grid().exact(t.value());
    if (!step || *step < network_->now()) {
        throw RunError(
            fmt::format(
                "run_until: the time must be a multiple of the time step {} ms and not before the "
                "current time {} ms, got {} ms.",
                number(timestep().value()),
                number(current_time().value()),
                number(t.value())
            ),
            {.parameter = "t"}
        );
    }
    return run_to(*step);
}

Time Simulation::run_to(Step last) {
    const parallel::CollectiveCall call{comm(), "Simulation: run"};
    require_same(comm(), last, "run: the end");
    if (output_) output_->begin(*network_);
    stopped_ = false;
    engine_->run(
        last,
        {.watch =
             [this](Step now) {
                 if (watch_) watch_(Time::in_base_units(network_->grid().ms(now)));
             },
         .stop = stop_,
         .after_interval =
             [this](Step now) {
                 if (output_) output_->advance(now);
             }}
    );
    stopped_ = network_->now() < last;
    return current_time();
}

void Simulation::reset() {
    require_same(comm(), network_->num_resets(), "reset: how often it was called");
    if (output_)
        throw RunError(
            "reset: results are being written, in windows of time that goes on. Call "
            "finish_writing before, or use a new Simulation."
        );
    network_->reset();
    engine_->reset();
    stopped_ = false;
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

void Simulation::write_to(std::shared_ptr<SpikeSink> sink, Time window) {
    const auto steps = network_->grid().exact(window.value());
    if (!steps || *steps < 1) {
        throw ParameterError(
            fmt::format(
                "Simulation: the write window must be a positive multiple of the time step {} ms, "
                "got {} ms.",
                number(timestep().value()),
                number(window.value())
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
    output_ = std::make_unique<Output>(std::move(sink), *steps);
}

void Simulation::finish_writing(bool complete) {
    const parallel::CollectiveCall call{comm(), "Simulation: finish_writing"};
    if (!output_)
        throw RecordingError("Simulation: there is nothing to finish. Call write_to first.");
    output_->finish(*network_, complete);
    output_.reset();
}

}  // namespace ranvier
