/// @file
/// The network: all populations and projections of a simulation, of which each rank holds its part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/models/synapses/StaticSynapse.hpp"
#include "ranvier/network/NamedValue.hpp"
#include "ranvier/network/ProjectionRecord.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/network/Store.hpp"
#include "ranvier/network/records.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

/// Precision of state, weights and sums. Each gives the same bits at every number of ranks.
enum class Precision { float64, float32 };

/// Choices that change speed or memory and no result; for measurements and tests.
struct Tuning {
    std::size_t block_cells  = 1 << 20;  ///< slots of a block: a multiple of 16, up to 16 pages
    std::size_t page_cells   = 65536;    ///< of a block, at most 65536, a multiple of 16
    bool        fuse_poisson = true;     ///< one-to-one Poisson input goes straight to its targets
};

/// How a network is set up; the same on every rank.
struct NetworkOptions {
    Time                timestep = 0.1_ms;
    std::optional<Time> min_delay{};  ///< none: the smallest delay in the network
    std::optional<Time> max_delay{};  ///< none: no bound
    std::uint64_t       seed         = 42;
    Precision           precision    = Precision::float64;
    SpikeTiming         spike_timing = SpikeTiming::on_grid;
    Tuning              tuning{};
    /// Where a process stands for one rank of many: how many cells of each population it has at
    /// least, those of other ranks among them, if there are as many. For forecasts of means.
    std::size_t least_cells{};
};

namespace network {

/// What makes the local cells of a population, given how many there are.
using GroupFactory =
    std::function<std::unique_ptr<models::CellGroup>(Precision, const models::SourceContext&)>;

/// What a value is for.
enum class ValueKind { parameter, state };

/// The place of a parameter or state variable in the lists of the population's model.
/// @local @throws ParameterError with the valid names, the nearest first
std::size_t place_of(const PopulationRecord& population, std::string_view name, ValueKind kind);

struct CurrentRecord;  // see CurrentSource.hpp

/// A population about to be made.
struct PopulationRequest {
    std::size_t                size = 0;
    std::string                label;  ///< empty: "population<k>"
    GroupFactory               make_group;
    std::vector<models::Given> parameters;
    std::vector<NamedValue>    initial_values;  ///< over the model's defaults
    Structure                  structure = Line{};
};

/// A projection about to be made.
struct ProjectionRequest {
    Selection                         pre, post;
    std::string                       pre_label, post_label;
    std::string                       label;          ///< empty: "<pre label>→<post label>"
    std::string                       receptor_type;  ///< empty: by the sign of the weight
    std::unique_ptr<connectors::Rule> rule;
    StaticSynapse                     synapse;
    std::shared_ptr<const connectors::Geometry> geometry;  ///< nullptr without positions
    Weight weight_resolution{};  ///< see ProjectionOptions; not given: exact
};

/// Populations, projections and what this rank holds of them. Users meet it as Simulation.
///
/// Identity: the streams of a population are keyed by its label, those of a projection by the
/// labels of both sides, the receptor, and its own label or its ordinal among the unlabelled
/// projections between them, so that objects may be created in any order; only among projections
/// between the same two populations onto the same receptor does it count: they add in the order of
/// creation.
class Network {
public:
    /// @collective @throws ParameterError
    Network(const Communicator& comm, const NetworkOptions& options);
    ~Network();
    Network(const Network&)            = delete;
    Network& operator=(const Network&) = delete;

    const Communicator&   comm() const { return comm_; }
    const NetworkOptions& options() const { return options_; }
    const TimeGrid&       grid() const { return grid_; }

    /// Adds a population; its values are resolved at once. @collective
    PopulationRecord& add(PopulationRequest request);
    /// Adds a projection; its connections are made at once. @collective
    ProjectionRecord& add(ProjectionRequest request);

    std::vector<std::unique_ptr<PopulationRecord>>&       populations() { return populations_; }
    const std::vector<std::unique_ptr<PopulationRecord>>& populations() const {
        return populations_;
    }
    const std::vector<std::unique_ptr<ProjectionRecord>>& projections() const {
        return projections_;
    }

    /// Sources of injected current, in order of creation.
    std::vector<std::unique_ptr<CurrentRecord>>& currents() { return currents_; }

    /// Gives parameters or state variables of a group new values; if one is refused, or if the
    /// ranks do not ask for the same, nothing changes. Values of state variables become initial
    /// values, too.
    /// @collective
    /// @param group the group as messages name it: `Population "L4E"`
    /// @throws ParameterError; CommunicationError if the ranks disagree
    void set(
        const Selection&        members,
        const std::string&      group,
        ValueKind               kind,
        std::vector<NamedValue> values
    );
    /// Lays the cells of a population out anew. @collective @throws SpaceError if it does not fit
    void set_structure(PopulationRecord& population, const Structure& structure);
    void set_positions(PopulationRecord& population, std::vector<Position> positions);

    /// State variables get their initial values, sources start anew, the clock shows 0; parameters
    /// and connections stay. What the engine holds is its own business. @collective
    void reset();
    /// How often that happened.
    std::uint64_t num_resets() const { return num_resets_; }

    /// Gives the connections of a projection new weights, new delays. @collective
    /// @throws ConnectionError as when they are made; nothing is changed then
    void set_connections(
        ProjectionRecord&            projection,
        const std::optional<Weight>& weight,
        const std::optional<Delay>&  delay
    );
    /// This rank's connections of a projection, by target, then as created. @local
    std::vector<Connection> local_connections(const ProjectionRecord& projection);
    Listing                 list(const ProjectionRecord& projection, unsigned wanted);
    /// Where the local connections onto each part of the targets begin in a projection's list,
    /// given their numbers here. @collective
    std::vector<std::uint64_t> places_in_list(
        const Selection& post, const std::vector<std::uint64_t>& counts, std::uint64_t& total
    ) const;

    /// Order-independent digest of all connections, parameters and state, the same on every rank.
    /// @collective
    std::uint64_t digest();

    /// Smallest delay that the run may rely on, in steps. Without connections, a long time.
    Step min_delay_steps() const;

    /// Whether what is recorded goes to files instead of being kept in memory.
    bool writes_results() const { return writes_results_; }
    void set_writes_results(bool does) { writes_results_ = does; }

    Step now() const { return now_; }
    void set_now(Step step) { now_ = step; }

    template <class T>
    Store<T>& store() {
        return std::get<Store<T>>(store_);
    }
    std::uint64_t num_cells() const { return next_gid_; }
    std::uint64_t num_connections() const;
    std::size_t   connection_bytes() const;  ///< on this rank

private:
    void                 make(PopulationRecord&, const PopulationRequest&) const;
    space::Layout        layout_of(const PopulationRecord&, const Structure&) const;
    static void          lay_out(PopulationRecord&, const Structure&, space::Layout layout);
    std::string          checked_label(const PopulationRequest& request) const;
    static models::Input input_of(const Selection& post, const std::string& name);
    static std::vector<std::string> receptors_of(const Selection& post, const std::string& name);
    double      typical_weight(const ProjectionRequest&, const std::string& name);
    std::string choose_receptor(const ProjectionRequest&, const std::string& name);
    std::optional<parameters::ConnectionSpecification>
    judge_last_connection(const ProjectionRequest&, ProjectionRecord&, const ConnectRequest&);
    std::uint64_t identity(const ProjectionRequest&, const std::string& receptor);
    void          require_same_request(const ProjectionRequest&, const std::string& label);
    static void
    check_resolution(const Weight&, const Selection&, const std::string&, ConnectRequest&);
    static void check_weight(const Weight&, const Selection&, const std::string&, ConnectRequest&);
    void        check_delay(const Delay&, const std::string& name, ConnectRequest&);
    static void check_columns(const std::string& name, ConnectRequest&);
    static void check_length(
        const std::string&                         name,
        const char*                                what,
        const parameters::ConnectionSpecification& values,
        std::uint64_t                              total
    );
    void choose_channels(const ProjectionRequest&, ProjectionRecord&, const ConnectRequest&);
    void set_keys(std::uint64_t key, std::uint64_t num_sets, ConnectRequest&) const;
    void generate(ProjectionRecord&, ConnectRequest&);
    void agree(const Violation& mine, const ProjectionRecord&, const ConnectRequest&) const;
    void agree_on_delays(ProjectionRecord&) const;
    std::vector<double> new_values(
        const ProjectionRecord&                    projection,
        const parameters::ConnectionSpecification& given,
        random::Key                                key,
        const char*                                what,
        Listing&                                   listing
    );
    std::vector<double>        new_weights(const ProjectionRecord&, const ConnectRequest&);
    std::vector<std::uint32_t> new_delays(const ProjectionRecord&, const ConnectRequest&);
    void commit_weights(ProjectionRecord&, const ConnectRequest&, const std::vector<double>&);
    void commit_delays(ProjectionRecord&, const ConnectRequest&, std::vector<std::uint32_t> steps);

    Communicator                                   comm_;
    NetworkOptions                                 options_;
    TimeGrid                                       grid_;
    std::vector<std::unique_ptr<PopulationRecord>> populations_;
    std::vector<std::unique_ptr<ProjectionRecord>> projections_;
    std::vector<std::unique_ptr<CurrentRecord>>    currents_;
    std::set<std::uint64_t>                        keys_;
    Gid                                            next_gid_       = 0;
    Step                                           now_            = 0;
    std::uint64_t                                  num_resets_     = 0;
    bool                                           writes_results_ = false;
    std::variant<Store<double>, Store<float>>      store_;
};

}  // namespace network
}  // namespace ranvier
