#include "ranvier/models/cells/GIF_cond_exp.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

namespace ranvier {

namespace {

constexpr std::size_t place_of(std::string_view name) {
    std::size_t found = 0, place = 0;
    std::apply(
        [&](const auto&... entry) { ((found = entry.name == name ? place : found, ++place), ...); },
        GIF_cond_exp::parameters()
    );
    return found;
}

/// Places of the lists; of each kind of elements, time constants and increments.
struct Lists {
    std::size_t      tau, a;
    std::string_view name;
};
constexpr Lists lists[] = {
    {place_of("tau_eta"), place_of("a_eta"), "tau_eta"},
    {place_of("tau_gamma"), place_of("a_gamma"), "tau_gamma"}};

/// How many elements of a kind a cell has; none before the lists are known.
std::size_t num_elements(const models::Column& taus, std::size_t cell) {
    return taus.sequences.empty() ? 0 : taus.sequence(cell).values().size();
}

}  // namespace

std::optional<models::Conflict> GIF_cond_exp::conflict(
    std::span<const models::Column* const> proposed, std::size_t cell
) {
    for (const auto& [tau, a, name] : lists) {
        const std::size_t expected = num_elements(*proposed[tau], cell);
        const std::size_t found    = num_elements(*proposed[a], cell);
        if (found == expected) continue;
        return models::Conflict{
            .parameter = a,
            .required  = fmt::format("a list as long as {} ({})", name, expected),
            .found     = fmt::format("{} value{}", found, found == 1 ? "" : "s")};
    }
    return std::nullopt;
}

std::vector<models::Part> GIF_cond_exp::parts(
    const std::vector<models::Column>& columns, IndexRange cells
) {
    std::vector<models::Part> parts;
    for (std::uint32_t kind = 0; kind < 2; ++kind) {
        const models::Column& taus = columns[lists[kind].tau];
        std::size_t           most = 0;
        for (std::size_t cell = cells.first; cell < cells.last; ++cell) {
            most = std::max(most, num_elements(taus, cell));
            if (taus.is_uniform) break;
        }
        for (std::size_t k = 0; k < most; ++k)
            parts.push_back({kind, static_cast<std::uint32_t>(k)});
    }
    return models::placed<GIF_cond_exp>(std::move(parts));
}

bool GIF_cond_exp::has_part(
    const std::vector<models::Column>& columns, std::size_t cell, const models::Part& part
) {
    return part.number < num_elements(columns[lists[part.kind].tau], cell);
}

models::Derived<GIF_cond_exp::Constants<double>> GIF_cond_exp::prepare(
    const models::CellValues<GIF_cond_exp>& p, Time dt
) {
    using M        = GIF_cond_exp;
    const auto all = [](const std::vector<double>& a) {
        return std::accumulate(a.begin(), a.end(), 0.0);
    };
    return {
        .constants =
            {.membrane      = models::membrane(p[&M::cm], p[&M::tau_m], p[&M::v_rest], dt),
             .E             = models::exponential_shape(p[&M::tau_syn_E], dt),
             .I             = models::exponential_shape(p[&M::tau_syn_I], dt),
             .from_E        = (p[&M::e_rev_E] - p[&M::v_rest]).value(),
             .from_I        = (p[&M::e_rev_I] - p[&M::v_rest]).value(),
             .i_offset      = p[&M::i_offset].value(),
             .v_reset       = p[&M::v_reset].value(),
             .v_t_star      = p[&M::v_t_star].value(),
             .per_delta_v   = 1 / p[&M::delta_v].value(),
             .log_intensity = math::log(p[&M::lambda0] * dt),
             .h             = dt.value(),
             .h_over_cm     = (dt / p[&M::cm]).value(),
             .jump_eta      = all(p.list(&M::a_eta)),
             .jump_gamma    = all(p.list(&M::a_gamma))},
        .refractory = p[&M::tau_refrac]};
}

}  // namespace ranvier
