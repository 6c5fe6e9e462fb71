#include "ranvier/models/cells/SpikeSourcePoissonRefractory.hpp"

#include <algorithm>

#include "ranvier/base/text.hpp"

#include "RenewalGroup.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

class SpikeSourcePoissonRefractoryGroup final : public RenewalGroup {
public:
    explicit SpikeSourcePoissonRefractoryGroup(const models::SourceContext& context)
        : RenewalGroup(
              SpikeSourcePoissonRefractory::name,
              context,
              models::parameter_infos<SpikeSourcePoissonRefractory>(),
              2,
              3
          ) {}

    std::optional<models::Conflict> conflict(
        std::span<const models::Column* const> proposed, std::size_t cell
    ) const override {
        const double rate       = proposed[0]->number(cell);
        const double tau_refrac = proposed[1]->number(cell);
        if (tau_refrac < 1000 / rate) return too_fast(0, 1000 / rate);
        return models::Conflict{
            .parameter = 1,
            .required =
                fmt::format("< 1000 / rate, {} ms at {} Hz", number(1000 / rate), number(rate)),
            .found = fmt::format("{} ms", number(tau_refrac))};
    }

private:
    double rate(std::size_t cell) const { return column(0).number(cell); }
    double dead_time(std::size_t cell) const { return column(1).number(cell); }
    double mean_wait(std::size_t cell) const { return 1000 / rate(cell) - dead_time(cell); }

    bool is_silent(std::size_t cell) const override { return rate(cell) == 0; }

    double age(std::size_t cell, double, random::Stream& stream) const override {
        const double dead = dead_time(cell);
        const double free = mean_wait(cell);
        // A time falls into dead time with the part of time that is dead.
        if (stream.uniform() * (dead + free) < dead) return stream.uniform() * dead;
        return dead + free * stream.exponential();
    }

    double wait(std::size_t cell, double last, double now, random::Stream& stream) const override {
        const double dead = std::max(0.0, dead_time(cell) - (now - last));
        return dead + mean_wait(cell) * stream.exponential();
    }
};

}  // namespace

std::unique_ptr<models::SourceGroup> SpikeSourcePoissonRefractory::make_group(
    const models::SourceContext& context
) {
    return std::make_unique<SpikeSourcePoissonRefractoryGroup>(context);
}

}  // namespace ranvier
