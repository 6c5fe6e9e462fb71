#include "ranvier/models/cells/PointNeuron.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/models/NeuronGroupOf.hpp"

#include "ComposedNeuron.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

models::Input input_of(const PointNeuron::Receptor& receptor) {
    return std::visit([](const auto& response) { return response.input; }, receptor.response);
}

/// "AMPA.tau_syn"
std::string dotted(const std::string& receptor, const std::string& name) {
    return receptor + "." + name;
}

[[noreturn]] void refuse(const std::string& text, const std::string& receptor) {
    throw ModelError("PointNeuron: " + text, {.parameter = receptor});
}

void check_name(const std::string& name) {
    if (name.empty())
        refuse("a receptor has no name. Give each one a name, for instance \"AMPA\".", name);
    if (name.find_first_of("./") != std::string::npos)
        refuse(
            fmt::format(
                "receptor \"{}\": a name must not contain \".\", which separates it from the names "
                "of its parameters, nor \"/\". Use another character.",
                name
            ),
            name
        );
}

/// The kinds of LinearNeuron and of ComposedNeuron are not the same.
template <class M>
std::uint32_t kind_of(const PointNeuron::Response& response) {
    if constexpr (std::is_same_v<M, models::LinearNeuron>)
        return 0;
    else
        return static_cast<std::uint32_t>(response.index());
}

/// The receptors as parts of M, whose parameters begin behind those of the membrane.
template <class M>
std::vector<models::Part> parts_of(
    const std::vector<PointNeuron::Receptor>& receptors, std::size_t parameter
) {
    std::vector<models::Part> parts;
    for (const PointNeuron::Receptor& receptor : receptors) {
        parts.push_back({kind_of<M>(receptor.response), static_cast<std::uint32_t>(parameter)});
        parameter += std::visit(
            []<class R>(const R&) { return std::tuple_size_v<decltype(R::parameters())>; },
            receptor.response
        );
    }
    return models::placed<M>(std::move(parts));
}

}  // namespace

PointNeuron::PointNeuron(Membrane membrane, std::vector<Receptor> receptors)
    : membrane_(std::move(membrane)),
      receptors_(std::move(receptors)) {
    std::sort(receptors_.begin(), receptors_.end(), [](const Receptor& a, const Receptor& b) {
        return a.name < b.name;
    });
    for (std::size_t r = 0; r < receptors_.size(); ++r) {
        const std::string& own = receptors_[r].name;
        check_name(own);
        if (r == 0) continue;
        const Receptor& before = receptors_[r - 1];
        if (before.name == own)
            refuse(
                fmt::format(
                    "two receptors are called \"{}\". Give each one a name of its own.", own
                ),
                own
            );
        if (input_of(before) != input_of(receptors_[r])) {
            const bool current = input_of(before) == models::Input::current;
            refuse(
                fmt::format(
                    "receptor \"{}\" is a current and receptor \"{}\" a conductance; either all "
                    "receptors are currents or all are conductances.",
                    current ? before.name : own,
                    current ? own : before.name
                ),
                own
            );
        }
    }
}

models::ModelInfo PointNeuron::info() const {
    models::ModelInfo info = std::visit(
        []<class N>(const N&) {
            return models::ModelInfo{
                .name       = name,
                .parameters = models::parameter_infos<N>(),
                .states     = models::state_infos<N>(),
                .receptors  = {}};
        },
        membrane_
    );
    if (!receptors_.empty()) info.input = input_of(receptors_[0]);
    for (const Receptor& receptor : receptors_) {
        std::visit(
            [&]<class R>(const R&) {
                for (models::ParameterInfo& parameter : models::parameter_infos<R>()) {
                    parameter.name = dotted(receptor.name, parameter.name);
                    info.parameters.push_back(std::move(parameter));
                }
                for (models::StateInfo& state : models::state_infos<R>()) {
                    if (state.name == R::target)
                        info.receptors.push_back({receptor.name, info.states.size()});
                    state.name = dotted(receptor.name, state.name);
                    info.states.push_back(std::move(state));
                }
            },
            receptor.response
        );
    }
    return info;
}

std::vector<models::Given> PointNeuron::given_parameters() const {
    std::size_t                place = 0;
    std::vector<models::Given> given;
    const auto                 add = [&]<class C>(const C& component) {
        auto part = models::given_members(component, place);
        place += std::tuple_size_v<decltype(C::parameters())>;
        std::move(part.begin(), part.end(), std::back_inserter(given));
    };
    std::visit(add, membrane_);
    for (const Receptor& receptor : receptors_)
        std::visit(add, receptor.response);
    return given;
}

template <class T>
std::unique_ptr<models::NeuronGroup<T>> PointNeuron::make_neurons(
    std::size_t num_cells, const TimeGrid& grid, const models::NeuronContext& context
) const {
    const auto make = [&]<class M, class N>() -> std::unique_ptr<models::NeuronGroup<T>> {
        return std::make_unique<models::NeuronGroupOf<M, T>>(
            num_cells,
            grid,
            context,
            info(),
            parts_of<M>(receptors_, std::tuple_size_v<decltype(N::parameters())>)
        );
    };
    if (std::holds_alternative<AdExp>(membrane_))
        return make.template operator()<models::ComposedNeuron<AdExp>, AdExp>();
    if (!receptors_.empty() && input_of(receptors_[0]) == models::Input::conductance)
        return make.template operator()<models::ComposedNeuron<LIF>, LIF>();
    return make.template operator()<models::LinearNeuron, LIF>();
}

template std::unique_ptr<models::NeuronGroup<double>>
PointNeuron::make_neurons(std::size_t, const TimeGrid&, const models::NeuronContext&) const;
template std::unique_ptr<models::NeuronGroup<float>>
PointNeuron::make_neurons(std::size_t, const TimeGrid&, const models::NeuronContext&) const;

}  // namespace ranvier
