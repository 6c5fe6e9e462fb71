#include "CellCase.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>

#include <ranvier/base/text.hpp>

#include <fmt/format.h>

namespace ranvier::examples {

namespace {

using Models = std::tuple<
    EIF_cond_alpha_isfa_ista,
    EIF_cond_exp_isfa_ista,
    GIF_cond_exp,
    HH_cond_exp,
    IF_cond_alpha,
    IF_cond_exp,
    IF_cond_exp_gsfa_grr,
    IF_curr_alpha,
    IF_curr_delta,
    IF_curr_exp,
    IF_facets_hardware1,
    Izhikevich>;

/// Calls f.operator()<M>() for each model.
template <class F>
void for_each_model(F f) {
    [&]<class... M>(std::type_identity<std::tuple<M...>>) {
        (f.template operator()<M>(), ...);
    }(std::type_identity<Models>{});
}

void connect(Simulation& sim, const Population& cell, const CellInput& input, double delay) {
    if (input.times.empty()) return;
    const Population source{
        sim,
        1,
        SpikeSourceArray{.spike_times = Sequence::in_ms(input.times)},
        {.label = fmt::format("{} {}", cell.label(), input.receptor)}};
    Projection{
        source,
        cell,
        OneToOneConnector{},
        StaticSynapse{
            .weight = parameters::ConnectionSpecification{input.weight}, .delay = delay * 1_ms},
        {.receptor_type = input.receptor}};
}

/// A cell with its electrode and its synapses, and what is seen of it.
class Experiment {
public:
    Experiment(Simulation& sim, const std::string& label, const CellCase& c)
        : grid_(sim.timestep()),
          cell_(make_cells(sim, c, 1, label)),
          last_(grid_.nearest(c.tstop)),
          num_samples_(static_cast<std::size_t>(std::llround(c.tstop * 10)) + 1) {
        if (!c.params.empty()) cell_.set(c.params);
        for (const NamedValue& value : c.init)
            cell_.initialize(value.name, value.value);
        cell_.record({"spikes"});
        if (c.amplitude != 0) {
            CurrentSource electrode{
                sim,
                DCSource{
                    .amplitude = c.amplitude * 1_nA,
                    .start     = c.start * 1_ms,
                    .stop      = c.stop * 1_ms}};
            electrode.inject_into(cell_);
        }
        for (const CellInput& input : c.inputs)
            connect(sim, cell_, input, c.delay);
        for (const auto& state : cell_.record().group->states())
            if (!state.is_internal) names_.push_back(state.name);
        traces_.resize(names_.size());
    }

    /// Takes the samples that are due, if the cell is on this rank. Between time steps a line
    /// connects the values.
    void look(ranvier::Step now) {
        if (cell_.local_size() == 0 || num_taken_ == num_samples_) return;
        std::vector<double> values;
        for (const std::string& name : names_)
            values.push_back(cell_.get_local(name)[0]);
        const double step = static_cast<double>(now), before = static_cast<double>(seen_at_);
        for (; num_taken_ < num_samples_; ++num_taken_) {
            const double due = static_cast<double>(num_taken_) / 10 / grid_.timestep().value();
            if (due > step + 1e-6) break;
            const double part = due > step - 1e-6 ? 1 : (due - before) / (step - before);
            for (std::size_t s = 0; s < values.size(); ++s)
                traces_[s].push_back(
                    part == 1 ? values[s] : seen_[s] + part * (values[s] - seen_[s])
                );
        }
        seen_    = std::move(values);
        seen_at_ = now;
    }

    /// The same on every rank. @collective
    CellResult result() const {
        const Communicator& comm = cell_.network().comm();
        std::vector<double> times;
        for (const SpikeRecord& spike : cell_.local_spikes())
            if (spike.step <= last_) times.push_back(grid_.ms(spike.step) + spike.offset);
        CellResult result{
            .spikes  = comm.all_gather(times).values,
            .v       = comm.all_gather(traces_[0]).values,
            .states  = {},
            .problem = {}};
        for (std::size_t s = 1; s < names_.size(); ++s)
            result.states.emplace_back(names_[s], comm.all_gather(traces_[s]).values);
        return result;
    }

private:
    TimeGrid                         grid_;
    Population                       cell_;
    ranvier::Step                    last_;
    std::size_t                      num_samples_, num_taken_ = 0;
    std::vector<std::string>         names_;
    std::vector<std::vector<double>> traces_;  ///< [names][samples]
    std::vector<double>              seen_;    ///< [names] at the step seen_at_
    ranvier::Step                    seen_at_ = 0;
};

}  // namespace

std::vector<std::string> known_cell_types() {
    std::vector<std::string> names;
    for_each_model([&]<class M>() { names.emplace_back(M::name); });
    names.emplace_back(PointNeuron::name);
    return names;
}

Population make_cells(
    Simulation& sim, const CellCase& setup, std::size_t size, const std::string& label
) {
    std::optional<Population> cells;
    for_each_model([&]<class M>() {
        if (setup.celltype == M::name) cells = Population{sim, size, M{}, {.label = label}};
    });
    if (setup.celltype == PointNeuron::name)
        cells = Population{sim, size, setup.composition, {.label = label}};
    return cells.value();
}

namespace {

/// Labels of their own: the name of a case may hold what a label must not.
std::string label_of(std::size_t which) {
    return fmt::format("cell{}", which);
}

std::string about(const NamedCase& one, const std::string& text) {
    return fmt::format("single_cell: case \"{}\": {}", one.name, text);
}

/// What an error of a run says, whatever the label and the rank.
std::string text_of(const Error& error) {
    const std::string text = error.what(), label = error.facts().label;
    const std::string where = fmt::format("Population \"{}\": ", label);
    const std::size_t first = text.starts_with(where) ? where.size() : 0;
    return text.substr(first, text.rfind(" (rank ") - first);
}

/// In one simulation.
std::vector<CellResult> run_together(
    const Communicator& comm, SimulationOptions options, const std::vector<NamedCase>& cases
) {
    // Cells are looked at between exchanges: every 0.1 ms, or every step where that is no multiple.
    const TimeGrid grid{options.timestep};
    options.min_delay = grid.exact(0.1) ? 0.1_ms : options.timestep;
    double end        = 0;
    for (const auto& [name, c] : cases) {
        if (c.delay < 0.1) options.min_delay = options.timestep;
        end = std::max(end, std::ceil(c.tstop / options.timestep.value()));
    }
    Simulation                               sim{comm, options};
    std::vector<std::unique_ptr<Experiment>> experiments;
    for (const auto& [name, c] : cases) {
        try {
            const std::string label = label_of(experiments.size());
            experiments.push_back(std::make_unique<Experiment>(sim, label, c));
        } catch (const Error& error) {
            throw_error(error.kind(), about({name, c}, error.what()), error.facts());
        }
    }
    const auto look = [&](Time now) {
        for (auto& experiment : experiments)
            experiment->look(grid.nearest(now.value()));
    };
    look(0_ms);
    sim.on_interval(look);
    sim.run_until(grid.ms(static_cast<ranvier::Step>(end) + 1) * 1_ms);

    std::vector<CellResult> results;
    for (const auto& experiment : experiments)
        results.push_back(experiment->result());
    return results;
}

/// Runs some of the cases, which end together, and the others again where one cannot be simulated.
/// @param left places of these cases
void run_those(
    const Communicator&           comm,
    const SimulationOptions&      options,
    const std::vector<NamedCase>& cases,
    std::vector<std::size_t>      left,
    std::vector<CellResult>&      results
) {
    while (!left.empty()) {
        std::vector<NamedCase> together;
        for (const std::size_t k : left)
            together.push_back(cases[k]);
        try {
            auto happened = run_together(comm, options, together);
            for (std::size_t k = 0; k < left.size(); ++k)
                results[left[k]] = std::move(happened[k]);
            break;
        } catch (const RunError& error) {
            std::size_t which = 0;
            while (which < left.size() && label_of(which) != error.facts().label)
                ++which;
            if (which == left.size()) throw;
            results[left[which]].problem = about(cases[left[which]], text_of(error));
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
}

}  // namespace

std::vector<CellResult> run_cases(
    const Communicator& comm, const SimulationOptions& options, const std::vector<NamedCase>& cases
) {
    std::vector<CellResult> results(cases.size());
    // Those that end together: what happens to a cell after its own end does not matter.
    std::map<double, std::vector<std::size_t>> by_end;
    for (std::size_t k = 0; k < cases.size(); ++k)
        by_end[cases[k].setup.tstop].push_back(k);
    for (auto& [end, places] : by_end)
        run_those(comm, options, cases, std::move(places), results);
    return results;
}

namespace {

/// When the current of a case flows in a simulation: from after `first` to `last`, in ms.
struct Window {
    double first, last;
};

/// @throws ParameterError if that is never
Window current_window(const TimeGrid& grid, const NamedCase& of) {
    const CellCase& c      = of.setup;
    const auto      first  = std::max<ranvier::Step>(grid.nearest(c.start), 0);
    const auto      last   = std::min(grid.nearest(c.stop), grid.nearest(c.tstop));
    const Window    window = {grid.ms(first), grid.ms(last)};
    if (first < last) return window;
    throw ParameterError(fmt::format(
        "single_cell: case \"{}\": for --fi-curve the current must flow for a time step of {} ms "
        "or more before tstop, {} ms, got dc from {} to {} ms; give another dc or tstop.",
        of.name,
        number(grid.timestep().value()),
        number(c.tstop),
        number(c.start),
        number(c.stop)
    ));
}

}  // namespace

std::vector<double> fi_curve(
    const Communicator&        comm,
    const SimulationOptions&   options,
    const NamedCase&           of,
    const std::vector<double>& amplitudes
) {
    const Window           window = current_window(TimeGrid{options.timestep}, of);
    std::vector<NamedCase> cases;
    for (const double amplitude : amplitudes) {
        cases.push_back(of);
        cases.back().setup.amplitude = amplitude;
        cases.back().setup.inputs.clear();
    }
    std::vector<double> rates;
    for (const CellResult& result : run_cases(comm, options, cases)) {
        if (!result.problem.empty()) throw RunError(result.problem);
        const auto count = std::count_if(result.spikes.begin(), result.spikes.end(), [&](double t) {
            return t > window.first && t <= window.last;
        });
        rates.push_back(static_cast<double>(count) * 1000 / (window.last - window.first));
    }
    return rates;
}

}  // namespace ranvier::examples
