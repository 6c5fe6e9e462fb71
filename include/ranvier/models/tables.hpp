/// @file
/// What the library knows of a model by name: its parameters, state variables and receptors.
///
/// A model lists them with `parameter`, `state` and `receptor`; everything else (values from
/// specifications, checks, messages, files) follows from the lists.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/parameters/Sequence.hpp"

namespace ranvier::models {

/// What a value must satisfy. Every value must be finite.
enum class Rule { any, positive, non_negative, non_decreasing };

/// Whether a value satisfies a rule; numbers only.
bool satisfies(Rule rule, double value);
/// What a rule requires instead of a value that breaks it, as the end of "must be": `> 0 ms`,
/// `finite`.
std::string required_by(Rule rule, double value, std::string_view unit);

/// How input acts on a cell; decides the unit of a weight.
enum class Input { current, conductance, voltage };
/// `nA`, `uS` or `mV`.
std::string_view weight_unit(Input input);

struct ParameterInfo {
    std::string name;
    std::string unit;  ///< as a user of PyNN writes the value
    Rule        rule        = Rule::any;
    bool        is_sequence = false;
};

struct StateInfo {
    std::string name;
    std::string unit;
    double      initial     = 0;      ///< PyNN's default, in `unit`
    bool        is_internal = false;  ///< part of the state, but nothing that PyNN knows by name
};

struct ReceptorInfo {
    std::string name;
    std::size_t state = 0;  ///< the state variable to which an arriving weight is added
};

/// What is known of a model: the lists by which its cells are addressed.
struct ModelInfo {
    std::string_view           name;
    Input                      input = Input::current;
    std::vector<ParameterInfo> parameters;
    std::vector<StateInfo>     states;
    std::vector<ReceptorInfo>  receptors;
};

/// One line of a model's list of parameters.
template <class M, class Q>
struct ParameterEntry {
    using Value = Q;
    std::string_view name;
    Param<Q> M::*    member;
    Rule             rule;
    std::string_view unit;
};
/// @param unit of the numbers of an ArrayParameter; other types have their own
template <class M, class Q>
constexpr auto parameter(
    std::string_view name, Param<Q> M::*member, Rule rule = Rule::any, std::string_view unit = {}
) {
    return ParameterEntry<M, Q>{name, member, rule, unit};
}

/// Whether the value of one cell is a list.
template <class Q>
inline constexpr bool is_list = std::is_base_of_v<Sequence, Q>;

/// The unit in which a user of PyNN writes the values of a parameter.
template <class M, class Q>
constexpr std::string_view unit_of(const ParameterEntry<M, Q>& entry) {
    if constexpr (std::is_same_v<Q, ArrayParameter>)
        return entry.unit;
    else if constexpr (is_list<Q>)
        return unit_name<Time>();
    else
        return unit_name<Q>();
}

/// One line of a model's list of state variables, in the order of its `State`.
template <class I, class Q>
struct StateEntry {
    using Value = Q;
    std::string_view name;
    Param<Q> I::*member;
    Q            initial;
};
template <class I, class Q>
constexpr auto state(std::string_view name, Param<Q> I::*member, std::type_identity_t<Q> initial) {
    return StateEntry<I, Q>{name, member, initial};
}

/// One line of a model's list of receptors: arriving weights are added to `state`.
struct ReceptorEntry {
    std::string_view name;
    std::string_view state;
};
constexpr ReceptorEntry receptor(std::string_view name, std::string_view state) {
    return {name, state};
}

/// A state variable that users do not see; it starts at 0.
struct InternalEntry {
    std::string_view name;
};
constexpr InternalEntry internal(std::string_view name) {
    return {name};
}

/// Whether an entry of a list of states is one that users give and record.
template <class Entry>
inline constexpr bool is_visible = requires(const Entry& entry) {
    entry.member;
};

template <class M>
std::vector<ParameterInfo> parameter_infos() {
    std::vector<ParameterInfo> infos;
    std::apply(
        [&](const auto&... entry) {
            (infos.push_back(
                 {std::string{entry.name},
                  std::string{unit_of(entry)},
                  entry.rule,
                  is_list<typename std::decay_t<decltype(entry)>::Value>}
             ),
             ...);
        },
        M::parameters()
    );
    return infos;
}

template <class M>
std::vector<StateInfo> state_infos() {
    std::vector<StateInfo> infos;
    const auto             add = [&](const auto& entry) {
        using Entry = std::decay_t<decltype(entry)>;
        if constexpr (is_visible<Entry>)
            infos.push_back(
                {std::string{entry.name},
                 std::string{unit_name<typename Entry::Value>()},
                 pynn_value(entry.initial)}
            );
        else
            infos.push_back({std::string{entry.name}, {}, 0, true});
    };
    std::apply([&](const auto&... entry) { (add(entry), ...); }, M::states());
    return infos;
}

template <class M>
std::vector<ReceptorInfo> receptor_infos() {
    std::vector<ReceptorInfo>    infos;
    const std::vector<StateInfo> states = state_infos<M>();
    for (const ReceptorEntry& entry : M::receptors()) {
        for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i].name == entry.state) infos.push_back({std::string{entry.name}, i});
        }
    }
    return infos;
}

template <class M>
ModelInfo model_info() {
    return {M::name, M::input, parameter_infos<M>(), state_infos<M>(), receptor_infos<M>()};
}

}  // namespace ranvier::models
