/// @file
/// Hodgkin-Huxley neuron with the channels of Traub and Miles and exponentially decaying
/// conductances.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/HodgkinHuxley.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Hodgkin-Huxley neuron with the channels of Traub and Miles and exponentially decaying
/// conductances.
///
///     cm dv/dt  = g_leak (e_rev_leak - v) + gbar_Na m^3 h (e_rev_Na - v)
///                 + gbar_K n^4 (e_rev_K - v) + gsyn_exc (e_rev_E - v)
///                 + gsyn_inh (e_rev_I - v) + i_offset
///     dx/dt     = alpha_x (1 - x) - beta_x x,   x in {m, h, n}
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///
/// The rates alpha_x and beta_x are those of GateRates at v - v_offset.
///
/// A spike is an upward crossing of 0 mV. Integrated with an error of third order, in shorter steps
/// during a spike (see HodgkinHuxley). Steps of more than 0.1 ms in which v is not predicted well
/// are made in parts of at most that, each like a step of its length: what happens within them is
/// as accurate as in steps of 0.1 ms, and an action potential that begins and ends in one is a
/// spike, on the grid at the end of the step.
///
/// State: v [mV], gsyn_exc [uS], gsyn_inh [uS], h, m, n.
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct HH_cond_exp {
    static constexpr std::string_view name  = "HH_cond_exp";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Conductance> gbar_Na    = 20.0_uS;   ///< largest conductance of sodium, >= 0
    Param<Conductance> gbar_K     = 6.0_uS;    ///< largest conductance of potassium, >= 0
    Param<Conductance> g_leak     = 0.01_uS;   ///< leak conductance, > 0
    Param<Capacitance> cm         = 0.2_nF;    ///< membrane capacitance, > 0
    Param<Voltage>     v_offset   = -63.0_mV;  ///< shifts the rates of the gates
    Param<Voltage>     e_rev_Na   = 50.0_mV;   ///< reversal potential of sodium
    Param<Voltage>     e_rev_K    = -90.0_mV;  ///< reversal potential of potassium
    Param<Voltage>     e_rev_leak = -65.0_mV;  ///< reversal potential of the leak
    Param<Voltage>     e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>     e_rev_I    = -80.0_mV;  ///< inhibitory reversal potential
    Param<Time>        tau_syn_E  = 0.2_ms;    ///< decay of excitatory input, > 0
    Param<Time>        tau_syn_I  = 2.0_ms;    ///< decay of inhibitory input, > 0
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current

    struct Initial {
        using Model = HH_cond_exp;
        Param<Voltage>     v{};
        Param<Conductance> gsyn_exc{};
        Param<Conductance> gsyn_inh{};
        Param<double>      h{};
        Param<double>      m{};
        Param<double>      n{};
    };

    template <class V>
    struct State {
        V v, gsyn_exc, gsyn_inh, h, m, n;
    };
    template <class V>
    struct Constants {
        models::HodgkinHuxley<V>    membrane;
        models::ExponentialShape<V> E, I;
        V                           from_E, from_I;  ///< reversal potentials above that of the leak
        V                           i_offset;
        V                           parts;  ///< in which a step is made that is long and hard
        models::ExponentialShape<V> E_of_part, I_of_part;
    };

    static constexpr auto parameters() {
        using M = HH_cond_exp;
        using enum models::Rule;
        return std::tuple{
            models::parameter("gbar_Na", &M::gbar_Na, non_negative),
            models::parameter("gbar_K", &M::gbar_K, non_negative),
            models::parameter("g_leak", &M::g_leak, positive),
            models::parameter("cm", &M::cm, positive),
            models::parameter("v_offset", &M::v_offset),
            models::parameter("e_rev_Na", &M::e_rev_Na),
            models::parameter("e_rev_K", &M::e_rev_K),
            models::parameter("e_rev_leak", &M::e_rev_leak),
            models::parameter("e_rev_E", &M::e_rev_E),
            models::parameter("e_rev_I", &M::e_rev_I),
            models::parameter("tau_syn_E", &M::tau_syn_E, positive),
            models::parameter("tau_syn_I", &M::tau_syn_I, positive),
            models::parameter("i_offset", &M::i_offset)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS),
            models::state("h", &Initial::h, 1.0),
            models::state("m", &Initial::m, 0.0),
            models::state("n", &Initial::n, 0.0)};
    }
    static constexpr auto receptors() {
        return std::array{
            models::receptor("excitatory", "gsyn_exc"), models::receptor("inhibitory", "gsyn_inh")};
    }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<HH_cond_exp>& p, Time dt
    ) {
        using M               = HH_cond_exp;
        const Time tau_m      = p[&M::cm] / p[&M::g_leak];
        const auto above_leak = [&](Voltage e_rev) { return (e_rev - p[&M::e_rev_leak]).value(); };
        const double parts    = models::parts_of_step(dt, longest_part);
        return {
            .constants =
                {.membrane =
                     {.membrane = models::membrane(p[&M::cm], tau_m, p[&M::e_rev_leak], dt),
                      .g_Na     = p[&M::gbar_Na].value(),
                      .g_K      = p[&M::gbar_K].value(),
                      .from_Na  = above_leak(p[&M::e_rev_Na]),
                      .from_K   = above_leak(p[&M::e_rev_K]),
                      .v_offset = p[&M::v_offset].value(),
                      .h        = dt.value(),
                      .per_h    = 1 / dt.value(),
                      .per_cm   = 1 / p[&M::cm].value()},
                 .E         = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I         = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .from_E    = above_leak(p[&M::e_rev_E]),
                 .from_I    = above_leak(p[&M::e_rev_I]),
                 .i_offset  = p[&M::i_offset].value(),
                 .parts     = parts,
                 .E_of_part = models::exponential_shape(p[&M::tau_syn_E], dt / parts),
                 .I_of_part = models::exponential_shape(p[&M::tau_syn_I], dt / parts)},
            .refractory = 0_ms};
    }

    static constexpr auto divides_above = models::HodgkinHuxley<double>::divides_above;

    /// Hard steps are made in parts of at most this length; off the grid, also those in which a
    /// cell is looked at alone.
    static constexpr Time longest_part = 0.1_ms;

    /// @param hardness of the step in each lane; if it is wanted, steps are not divided
    template <class V, class I, class... Hardness>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, I injected, Hardness&... hardness
    ) {
        if constexpr (sizeof...(Hardness) == 0)
            if (simd::any(k.parts > models::constant<V>(1))) [[unlikely]]
                return advance_long(s, k, injected.add_to(k.i_offset));
        const V before = s.v;
        move(s, k.membrane, models::cond_exp_input(s, k), injected.add_to(k.i_offset), hardness...);
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        return rises_above(before, s.v);
    }

    static constexpr double v_spike = 0;  ///< mV

    /// How far v would go in a step at its present rate.
    template <class V, class I>
    RANVIER_INLINE static V rise(const State<V>& s, const Constants<V>& k, I injected) {
        return k.membrane.rise(
            {s.v, s.m, s.h, s.n}, models::cond_exp_input(s, k), injected.add_to(k.i_offset)
        );
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>&) {
        return s.v - models::constant<T>(v_spike);
    }

    /// Whether v, below the threshold before and after a step, may have been above it in between,
    /// or the other way round.
    /// A spike opens many potassium channels and closes sodium channels; in more than 0.2 ms they
    /// may have come back, but hardly both of them, and v, to where they were.
    template <class V>
    RANVIER_INLINE static auto hides_spike(
        const State<V>& before, const State<V>& after, const Constants<V>& k
    ) {
        const auto n         = [](double x) { return models::constant<V>(x); };
        const V    threshold = n(v_spike);
        const auto changes   = (simd::abs(after.n - before.n) > n(0.02)) |
                             (simd::abs(after.h - before.h) > n(0.02)) |
                             (simd::abs(after.v - before.v) > n(5));
        const auto may   = (after.n - before.n > n(0.05)) | (changes & (k.parts > n(2)));
        const auto below = may & (before.v < threshold) & (after.v < threshold);
        // Above it, sodium channels open only in a cell that was initialized there, falls and comes
        // back.
        const auto returns = (after.m - before.m > n(0.2)) & (after.v >= threshold);
        const auto above   = (returns | (changes & (k.parts > n(2)))) & (before.v >= threshold);
        return below | above;
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>&, const Constants<T>&) {}

private:
    template <class V, class... Hardness>
    RANVIER_INLINE static void move(
        State<V>&                       s,
        const models::HodgkinHuxley<V>& membrane,
        const models::SynapticInput<V>& input,
        V                               steady,
        Hardness&... hardness
    ) {
        typename models::HodgkinHuxley<V>::State cell{s.v, s.m, s.h, s.n};
        membrane.advance(cell, input, steady, hardness...);
        s.v = cell.v;
        s.m = cell.m;
        s.h = cell.h;
        s.n = cell.n;
    }

    template <class V>
    RANVIER_INLINE static simd::MaskOf<V> rises_above(V before, V after) {
        const V threshold = models::constant<V>(v_spike);
        return after >= simd::select(before < threshold, threshold, models::constant<V>(1e30));
    }

    /// A step of more than `longest_part`, of which every part is a step of its own in the cells
    /// for which the whole is too hard. The input is what it is in each part, however fast it
    /// decays.
    template <class V>
    [[gnu::noinline, gnu::cold]] static simd::MaskOf<V> advance_long(
        State<V>& s, const Constants<V>& k, V steady
    ) {
        State<V> easy = s;
        V        hardness;
        move(easy, k.membrane, models::cond_exp_input(s, k), steady, hardness);
        const auto hard   = hardness > models::constant<V>(divides_above[0]);
        auto       spikes = rises_above(s.v, easy.v);
        if (simd::any(hard)) {
            Constants<V> part = k;
            part.membrane     = k.membrane.part_of(k.parts);
            part.E            = k.E_of_part;
            part.I            = k.I_of_part;
            State<V> t        = s;
            auto     rises    = hard & (!hard);
            for (V left = k.parts; simd::any(left > models::constant<V>(0.5));
                 left   = left - models::constant<V>(1)) {
                const V before = t.v;
                move(t, part.membrane, models::cond_exp_input(t, part), steady);
                part.E.advance(t.gsyn_exc);
                part.I.advance(t.gsyn_inh);
                rises = rises | rises_above(before, t.v);
            }
            easy.v = simd::select(hard, t.v, easy.v);
            easy.m = simd::select(hard, t.m, easy.m);
            easy.h = simd::select(hard, t.h, easy.h);
            easy.n = simd::select(hard, t.n, easy.n);
            spikes = (hard & rises) | ((!hard) & spikes);
        }
        k.E.advance(easy.gsyn_exc);
        k.I.advance(easy.gsyn_inh);
        s = easy;
        return spikes;
    }
};
static_assert(models::CellModel<HH_cond_exp>);

}  // namespace ranvier
