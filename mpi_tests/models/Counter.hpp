/// @file
/// A model as a user would write it outside the library, with results that are whole numbers.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"

namespace ranvier::test {

/// v rises by `rise` each step; input is added to v one step later.
///
///     v <- v + rise + input,  input <- 0
struct Counter {
    static constexpr std::string_view name  = "Counter";
    static constexpr models::Input    input = models::Input::voltage;

    Param<Voltage> rise       = 1.0_mV;    ///< per step
    Param<Time>    tau_refrac = 0.0_ms;    ///< refractory period, >= 0
    Param<Voltage> v_thresh   = 1e6_mV;    ///< spike threshold
    Param<Voltage> v_reset    = -10.0_mV;  ///< after a spike

    struct Initial {
        using Model = Counter;
        Param<Voltage> v{}, input{};
    };

    template <class V>
    struct State {
        V v, input;
    };
    template <class V>
    struct Constants {
        V rise, v_thresh, v_reset;
    };

    static constexpr auto parameters() {
        using M = Counter;
        return std::tuple{
            models::parameter("rise", &M::rise),
            models::parameter("tau_refrac", &M::tau_refrac, models::Rule::non_negative),
            models::parameter("v_thresh", &M::v_thresh),
            models::parameter("v_reset", &M::v_reset)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, 5.0_mV),
            models::state("input", &Initial::input, 0.0_mV)};
    }
    static constexpr auto receptors() { return std::array{models::receptor("any", "input")}; }

    static models::Derived<Constants<double>> prepare(const models::CellValues<Counter>& p, Time) {
        using M = Counter;
        return {
            .constants  = {p[&M::rise].value(), p[&M::v_thresh].value(), p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    /// An injected current of 1 nA adds 1 mV per step.
    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v     = s.v + injected.add_to(k.rise) + s.input;
        s.input = s.input - s.input;
        return s.v >= k.v_thresh;
    }

    /// How far v is above the threshold.
    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return s.v - k.v_thresh;
    }

    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        s.v = k.v_reset;
    }
};
static_assert(models::CellModel<Counter>);

}  // namespace ranvier::test
