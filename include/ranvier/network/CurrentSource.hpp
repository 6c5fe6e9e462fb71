/// @file
/// Currents that are injected into cells.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/models/AnyCurrent.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/Selection.hpp"

namespace ranvier {

namespace network {

/// What the network knows of a current source.
struct CurrentRecord {
    std::string                         label{};
    std::size_t                         id = 0;  ///< in order of creation; the order of sums
    models::CurrentContext              context;
    std::unique_ptr<models::AnyCurrent> current{};
    models::Waveform                    waveform{};
    std::vector<Selection>              targets{};
    std::uint64_t                       num_changes = 0;  ///< of parameters and targets

    bool                is_recorded = false;
    Step                first       = 0;  ///< of the recorded samples
    std::vector<double> samples{};        ///< the current from each step to the next
};

/// A group of cells: Population, PopulationView, Assembly.
template <class G>
concept HasSelection = requires(const G& group) {
    { group.selection() } -> std::convertible_to<Selection>;
};

}  // namespace network

struct CurrentSourceOptions {
    std::string label;  ///< keys its noise; by default "current<k>", k in order of creation
};

/// A recorded current: `amplitudes[k]` in nA is the current from `times[k]` in ms to the next.
struct RecordedCurrent {
    std::vector<double> times;
    std::vector<double> amplitudes;
};

/// A source of current: DCSource, ACSource, StepCurrentSource or NoisyCurrentSource.
///
///     CurrentSource electrode{sim, DCSource{.amplitude = 0.5_nA, .start = 20_ms, .stop = 80_ms}};
///     electrode.inject_into(p);
///     electrode.record();
///     sim.run(50_ms);
///     electrode.set("amplitude", 0.2);   // from now on
///
/// A variable is a handle: the network owns the source, which acts even if the variable is gone. A
/// cell receives the sum of all sources injected into it and of its `i_offset`. New parameters are
/// in force from the current time on.
class CurrentSource {
public:
    /// @collective
    /// @throws ParameterError if a value is out of range or the label is taken
    template <models::CurrentModel M>
    CurrentSource(
        network::Network& network, const M& model, const CurrentSourceOptions& options = {}
    )
        : CurrentSource(network, std::make_unique<models::CurrentOf<M>>(model), options.label) {}

    /// Injects into all cells of a population, view or assembly, from the current time on.
    /// Injecting twice into a cell gives it twice the current.
    ///
    /// @collective
    /// @throws ModelError if one of the cells has no membrane; then nothing is injected
    template <network::HasSelection G>
    void inject_into(const G& group) {
        inject(group.selection());
    }
    void inject_into(const network::Selection& cells) { inject(cells); }

    const std::string& label() const { return record_->label; }
    std::string_view   type() const { return record_->current->model(); }

    /// The names of its parameters.
    std::vector<std::string> names() const { return record_->current->names(); }

    /// Changes a parameter from the current time on; the number is in PyNN's unit.
    /// @collective @throws ParameterError
    void set(std::string_view name, double value) { set(name, std::vector{value}); }
    /// The same for a time series: `set("times", {...})`.
    void set(std::string_view name, const std::vector<double>& values);
    /// Several at once: `set({{"times", {50, 60}}, {"amplitudes", {2, 0}}})`; each name once.
    void set(std::initializer_list<std::pair<std::string_view, std::vector<double>>> values);
    /// Changes all parameters. @collective @throws ParameterError, ModelError for another type
    template <models::CurrentModel M>
    void set(const M& model) {
        change(std::make_unique<models::CurrentOf<M>>(model));
    }

    /// A number. @local @throws ParameterError if there is no such parameter, or it is a series
    double get(std::string_view name) const;
    /// The values of a time series, however many. @local @throws ParameterError also for a number
    std::vector<double> get_series(std::string_view name) const;

    /// Records the current from the current time on. @collective
    void record();
    /// What has been recorded: a sample for each step up to the current time, this included.
    /// @local The same on every rank. @throws RecordingError if it is not recorded
    RecordedCurrent get_data() const;

private:
    CurrentSource(
        network::Network&                   network,
        std::unique_ptr<models::AnyCurrent> current,
        const std::string&                  label
    );
    void inject(const network::Selection& cells);
    void change(std::unique_ptr<models::AnyCurrent> current);

    network::Network*       network_;
    network::CurrentRecord* record_;
};

}  // namespace ranvier
