#include "ranvier/models/cells/SpikeSourceGamma.hpp"

#include <optional>

#include "RenewalGroup.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

class SpikeSourceGammaGroup final : public RenewalGroup {
public:
    explicit SpikeSourceGammaGroup(const models::SourceContext& context)
        : RenewalGroup(
              SpikeSourceGamma::name, context, models::parameter_infos<SpikeSourceGamma>(), 2, 3
          ) {}

    std::optional<models::Conflict> conflict(
        std::span<const models::Column* const> proposed, std::size_t cell
    ) const override {
        return too_fast(1, proposed[0]->number(cell) * (1000 / proposed[1]->number(cell)));
    }

private:
    double shape(std::size_t cell) const { return column(0).number(cell); }
    double scale(std::size_t cell) const { return 1000 / column(1).number(cell); }

    bool is_silent(std::size_t cell) const override { return column(1).number(cell) == 0; }

    double age(std::size_t cell, double, random::Stream& stream) const override {
        return scale(cell) * gamma_age(stream, shape(cell));
    }

    double wait(std::size_t cell, double last, double now, random::Stream& stream) const override {
        return scale(cell) * gamma_excess(stream, shape(cell), (now - last) / scale(cell));
    }
};

}  // namespace

std::unique_ptr<models::SourceGroup> SpikeSourceGamma::make_group(
    const models::SourceContext& context
) {
    return std::make_unique<SpikeSourceGammaGroup>(context);
}

}  // namespace ranvier
