/// @file
/// What a cell model is, and what models share.
///
/// A model is one struct: parameters and initial values as the user writes them, the lists
/// `parameters()`, `states()`, `receptors()`, and
///
///     prepare(values, h)               constants of one cell for steps of length h
///     advance(state, constants, in)    one step of as many cells as V has lanes; `in` is the
///                                      injected current, which `in.add_to(...)` adds where it acts
///     excess(state, constants)         by how much the cell is beyond its threshold
///     on_spike(state, constants)       what a spike does to its cell
///     rise(state, constants, in)       optional, off the grid: at what rate v changes; see Peaks,
///                                      also for what a model says whose spikes are sharp
///     settle(state, constants)         optional, for input that steps v: adds what has arrived at
///                                      the end of a step and tells which cells reached the
///                                      threshold
///
/// The first state variable is v, and NaN in it marks a refractory cell: the others go on (a model
/// in which they depend on v puts `v_reset` in its place), v stays NaN, and `>=` is false.
#pragma once

#include <concepts>
#include <string_view>
#include <tuple>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/Column.hpp"
#include "ranvier/models/kernel.hpp"
#include "ranvier/models/shapes.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier::models {

/// What `prepare` returns for one cell.
template <class C>
struct Derived {
    C    constants;   ///< for `advance`
    Time refractory;  ///< for how long v is held after a spike
};

/// The parameters of one cell: `p[&IF_curr_exp::tau_m]` is a Time.
template <class M>
class CellValues {
public:
    /// @param first place of the first parameter of M among the columns
    CellValues(const std::vector<Column>& columns, std::size_t cell, std::size_t first = 0)
        : columns_(columns),
          cell_(cell),
          first_(first) {}

    template <class Q>
    Q operator[](Param<Q> M::*member) const {
        return from_pynn_value<Q>(column(member).number(cell_));
    }
    /// The numbers of a parameter that is a list.
    template <class Q>
    const std::vector<double>& list(Param<Q> M::*member) const {
        return column(member).sequence(cell_).values();
    }

private:
    template <class Q>
    const Column& column(Param<Q> M::*member) const {
        std::size_t found = first_;
        std::size_t place = first_;
        std::apply(
            [&](const auto&... entry) {
                (
                    [&] {
                        if constexpr (std::same_as<decltype(entry.member), Param<Q> M::*>) {
                            if (entry.member == member) found = place;
                        }
                        ++place;
                    }(),
                    ...
                );
            },
            M::parameters()
        );
        return columns_[found];
    }

    const std::vector<Column>& columns_;
    std::size_t                cell_, first_;
};

/// Response of the potential, one step later, to a unit of exponentially decaying current:
/// tau_m tau_s / (cm (tau_m - tau_s)) (exp(-dt/tau_m) - exp(-dt/tau_s)), doi:10.1007/s004220050570.
///
/// Written so that tau_s equal or close to tau_m loses no digits, and so that the slower decay is
/// in front, where nothing overflows.
inline Resistance exact_propagator(Time tau_m, Time tau_s, Capacitance cm, Time dt) {
    const Time   slow  = tau_m > tau_s ? tau_m : tau_s;
    const Time   fast  = tau_m > tau_s ? tau_s : tau_m;
    const double x     = dt * (slow - fast) / (slow * fast);
    const double ratio = x == 0 ? 1 : -math::expm1(-x) / x;
    return (dt / cm) * (math::exp(-(dt / slow)) * ratio);
}

/// The same for a unit of the rising part of a current shaped like an alpha function (see
/// AlphaShape): e / (tau_s cm) times the integral of s exp(-s / tau_s) exp(-(dt - s) / tau_m).
inline Resistance exact_alpha_propagator(Time tau_m, Time tau_s, Capacitance cm, Time dt) {
    const bool   faster = tau_s < tau_m;
    const double x      = faster ? dt / tau_s - dt / tau_m : dt / tau_m - dt / tau_s;
    const auto   m      = moments(x < 0 ? 0 : x);
    const double part = math::exp(-(dt / (faster ? tau_m : tau_s))) * (faster ? m[1] : m[0] - m[1]);
    return euler * (dt / tau_s) * part * (dt / cm);
}

template <class M>
concept CellModel = requires(
    typename M::template State<double>&           state,
    const typename M::template Constants<double>& constants,
    const CellValues<M>&                          values,
    Time                                          dt
) {
    { M::name } -> std::convertible_to<std::string_view>;
    { M::input } -> std::convertible_to<Input>;
    typename M::Initial;
    M::parameters();
    M::states();
    M::receptors();
    { M::prepare(values, dt) } -> std::same_as<Derived<typename M::template Constants<double>>>;
    { M::advance(state, constants, NoCurrent{}) } -> std::same_as<bool>;
    { M::advance(state, constants, InjectedCurrent<double>{}) } -> std::same_as<bool>;
    { M::excess(state, constants) } -> std::same_as<double>;
    M::on_spike(state, constants);
};

}  // namespace ranvier::models
