/// @file
/// Izhikevich neuron: two equations, many firing patterns (doi:10.1109/TNN.2003.820440).
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Izhikevich neuron: two equations, many firing patterns (doi:10.1109/TNN.2003.820440).
///
///     dv/dt = 0.04 v^2 + 5 v + 140 - u + I + sum_k w_k delta(t - t_k)
///     du/dt = a (b v - u)
///     v >= 30 mV:  spike, v <- c, u += d
///
/// with v in mV, t in ms and I = 1000 i_offset, that is, a capacitance of 1 pF; the same for
/// injected currents. There is no refractory period. Runge-Kutta of fourth order, in shorter steps
/// where v accelerates; above 30 mV the quadratic term is held constant.
///
/// State: v [mV], u [mV/ms].
/// Receptors: "excitatory", "inhibitory"; both add the signed weight. Weights: voltage [mV].
struct Izhikevich {
    static constexpr std::string_view name  = "Izhikevich";
    static constexpr models::Input    input = models::Input::voltage;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<double>       a        = 0.02;           ///< rate of recovery, 1/ms
    Param<double>       b        = 0.2;            ///< coupling of recovery to v, 1/ms
    Param<Voltage>      c        = -65.0_mV;       ///< potential after a spike
    Param<Acceleration> d        = 2.0_mV / 1_ms;  ///< recovery added by a spike
    Param<Current>      i_offset = 0.0_nA;         ///< constant injected current

    struct Initial {
        using Model = Izhikevich;
        Param<Voltage>      v{};
        Param<Acceleration> u{};
    };

    template <class V>
    struct State {
        V v, u, step_exc, step_inh;
    };
    template <class V>
    struct Constants {
        V a, b, h, drive, per_nA, v_reset, d;
    };

    static constexpr auto parameters() {
        using M = Izhikevich;
        return std::tuple{
            models::parameter("a", &M::a),
            models::parameter("b", &M::b),
            models::parameter("c", &M::c),
            models::parameter("d", &M::d),
            models::parameter("i_offset", &M::i_offset)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -70.0_mV),
            models::state("u", &Initial::u, -14.0_mV / 1_ms),
            models::internal("step_exc"),
            models::internal("step_inh")};
    }
    static constexpr auto receptors() {
        return std::array{
            models::receptor("excitatory", "step_exc"), models::receptor("inhibitory", "step_inh")};
    }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<Izhikevich>& p, Time dt
    ) {
        using M = Izhikevich;
        return {
            .constants =
                {.a       = p[&M::a],
                 .b       = p[&M::b],
                 .h       = dt.value(),
                 .drive   = 1000 * p[&M::i_offset].value(),
                 .per_nA  = 1000,
                 .v_reset = p[&M::c].value(),
                 .d       = p[&M::d].value()},
            .refractory = 0_ms};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        const auto number  = [](double x) { return models::constant<V>(x); };
        const V    current = injected.add_to(k.drive, k.per_nA);
        // In steps of less than 0.1 ms the number of parts hardly depends on their length.
        const V    longer = simd::max(k.h, number(0.1));
        const auto growth = [&](V v) {
            return simd::abs(number(0.08) * simd::min(v, number(30)) + number(5)) * longer;
        };
        const V before = s.v, u_before = s.u;
        // In a long step v may come back to where it was from where it cannot be.
        const V ahead = before + rise(s, k, injected);
        one_step(s, k, current, k.h);
        const V hardness = simd::max(simd::max(growth(before), growth(ahead)), growth(s.v));
        if (simd::any(hardness > number(first_limit))) [[unlikely]] {
            const State<V> start{before, u_before, s.step_exc, s.step_inh};
            State<V>       result = s;
            const V        how    = hardness;
            divide(start, k, current, how, result);
            s.v = result.v;
            s.u = result.u;
        }
        return s.v >= number(v_spike);
    }

    static constexpr double v_spike = 30;  ///< mV

    /// A step of the method of Runge and Kutta.
    template <class V>
    [[gnu::always_inline]] static void one_step(
        State<V>& s, const Constants<V>& k, V current, V h
    ) {
        const auto number = [](double x) { return models::constant<V>(x); };
        const auto v_dot  = [&](V v, V u) {
            const V bounded = simd::min(v, number(v_spike));
            return (number(0.04) * bounded + number(5)) * bounded + number(140) - u + current;
        };
        const auto u_dot = [&](V v, V u) { return k.a * (k.b * v - u); };
        const V    half  = h * number(0.5);
        const V    v1 = v_dot(s.v, s.u), u1 = u_dot(s.v, s.u);
        const V    va = s.v + half * v1, ua = s.u + half * u1;
        const V    v2 = v_dot(va, ua), u2 = u_dot(va, ua);
        const V    vb = s.v + half * v2, ub = s.u + half * u2;
        const V    v3 = v_dot(vb, ub), u3 = u_dot(vb, ub);
        const V    vc = s.v + h * v3, uc = s.u + h * u3;
        const V    v4 = v_dot(vc, uc), u4 = u_dot(vc, uc);
        const V    sixth = h * number(1.0 / 6);
        s.v              = s.v + sixth * (v1 + (v2 + v3) * number(2) + v4);
        s.u              = s.u + sixth * (u1 + (u2 + u3) * number(2) + u4);
    }

    static constexpr double first_limit = 0.2, second_limit = 1.6, third_limit = 12;

    /// Replaces the results of the cells for which the step is too hard by those of shorter steps.
    template <class V>
    [[gnu::noinline, gnu::cold]] static void divide(
        const State<V>& start, const Constants<V>& k, V current, V hardness, State<V>& s
    ) {
        const auto number = [](double x) { return models::constant<V>(x); };
        const auto hard = hardness > number(first_limit), harder = hardness > number(second_limit),
                   hardest = hardness > number(third_limit);
        in_parts(8, hard & !harder, start, s, k, current);
        in_parts(64, harder & !hardest, start, s, k, current);
        in_parts(512, hardest, start, s, k, current);
    }

    /// Takes the cells of `which` through the step from `start` in equal parts.
    template <class V>
    [[gnu::noinline, gnu::cold]] static void in_parts(
        int                 parts,
        simd::MaskOf<V>     which,
        const State<V>&     start,
        State<V>&           s,
        const Constants<V>& k,
        V                   current
    ) {
        if (!simd::any(which)) return;
        State<V> t = start;
        for (int n = 0; n < parts; ++n)
            one_step(t, k, current, k.h * models::constant<V>(1.0 / parts));
        s.v = simd::select(which, t.v, s.v);
        s.u = simd::select(which, t.u, s.u);
    }

    /// Adds what has arrived at the end of the step; a refractory cell (v is NaN) ignores it.
    template <class V>
    [[gnu::always_inline]] static auto settle(State<V>& s, const Constants<V>&) {
        s.v        = s.v + (s.step_exc + s.step_inh);
        s.step_exc = models::constant<V>(0);
        s.step_inh = models::constant<V>(0);
        return s.v >= models::constant<V>(v_spike);
    }

    /// How far v would go in a step at its present rate.
    template <class V, class I>
    RANVIER_INLINE static V rise(const State<V>& s, const Constants<V>& k, I injected) {
        const auto number = [](double x) { return models::constant<V>(x); };
        return k.h * ((number(0.04) * s.v + number(5)) * s.v + number(140) - s.u +
                      injected.add_to(k.drive, k.per_nA));
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>&) {
        return s.v - models::constant<T>(v_spike);
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        s.v = k.v_reset;
        s.u = s.u + k.d;
    }
};
static_assert(models::CellModel<Izhikevich>);

}  // namespace ranvier
