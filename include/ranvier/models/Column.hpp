/// @file
/// The resolved values of one parameter for this rank's cells of a population.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "ranvier/models/tables.hpp"
#include "ranvier/parameters/Sequence.hpp"
#include "ranvier/parameters/Specification.hpp"

namespace ranvier::models {

/// Values of the local slice, in index order; a value shared by all cells is held once.
///
///     uniform:  numbers = {20}            every cell has 20
///     varied:   numbers = {10, 12, 14}    three local cells
struct Column {
    std::vector<double>   numbers{0.0};
    std::vector<Sequence> sequences;  ///< instead of numbers, if any

    bool            is_uniform = true;  ///< by construction; others may have equal values too
    double          number(std::size_t cell) const { return numbers[is_uniform ? 0 : cell]; }
    const Sequence& sequence(std::size_t cell) const { return sequences[is_uniform ? 0 : cell]; }
};

/// What a parameter or state variable is to have: numbers or, for spike times and the like, a
/// Sequence per member.
using Value = std::variant<parameters::Specification, Param<Sequence>>;

/// A parameter or state variable, by its place in the model's list, and the value it is to have.
struct Given {
    std::size_t place = 0;
    Value       value;
};

/// The parameters of a struct with a static list of them that are given, the first at `place`.
template <class M>
std::vector<Given> given_members(const M& model, std::size_t place = 0) {
    std::vector<Given> given;
    const auto         add = [&](const auto& entry) {
        const auto& param = model.*entry.member;
        if (param.is_given()) {
            using Unit = typename std::decay_t<decltype(entry)>::Value;
            if constexpr (std::is_base_of_v<Sequence, Unit>)
                given.push_back({place, static_cast<const Param<Sequence>&>(param)});
            else
                given.push_back({place, param.specification()});
        }
        ++place;
    };
    std::apply([&](const auto&... entry) { (add(entry), ...); }, M::parameters());
    return given;
}

/// The parameters of a model object that are given, as specifications. A model that lists its own
/// parameters says it itself.
template <class M>
std::vector<Given> given_parameters(const M& model) {
    if constexpr (requires { model.given_parameters(); }) {
        return model.given_parameters();
    } else {
        return given_members(model);
    }
}

/// The initial values that are given in an `Initial` of model M.
template <class M>
std::vector<Given> given_states(const typename M::Initial& initial) {
    std::vector<Given> given;
    std::size_t        place = 0;
    const auto         add   = [&](const auto& entry) {
        if constexpr (is_visible<std::decay_t<decltype(entry)>>) {
            const auto& param = initial.*entry.member;
            if (param.is_given()) given.push_back({place, param.specification()});
        }
        ++place;
    };
    std::apply([&](const auto&... entry) { (add(entry), ...); }, M::states());
    return given;
}

}  // namespace ranvier::models
