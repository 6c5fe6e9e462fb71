/// @file
/// What populations, views, assemblies and single cells have in common: their members' values and
/// positions.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/models/Column.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/RecordedData.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/network/Values.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/space/Position.hpp"

namespace ranvier {

class Cell;

/// An ordered set of cells, numbered 0 to size() - 1; a handle, copies mean the same cells.
///
/// Everything is counted in the group's own indices: a function of the index is called with the
/// place in the view or assembly, an array has one value per member. Values are evaluated on the
/// rank that owns the cell, once each; random ones are keyed by the group's populations, the name,
/// how often values were given before, and the index in the group. Each rank holds and computes
/// its own part only, except where a function returns one value per member.
class Group {
public:
    std::size_t               size() const { return members_.size(); }  ///< on all ranks
    std::size_t               local_size() const { return members_.local_size(); }
    const std::string&        label() const { return label_; }
    const network::Selection& selection() const { return members_; }
    network::Network&         network() const;
    /// One line: label, size, cell types. @local
    std::string describe() const;

    /// Sets parameters, checked by the compiler: `p.set(&IF_curr_exp::tau_m, 10_ms)`, several at
    /// once: `p.set(&M::tau_m, 10_ms, &M::v_thresh, [](std::size_t i) {...})`. Other parameters
    /// keep their values; a distribution is drawn anew by every call.
    /// @collective
    /// @throws ParameterError for a value that breaks a rule or an array of another length;
    ///         ModelError for another cell type; nothing is changed then
    template <class M, class Q, class... More>
    void set(Param<Q> M::*parameter, std::type_identity_t<Param<Q>> value, const More&... more) {
        std::vector<NamedValue> values;
        collect(values, parameter, std::move(value), more...);
        require_model(M::name);
        set_values(network::ValueKind::parameter, std::move(values));
    }
    /// The same by name, in PyNN's units: `p.set("tau_m", 10.0)`. @collective
    /// @throws ParameterError also for an unknown name, with the valid ones, the nearest first
    template <class T>
    requires std::constructible_from<NamedValue, std::string, const T&>
    void set(std::string_view name, const T& value) {
        set_values(network::ValueKind::parameter, {NamedValue{std::string{name}, value}});
    }
    /// One value per member: `p.set("tau_m", {10, 12, 14})`. @collective
    void set(std::string_view name, std::initializer_list<double> values) {
        set(name, std::vector<double>{values});
    }
    /// Several by name, each once: `p.set({{"tau_m", 10.0}, {"cm", uniform(0.5, 1)}})`. @collective
    void set(std::initializer_list<NamedValue> values) {
        set_values(network::ValueKind::parameter, values);
    }
    /// As many as there are, for instance from a file. @collective
    void set(std::vector<NamedValue> values) {
        set_values(network::ValueKind::parameter, std::move(values));
    }

    /// Gives state variables their values, now and at every reset:
    /// `p.initialize(IF_curr_exp::Initial{.v = -60_mV})`. Those that are not given keep theirs.
    /// @collective @throws ParameterError, ModelError
    template <class I>
    requires requires { typename I::Model; }
    void initialize(const I& initial) {
        using M = typename I::Model;
        require_model(M::name);
        std::vector<NamedValue> values;
        const auto              infos = models::state_infos<M>();
        for (models::Given& given : models::given_states<M>(initial))
            values.emplace_back(infos[given.place].name, std::move(given.value));
        set_values(network::ValueKind::state, std::move(values));
    }
    /// The same by name, in PyNN's units. @collective
    template <class T>
    requires std::constructible_from<NamedValue, std::string, const T&>
    void initialize(std::string_view name, const T& value) {
        set_values(network::ValueKind::state, {NamedValue{std::string{name}, value}});
    }
    void initialize(std::string_view name, std::initializer_list<double> values) {
        initialize(name, std::vector<double>{values});
    }
    void initialize(std::initializer_list<NamedValue> values) {
        set_values(network::ValueKind::state, values);
    }

    /// Injects a CurrentSource into all cells, as PyNN writes it. @collective
    template <class Source>
    requires requires(Source& source, const Group& group) { source.inject_into(group); }
    void inject(Source& source) const { source.inject_into(*this); }

    /// Records "spikes" and state variables of these cells from the current time on, beside what is
    /// recorded already: `p[slice(0, 10)].record({"spikes", "v"}, {.sampling_interval = 1_ms})`.
    /// The first sample is the state at the beginning of the next run, so at time 0 the initial
    /// values; the sample of time t is the state when everything has happened that happens at t.
    /// @collective
    /// @throws RecordingError for a variable that cannot be recorded, an interval off the grid, or
    /// a
    ///         second interval for a variable of a population; nothing has changed then
    void record(
        std::initializer_list<std::string_view> variables, const RecordOptions& options = {}
    );
    void record(const std::vector<std::string>& variables, const RecordOptions& options = {});
    /// Whether all of these cells have the variable; "spikes" always. @local
    bool can_record(std::string_view variable) const;
    /// Ends the recording of all variables of the whole populations that these cells belong to, as
    /// PyNN's `record(None)`. What was recorded is kept. @collective
    void stop_recording();

    /// What has been recorded of these cells and is held in memory, in PyNN's structure, by
    /// variables, or all if none is named. Names that are not recorded are left out.
    /// @collective The data of all cells, the same on every rank.
    /// @throws RecordingError while results go to files (`Simulation::write_to`)
    Block get_data(const std::vector<std::string>& variables = {}, DataOptions options = {}) const;
    /// The same of this rank's cells. @local
    Block get_local_data(const std::vector<std::string>& variables = {}) const;

    /// Spikes of each cell since recording began or, later, since the last reset or
    /// `get_data({}, {.clear = true})`; 0 for cells that are not recorded.
    /// @collective @return `[size]` @throws RecordingError if "spikes" was not recorded
    std::vector<std::uint64_t> get_spike_counts() const;
    /// The same for this rank's cells. @local @return `[local_size]`
    std::vector<std::uint64_t> get_local_spike_counts() const;
    /// Their sum. @collective
    std::uint64_t num_spikes() const;
    /// Their mean over the cells that are recorded; 0 if there is none. @collective
    double mean_spike_count() const;

    /// Values of a parameter or of a state variable, in PyNN's unit and index order: one number if
    /// all members have the same, otherwise `[size]`; the same on every rank.
    /// @collective @throws ParameterError for an unknown name
    Values              get(std::string_view name) const;
    std::vector<Values> get(std::initializer_list<std::string_view> names) const;
    /// The same for this rank's members, ascending. @local @return `[local_size]`
    std::vector<double> get_local(std::string_view name) const;
    /// The initial values of a state variable. @collective
    Values get_initial(std::string_view name) const;
    /// Spike times, for a parameter that is a Sequence. @collective @return `[size]`, or one if
    /// all members have the same
    std::vector<Sequence> get_sequences(std::string_view name) const;
    /// The same for this rank's members. @local @return `[local_size]`
    std::vector<Sequence> get_local_sequences(std::string_view name) const;

    /// Where a member lies; negative indices count from the end. @local On every rank.
    /// @throws ParameterError outside the group
    Position position(std::ptrdiff_t index) const;
    /// All positions, `[size]`; and those of this rank's members. @local
    std::vector<Position> positions() const;
    std::vector<Position> local_positions() const;
    /// The position of a member as a function, to be used in functions of the index. @local
    std::function<Position(std::ptrdiff_t)> position_generator() const;
    /// The member that is nearest to a point; of several the first. @collective
    /// @throws SpaceError for an empty group, for a point that is not finite
    Cell nearest(Position point) const;

    /// One member; negative indices count from the end. @local
    Cell cell(std::ptrdiff_t index) const;
    /// All members, each made as the loop comes to it. @local
    auto all() const;
    /// This rank's members, ascending, as a list that is made at once. @local
    auto local() const;
    /// The index in this group of a cell. @local @throws ParameterError if it is no member
    std::size_t index_of(const Cell& cell) const;
    bool        contains(const Cell& cell) const;

    /// The same cells in the same order, however they were selected. @local
    friend bool operator==(const Group& a, const Group& b) { return a.members_ == b.members_; }

protected:
    Group() = default;
    Group(network::Network* network, network::Selection members, std::string label)
        : network_(network),
          members_(std::move(members)),
          label_(std::move(label)) {}

    /// For messages: `Population "L4E"`, `view of "L4E"`.
    virtual std::string name() const = 0;
    Group(const Group&)              = default;
    Group(Group&&)                   = default;
    Group& operator=(const Group&)   = default;
    Group& operator=(Group&&)        = default;
    virtual ~Group()                 = default;

    void require_model(std::string_view model) const;

    network::Network*  network_ = nullptr;
    network::Selection members_;
    std::string        label_;

private:
    template <class M, class Q, class... More>
    static void collect(
        std::vector<NamedValue>& values,
        Param<Q> M::*                  parameter,
        std::type_identity_t<Param<Q>> value,
        const More&... more
    ) {
        std::apply(
            [&](const auto&... entry) { (add_if(values, entry, parameter, value), ...); },
            M::parameters()
        );
        if constexpr (sizeof...(more) > 0) collect(values, more...);
    }
    template <class Entry, class M, class Q>
    static void add_if(
        std::vector<NamedValue>& values,
        const Entry&             entry,
        Param<Q> M::*   parameter,
        const Param<Q>& value
    ) {
        if constexpr (std::same_as<decltype(entry.member), Param<Q> M::*>) {
            if (entry.member != parameter) return;
            if constexpr (models::is_list<Q>)
                values.emplace_back(
                    std::string{entry.name},
                    models::Value{static_cast<const Param<Sequence>&>(value)}
                );
            else
                values.emplace_back(std::string{entry.name}, models::Value{value.specification()});
        }
    }

    static Cell member(network::Network*, const network::Selection&, std::size_t index);

    void  set_values(network::ValueKind kind, std::vector<NamedValue> values);
    void  require_spikes() const;
    void  require_data_in_memory() const;
    Block block(const Communicator* comm, const std::vector<std::string>& variables) const;
    void  record_signal(
         network::PopulationRecord&        population,
         std::size_t                       state,
         std::optional<Step>               steps,
         const std::vector<std::uint32_t>& cells
     );
};

}  // namespace ranvier
