// The models with parts behind PointNeuron: a membrane as the head, receptors as the parts.
#pragma once

#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/cells/PointNeuron.hpp"
#include "ranvier/models/kernel_peaks.hpp"

namespace ranvier::models {

/// A membrane N (LIF, AdExp) under the input of receptors. The number of a part is the place of the
/// receptor's first parameter among those of the cell.
template <class N>
struct ComposedNeuron {
    static constexpr std::string_view name       = PointNeuron::name;
    static constexpr std::string_view component  = N::name;
    static constexpr bool             in_library = true;

    using Values = CellValues<N>;
    template <class V>
    using State = typename N::template State<V>;
    template <class V>
    using Constants = typename N::template Constants<V>;
    template <class V>
    using Sum       = SynapticInput<V>;
    using PartKinds = std::tuple<
        CurrExpPostSynapticResponse,
        CondExpPostSynapticResponse,
        CondAlphaPostSynapticResponse,
        CondBetaPostSynapticResponse>;

    static Derived<Constants<double>> prepare(const CellValues<N>& p, Time dt) {
        return N::prepare(p, dt);
    }
    template <class Kind>
    static auto prepare_part(
        const std::vector<Column>& columns, std::size_t cell, const Part& part, Time dt
    ) {
        const Voltage v_rest = CellValues<N>{columns, cell}[&N::v_rest];
        return Kind::prepare(CellValues<Kind>{columns, cell, part.number}, v_rest, dt);
    }

    template <class S, class K>
    RANVIER_INLINE static auto begin(const S& state, const K&) {
        return Sum<std::decay_t<decltype(state.v)>>{};
    }
    template <class S, class K, class Input, class I>
    [[gnu::always_inline]] static auto advance(S& s, const K& k, const Input& input, I injected) {
        return N::advance(s, k, input, injected);
    }
    template <class S, class K>
    RANVIER_INLINE static auto explodes(const S& before, const S& after, const K& k) requires
        requires {
        N::explodes(before, after, k);
    }
    { return N::explodes(before, after, k); }
    template <class S, class K, class Input, class I>
    RANVIER_INLINE static auto rise(const S& s, const K& k, const Input& input, I injected) requires
        requires {
        N::rise(s, k, input, injected);
    }
    { return N::rise(s, k, input, injected); }
    template <class S, class K, class Input, class I>
    RANVIER_INLINE static auto climb(
        const S& before, const S& after, const K& k, const Input& input, I injected
    ) {
        return N::climb(before, after, k, input, injected);
    }
    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return N::template excess<T>(s, k);
    }
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        N::template on_spike<T>(s, k);
    }
};

/// LIF with nothing but exponential currents: a linear system, integrated exactly as IF_curr_exp.
struct LinearNeuron {
    static constexpr std::string_view name       = PointNeuron::name;
    static constexpr std::string_view component  = LIF::name;
    static constexpr bool             in_library = true;

    using Values = CellValues<LIF>;
    template <class V>
    using State = LIF::State<V>;
    template <class V>
    struct Constants {
        V decay, from_current, drive, v_rest, v_thresh, v_reset;
    };
    template <class V>
    struct Sum {
        V v;                   ///< at the end of the step, without what is injected
        V start, end, spread;  ///< currents of all receptors, and how much they change
    };
    /// The current of a receptor, and how v responds to it.
    struct Current {
        template <class V>
        using State = CurrExpPostSynapticResponse::State<V>;
        template <class V>
        struct Constants {
            V decay, from_current;
        };
        template <class V>
        RANVIER_INLINE static void add_to(Sum<V>& sum, const State<V>& s, const Constants<V>& k) {
            const V end = k.decay * s.isyn;
            sum.v       = sum.v + k.from_current * s.isyn;
            sum.start   = sum.start + s.isyn;
            sum.end     = sum.end + end;
            sum.spread  = sum.spread + simd::abs(s.isyn - end);
        }
        template <class V>
        RANVIER_INLINE static void advance(State<V>& s, const Constants<V>& k) {
            s.isyn = k.decay * s.isyn;
        }
    };
    using PartKinds = std::tuple<Current>;

    static Derived<Constants<double>> prepare(const CellValues<LIF>& p, Time dt) {
        using M                       = LIF;
        const Time       tau_m        = p[&M::tau_m];
        const Resistance from_current = -math::expm1(-(dt / tau_m)) * (tau_m / p[&M::cm]);
        return {
            .constants =
                {.decay        = math::exp(-(dt / tau_m)),
                 .from_current = from_current.value(),
                 .drive        = (from_current * p[&M::i_offset]).value(),
                 .v_rest       = p[&M::v_rest].value(),
                 .v_thresh     = p[&M::v_thresh].value(),
                 .v_reset      = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }
    template <class Kind>
    static Current::Constants<double> prepare_part(
        const std::vector<Column>& columns, std::size_t cell, const Part& part, Time dt
    ) {
        using R = CurrExpPostSynapticResponse;
        const CellValues<LIF> p{columns, cell};
        const Time            tau = CellValues<R>{columns, cell, part.number}[&R::tau_syn];
        return {
            math::exp(-(dt / tau)), exact_propagator(p[&LIF::tau_m], tau, p[&LIF::cm], dt).value()};
    }

    template <class V>
    RANVIER_INLINE static Sum<V> begin(const State<V>& s, const Constants<V>& k) {
        const V none = constant<V>(0);
        return {k.v_rest + k.decay * (s.v - k.v_rest), none, none, none};
    }
    template <class V, class I>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, const Sum<V>& sum, I injected
    ) {
        s.v = sum.v + injected.add_to(k.drive, k.from_current);
        return s.v >= k.v_thresh;
    }
    template <class V, class I>
    RANVIER_INLINE static Climb<V> climb(
        const State<V>&, const State<V>&, const Constants<V>& k, const Sum<V>& sum, I injected
    ) {
        const V steady = (constant<V>(1) - k.decay) * (k.v_rest - k.v_thresh) +
                         injected.add_to(k.drive, k.from_current);
        return linear_climb(
            k.decay,
            steady + k.from_current * sum.start,
            steady + k.from_current * sum.end,
            k.from_current * sum.spread
        );
    }
    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return s.v - k.v_thresh;
    }
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        s.v = k.v_reset;
    }
};

static_assert(PartsModel<ComposedNeuron<LIF>>);
static_assert(PartsModel<ComposedNeuron<AdExp>>);
static_assert(PartsModel<LinearNeuron>);
static_assert(Climbs<Whole<ComposedNeuron<LIF>>>);
static_assert(Climbs<Whole<ComposedNeuron<AdExp>>>);
static_assert(Climbs<Whole<LinearNeuron>>);

}  // namespace ranvier::models
