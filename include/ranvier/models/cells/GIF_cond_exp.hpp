/// @file
/// Generalised integrate-and-fire neuron: adaptation by a current and of a stochastic threshold.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/models/CellGroup.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/escape_rate.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Generalised integrate-and-fire neuron with exponentially decaying conductances: adaptation by a
/// current and of a stochastic threshold (doi:10.1371/journal.pcbi.1004275).
///
///     cm dv/dt    = -cm (v - v_rest) / tau_m + gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v)
///                   - i_eta + i_offset
///     dgsyn/dt    = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     i_eta       = sum_k eta_k,                  deta_k/dt   = -eta_k / tau_eta_k
///     v_t         = v_t_star + sum_k gamma_k,     dgamma_k/dt = -gamma_k / tau_gamma_k
///     probability of a spike in dt:  lambda0 exp((v - v_t) / delta_v) dt
///     spike:  v <- v_reset, held there for tau_refrac, eta_k += a_eta_k, gamma_k += a_gamma_k
///
/// Spikes: a cell waits for a number drawn from the exponential distribution of mean 1, and spikes
/// when the integral of the intensity since its last spike reaches it, which is the same as
/// spiking with probability 1 - exp(-integral over the step) in each step. The draw is keyed by the
/// cell and by the step of the spike before, so that it depends neither on the ranks nor on how a
/// run is split; a new series is drawn after each reset. On the grid, the spike is at the end of
/// the step; off the grid, it is where the integral reaches the number. During tau_refrac there
/// is no intensity.
///
/// Conductances and elements are integrated exactly, the potential (see Membrane) and the intensity
/// with an error of fourth order.
///
/// tau_eta and a_eta, tau_gamma and a_gamma are lists of any length, shared or one per cell:
///
///     GIF_cond_exp{.tau_eta = {2_ms, 60_ms}, .a_eta = {0.1, 0.02}}
///
/// State: v [mV], gsyn_exc [uS], gsyn_inh [uS], i_eta [nA], v_t [mV]. The last two follow from the
/// elements, which are 0 in the beginning: as in other simulators, their initial values are shown
/// up to the first step and change nothing.
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct GIF_cond_exp {
    static constexpr std::string_view name  = "GIF_cond_exp";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Voltage>        v_rest     = -65.0_mV;  ///< resting potential
    Param<Capacitance>    cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>           tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Time>           tau_refrac = 4.0_ms;    ///< refractory period, >= 0
    Param<Time>           tau_syn_E  = 5.0_ms;    ///< decay of excitatory input, > 0
    Param<Time>           tau_syn_I  = 5.0_ms;    ///< decay of inhibitory input, > 0
    Param<Voltage>        e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>        e_rev_I    = -70.0_mV;  ///< inhibitory reversal potential
    Param<Voltage>        v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Current>        i_offset   = 0.0_nA;    ///< constant injected current
    Param<Voltage>        delta_v    = 0.5_mV;    ///< sharpness of the threshold, > 0
    Param<Voltage>        v_t_star   = -48.0_mV;  ///< threshold without adaptation
    Param<Frequency>      lambda0    = 1.0_Hz;    ///< intensity at the threshold, >= 0
    Param<Sequence>       tau_eta    = Sequence{1_ms, 10_ms, 100_ms};  ///< decay of eta_k, > 0
    Param<Sequence>       tau_gamma  = Sequence{1_ms, 10_ms, 100_ms};  ///< decay of gamma_k, > 0
    Param<ArrayParameter> a_eta      = ArrayParameter{1.0, 1.0, 1.0};  ///< by a spike [nA]
    Param<ArrayParameter> a_gamma    = ArrayParameter{1.0, 1.0, 1.0};  ///< by a spike [mV]

    struct Initial {
        using Model = GIF_cond_exp;
        Param<Voltage>     v{};
        Param<Conductance> gsyn_exc{};
        Param<Conductance> gsyn_inh{};
        Param<Current>     i_eta{};
        Param<Voltage>     v_t{};
    };

    template <class V>
    struct State {
        V v, gsyn_exc, gsyn_inh, i_eta, v_t;
        V patience;  ///< what the integral of the intensity has still to reach
        V lost;      ///< what rounding has added to it (Kahan's sum, doi:10.1145/363707.363723)
    };
    template <class V>
    struct Constants {
        models::Membrane<V>         membrane;
        models::ExponentialShape<V> E, I;
        V                           from_E, from_I;  ///< reversal potentials above v_rest
        V                           i_offset, v_reset, v_t_star;
        V                           per_delta_v, log_intensity;  ///< log of lambda0 h
        V                           h, h_over_cm;
        V                           jump_eta, jump_gamma;  ///< all elements together
    };

    /// What all elements do during a step.
    template <class V>
    struct Sum {
        models::Course<V> eta = models::Course<V>::none(), gamma = models::Course<V>::none();
    };
    /// An element: decays exponentially and is raised by spikes.
    template <bool is_current>
    struct Element {
        template <class V>
        struct State {
            V x;
        };
        template <class V>
        struct Constants {
            models::ExponentialShape<V> shape;
            V                           jump;
        };
        template <class V>
        RANVIER_INLINE static void add_to(Sum<V>& sum, const State<V>& s, const Constants<V>& k) {
            if constexpr (is_current)
                sum.eta.add(k.shape.course(s.x));
            else
                sum.gamma.add(k.shape.course(s.x));
        }
        template <class V>
        RANVIER_INLINE static void advance(State<V>& s, const Constants<V>& k) {
            k.shape.advance(s.x);
        }
        template <class T>
        static void on_spike(State<T>& s, const Constants<T>& k) {
            s.x = s.x + k.jump;
        }
    };
    using Eta       = Element<true>;
    using Gamma     = Element<false>;
    using PartKinds = std::tuple<Eta, Gamma>;

    static constexpr auto parameters() {
        using M = GIF_cond_exp;
        using enum models::Rule;
        return std::tuple{
            models::parameter("v_rest", &M::v_rest),
            models::parameter("cm", &M::cm, positive),
            models::parameter("tau_m", &M::tau_m, positive),
            models::parameter("tau_refrac", &M::tau_refrac, non_negative),
            models::parameter("tau_syn_E", &M::tau_syn_E, positive),
            models::parameter("tau_syn_I", &M::tau_syn_I, positive),
            models::parameter("e_rev_E", &M::e_rev_E),
            models::parameter("e_rev_I", &M::e_rev_I),
            models::parameter("v_reset", &M::v_reset),
            models::parameter("i_offset", &M::i_offset),
            models::parameter("delta_v", &M::delta_v, positive),
            models::parameter("v_t_star", &M::v_t_star),
            models::parameter("lambda0", &M::lambda0, non_negative),
            models::parameter("tau_eta", &M::tau_eta, positive),
            models::parameter("tau_gamma", &M::tau_gamma, positive),
            models::parameter("a_eta", &M::a_eta, any, "nA"),
            models::parameter("a_gamma", &M::a_gamma, any, "mV")};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS),
            models::state("i_eta", &Initial::i_eta, 0.0_nA),
            models::state("v_t", &Initial::v_t, -48.0_mV),
            models::internal("patience"),
            models::internal("lost")};
    }
    static constexpr auto receptors() { return models::conductance_receptors(); }

    /// The two lists of a kind of elements must be equally long.
    static std::optional<models::Conflict> conflict(
        std::span<const models::Column* const> proposed, std::size_t cell
    );
    /// All elements that one of these cells has, and whether one cell has one.
    static std::vector<models::Part> parts(
        const std::vector<models::Column>& columns, IndexRange cells
    );
    static bool has_part(
        const std::vector<models::Column>& columns, std::size_t cell, const models::Part& part
    );

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<GIF_cond_exp>& p, Time dt
    );
    /// Constants of an element of a cell; 0 if it does not have it.
    template <class Kind>
    static typename Kind::template Constants<double> prepare_part(
        const std::vector<models::Column>& columns,
        std::size_t                        cell,
        const models::Part&                part,
        Time                               dt
    ) {
        if (!has_part(columns, cell, part)) return {};
        using M = GIF_cond_exp;
        const models::CellValues<M> p{columns, cell};
        const bool                  is_eta = std::is_same_v<Kind, Eta>;
        const double tau = (is_eta ? p.list(&M::tau_eta) : p.list(&M::tau_gamma))[part.number];
        const double a   = (is_eta ? p.list(&M::a_eta) : p.list(&M::a_gamma))[part.number];
        return {models::exponential_shape(tau * 1_ms, dt), a};
    }

    template <class V>
    RANVIER_INLINE static Sum<V> begin(const State<V>&, const Constants<V>&) {
        return {};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, const Sum<V>& sum, I injected
    ) {
        auto input = models::cond_exp_input(s, k);
        input.current.add(sum.eta, models::constant<V>(-1));
        const V    steady = injected.add_to(k.i_offset);
        const V    before = s.v;
        const auto held   = simd::isnan(before);
        s.v               = k.membrane.advanced(before, input, steady);

        // x = (v - v_t) / delta_v + log(lambda0 h), at both ends, and its change per step
        const auto x = [&](V v, V gamma) {
            return (v - (k.v_t_star + gamma)) * k.per_delta_v + k.log_intensity;
        };
        const auto change = [&](V v, V g, V current, V gamma_rate) {
            const V flow = current - (k.membrane.g_leak + g) * (v - k.membrane.v_rest) + steady;
            return (k.h_over_cm * flow - k.h * gamma_rate) * k.per_delta_v;
        };
        const V expected = models::expected_spikes(
            x(before, sum.gamma.start),
            x(s.v, sum.gamma.end),
            change(before, input.g.start, input.current.start, sum.gamma.start_rate),
            change(s.v, input.g.end, input.current.end, sum.gamma.end_rate)
        );
        // In single precision, the small numbers of a low intensity would be lost one by one.
        const V wanted   = -(expected + s.lost);
        const V patience = s.patience + wanted;
        s.lost           = simd::select(held, s.lost, (patience - s.patience) - wanted);
        s.patience       = simd::select(held, s.patience, patience);

        s.i_eta = sum.eta.end;
        s.v_t   = k.v_t_star + sum.gamma.end;
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        const V none = models::constant<V>(0);
        return simd::select(held, models::constant<V>(1), s.patience) <= none;
    }

    /// Spikes do not begin and end within a step; what matters is how much conductances change.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>& before, const State<V>&, const Constants<V>& k, const Sum<V>&, I
    ) {
        const V none = models::constant<V>(0);
        const V g    = models::cond_exp_input(before, k).g.spread;
        return {none, none, none, g * -k.membrane.minus_h_over_cm};
    }

    /// By how much the intensity has been in excess of what was drawn.
    template <class T>
    static T excess(const State<T>& s, const Constants<T>&) {
        return -s.patience;
    }

    /// What a spike does to its cell. @param draw uniform in (0, 1)
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k, double draw) {
        s.v     = k.v_reset;
        s.i_eta = s.i_eta + k.jump_eta;
        s.v_t   = s.v_t + k.jump_gamma;
        start(s, draw);
    }
    /// What a cell does before it begins.
    template <class T>
    static void start(State<T>& s, double draw) {
        s.patience = static_cast<T>(-math::log(draw));
        s.lost     = 0;
    }
};
static_assert(models::PartsModel<GIF_cond_exp>);

}  // namespace ranvier
