/// @file
/// A neuron composed of a membrane and any number of named receptors.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/models/Column.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/components/AdExp.hpp"
#include "ranvier/models/components/CondAlphaPostSynapticResponse.hpp"
#include "ranvier/models/components/CondBetaPostSynapticResponse.hpp"
#include "ranvier/models/components/CondExpPostSynapticResponse.hpp"
#include "ranvier/models/components/CurrExpPostSynapticResponse.hpp"
#include "ranvier/models/components/LIF.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier {

/// A neuron composed of a membrane and any number of named receptors.
///
///     Population p{sim, 100, PointNeuron{
///         AdExp{.tau_m = 10_ms},
///         {{"AMPA", AlphaPSR{.tau_syn = uniform(1_ms, 2_ms)}},
///          {"GABAA", AlphaPSR{.e_syn = -70_mV, .tau_syn = 1.5_ms}}}}};
///     p.set("GABAA.tau_syn", 2.0);
///     Projection{q, p, AllToAllConnector{}, StaticSynapse{...}, {.receptor_type = "GABAA"}};
///
/// Membranes: LIF, AdExp. Receptors: CurrExpPostSynapticResponse; CondExpPostSynapticResponse
/// (ExpPSR), CondAlphaPostSynapticResponse (AlphaPSR), CondBetaPostSynapticResponse (BetaPSR);
/// either all are currents or all are conductances. The equations are those of the components.
///
/// By name, the membrane's parameters and state variables are "tau_m", "v", those of a receptor
/// "GABAA.e_syn", "GABAA.gsyn" or "GABAA.isyn"; those of the membrane may be set by member, too:
/// `p.set(&LIF::tau_m, 10_ms)`, `p.initialize(AdExp::Initial{.v = -60_mV})`. PyNN's `locations` of
/// receptors do not exist: a point has none.
///
/// Receptors are in alphabetical order; the first one is that of projections which name none and
/// have weights >= 0. Weights: conductance [uS] or current [nA].
class PointNeuron {
public:
    static constexpr std::string_view name = "PointNeuron";

    using Membrane = std::variant<LIF, AdExp>;
    using Response = std::variant<
        CurrExpPostSynapticResponse,
        CondExpPostSynapticResponse,
        CondAlphaPostSynapticResponse,
        CondBetaPostSynapticResponse>;

    struct Receptor {
        std::string name;  ///< unique, not empty, without "." and "/"
        Response    response;
    };

    /// @throws ModelError for a name that is not allowed, or if currents and conductances are mixed
    PointNeuron(Membrane membrane = LIF{}, std::vector<Receptor> receptors = {});

    const Membrane&              membrane() const { return membrane_; }
    const std::vector<Receptor>& receptors() const { return receptors_; }  ///< alphabetical

    /// What the library knows by name; the membrane's lists are followed by those of each receptor.
    models::ModelInfo          info() const;
    std::vector<models::Given> given_parameters() const;

    /// This rank's cells; T is double or float. Its parameters have to be given to it.
    template <class T>
    std::unique_ptr<models::NeuronGroup<T>> make_neurons(
        std::size_t num_cells, const TimeGrid& grid, const models::NeuronContext& context
    ) const;

private:
    Membrane              membrane_;
    std::vector<Receptor> receptors_;
};

extern template std::unique_ptr<models::NeuronGroup<double>>
PointNeuron::make_neurons(std::size_t, const TimeGrid&, const models::NeuronContext&) const;
extern template std::unique_ptr<models::NeuronGroup<float>>
PointNeuron::make_neurons(std::size_t, const TimeGrid&, const models::NeuronContext&) const;

}  // namespace ranvier
