/// @file
/// Models whose cells have parts in any number: receptors, or elements of an adaptation.
///
/// Such a model is a CellModel but for this: beside its own State and Constants, a cell has those
/// of its parts, whose kinds are structs, and which of them there are is known when a group of
/// cells is made (or when its parameters are, where these are lists). The model has
///
///     PartKinds                          std::tuple of the kinds
///     Sum<V>                             what all parts do to the cell during a step
///     begin(state, constants)            the Sum without parts
///     advance(state, constants, sum, in)
///     prepare_part<Kind>(columns, cell, part, h)   constants of one part of one cell
///     parts(columns, num_cells)          optional, where parameters are lists: which parts there
///                                        are; and has_part(columns, cell, part) whether a cell has
///                                        the part, or only others
///
/// and a kind has State, Constants and
///
///     add_to(sum, state, constants)      during the step that comes
///     advance(state, constants)          one step
///     on_spike(state, constants)         optional: what a spike of the cell does to it
///
///     state[]:  v w | gsyn of AMPA | gsyn of GABAA, rise of GABAA      head | part 0 | part 1
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/models/CellModel.hpp"

namespace ranvier::models {

template <class M>
concept PartsModel = requires {
    typename M::PartKinds;
    typename M::template Sum<double>;
};

/// Models of which NeuronGroupOf makes groups.
template <class M>
concept NeuronModel = CellModel<M> || PartsModel<M>;

/// How a model reads the parameters of one cell.
template <class M>
struct ValuesOf {
    using type = CellValues<M>;
};
template <class M>
requires requires {
    typename M::Values;
}
struct ValuesOf<M> {
    using type = typename M::Values;
};

/// Numbers of type V in a struct that consists of nothing else.
template <class S, class V>
inline constexpr std::size_t count_of = sizeof(S) / sizeof(V);

/// Calls `f.operator()<Kind>()` for the kind of a part.
template <class M, class F>
RANVIER_INLINE void with_kind(const Part& part, F&& f) {
    [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
        ((part.kind == k ? f.template operator()<std::tuple_element_t<k, typename M::PartKinds>>()
                         : void()),
         ...);
    }
    (std::make_index_sequence<std::tuple_size_v<typename M::PartKinds>>{});
}

/// Gives the parts their places, one behind the other.
template <class M>
std::vector<Part> placed(std::vector<Part> parts) {
    std::size_t state    = count_of<typename M::template State<double>, double>;
    std::size_t constant = count_of<typename M::template Constants<double>, double>;
    for (Part& part : parts) {
        part.state    = static_cast<std::uint32_t>(state);
        part.constant = static_cast<std::uint32_t>(constant);
        with_kind<M>(part, [&]<class Kind>() {
            state += count_of<typename Kind::template State<double>, double>;
            constant += count_of<typename Kind::template Constants<double>, double>;
        });
    }
    return parts;
}

/// How many state variables and constants of a cell lie before the end of its last part.
template <class M>
std::pair<std::size_t, std::size_t> totals(const std::vector<Part>& parts) {
    std::size_t states    = count_of<typename M::template State<double>, double>;
    std::size_t constants = count_of<typename M::template Constants<double>, double>;
    for (const Part& part : parts) {
        with_kind<M>(part, [&]<class Kind>() {
            states += count_of<typename Kind::template State<double>, double>;
            constants += count_of<typename Kind::template Constants<double>, double>;
        });
    }
    return {states, constants};
}

/// What one whole cell is told by its group.
template <class M>
struct WholeValues {
    const std::vector<Column>& columns;
    std::size_t                cell;
    const std::vector<Part>&   parts;
};

/// The scalar reading of a model with parts: one cell by itself, head and parts together.
template <class M>
struct Whole {
    template <class T>
    struct State : M::template State<T> {
        std::vector<T> parts;  ///< state variables of all parts
    };
    template <class T>
    struct Constants : M::template Constants<T> {
        std::vector<T>           parts;
        const std::vector<Part>* list = nullptr;
    };
    template <class T>
    static constexpr std::size_t head_states = count_of<typename M::template State<T>, T>;
    template <class T>
    static constexpr std::size_t head_constants = count_of<typename M::template Constants<T>, T>;

    static Derived<Constants<double>> prepare(const WholeValues<M>& p, Time h) {
        const auto head = M::prepare(typename ValuesOf<M>::type{p.columns, p.cell}, h);
        Derived<Constants<double>> derived{{{head.constants}, {}, &p.parts}, head.refractory};
        for (const Part& part : p.parts) {
            with_kind<M>(part, [&]<class Kind>() {
                const auto k = M::template prepare_part<Kind>(p.columns, p.cell, part, h);
                const auto numbers =
                    std::bit_cast<std::array<double, count_of<decltype(k), double>>>(k);
                auto& all = derived.constants.parts;
                all.insert(all.end(), numbers.begin(), numbers.end());
            });
        }
        return derived;
    }

    template <class T, class I>
    static bool advance(State<T>& s, const Constants<T>& k, I injected) {
        auto sum = M::begin(head(s), k);
        for_each_part(s, k, [&]<class Kind>(auto& state, const auto& constants) {
            Kind::add_to(sum, state, constants);
        });
        const bool spiked = M::advance(head(s), k, sum, injected);
        for_each_part(s, k, [&]<class Kind>(auto& state, const auto& constants) {
            Kind::advance(state, constants);
        });
        return spiked;
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return M::template excess<T>(s, k);
    }

    /// See RunsAway.
    template <class T>
    static bool explodes(
        const State<T>& before, const State<T>& after, const Constants<T>& k
    ) requires requires {
        M::explodes(before, after, k);
    }
    { return M::explodes(before, after, k); }
    /// How far v would go in a step at its present rate; see Peaks.
    template <class T, class I>
    static T rise(const State<T>& s, const Constants<T>& k, I injected) requires
        requires(typename M::template Sum<T> sum) {
        M::rise(s, k, sum, injected);
    }
    {
        auto whole = s;
        auto sum   = M::begin(head(whole), k);
        for_each_part(whole, k, [&]<class Kind>(auto& state, const auto& constants) {
            Kind::add_to(sum, state, constants);
        });
        return M::rise(head(whole), k, sum, injected);
    }

    /// See Climb.
    template <class T, class I>
    static auto climb(
        const State<T>& before, const State<T>& after, const Constants<T>& k, I injected
    ) requires requires(typename M::template Sum<T> sum) {
        M::climb(before, after, k, sum, injected);
    }
    {
        auto whole = before;
        auto sum   = M::begin(head(whole), k);
        for_each_part(whole, k, [&]<class Kind>(auto& state, const auto& constants) {
            Kind::add_to(sum, state, constants);
        });
        return M::climb(before, after, k, sum, injected);
    }

    /// @param draw the random number of a stochastic model, if it is one
    template <class T, class... Draw>
    static void on_spike(State<T>& s, const Constants<T>& k, Draw... draw) requires requires {
        M::template on_spike<T>(s, k, draw...);
    }
    {
        M::template on_spike<T>(s, k, draw...);
        for_each_part(s, k, [&]<class Kind>(auto& state, const auto& constants) {
            if constexpr (requires { Kind::on_spike(state, constants); })
                Kind::on_spike(state, constants);
        });
    }

    template <class T>
    static void start(State<T>& s, double draw) {
        M::template start<T>(s, draw);
    }

private:
    template <class T>
    static typename M::template State<T>& head(State<T>& s) {
        return s;
    }

    /// Calls `f.operator()<Kind>(state, constants)` for each part; what it does to state stays.
    template <class T, class F>
    static void for_each_part(State<T>& s, const Constants<T>& k, F&& f) {
        for (const Part& part : *k.list) {
            with_kind<M>(part, [&]<class Kind>() {
                using S = typename Kind::template State<T>;
                using C = typename Kind::template Constants<T>;
                std::array<T, count_of<S, T>> numbers;
                std::array<T, count_of<C, T>> constants;
                T* const                      at = s.parts.data() + (part.state - head_states<T>);
                for (std::size_t j = 0; j < numbers.size(); ++j)
                    numbers[j] = at[j];
                for (std::size_t j = 0; j < constants.size(); ++j)
                    constants[j] = k.parts[part.constant - head_constants<T> + j];
                S          state = std::bit_cast<S>(numbers);
                f.template operator()<Kind>(state, std::bit_cast<C>(constants));
                numbers = std::bit_cast<std::array<T, count_of<S, T>>>(state);
                for (std::size_t j = 0; j < numbers.size(); ++j)
                    at[j] = numbers[j];
            });
        }
    }
};

/// What takes one cell of a model through a step by itself.
template <class M>
struct ScalarOf {
    using type = M;
};
template <PartsModel M>
struct ScalarOf<M> {
    using type = Whole<M>;
};

/// How that reads the parameters of its cell.
template <class M>
struct ScalarValues {
    using type = CellValues<M>;
};
template <class M>
struct ScalarValues<Whole<M>> {
    using type = WholeValues<M>;
};

}  // namespace ranvier::models
