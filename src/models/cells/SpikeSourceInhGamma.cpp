#include "ranvier/models/cells/SpikeSourceInhGamma.hpp"

#include <algorithm>
#include <vector>

#include "RenewalGroup.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

class SpikeSourceInhGammaGroup final : public RenewalGroup {
public:
    explicit SpikeSourceInhGammaGroup(const models::SourceContext& context)
        : RenewalGroup(
              SpikeSourceInhGamma::name,
              context,
              models::parameter_infos<SpikeSourceInhGamma>(),
              3,
              4
          ) {}

    std::optional<models::Conflict> conflict(
        std::span<const models::Column* const> proposed, std::size_t cell
    ) const override {
        const std::size_t bins = proposed[2]->sequence(cell).values().size();
        for (std::size_t p = 0; p < 3; ++p) {
            const std::size_t size = proposed[p]->sequence(cell).values().size();
            if (size == bins && size > 0) continue;
            return models::Conflict{
                .parameter = p,
                .required  = bins == 0 ? std::string{"a list of at least one bin"}
                                       : fmt::format("a list as long as tbins ({})", bins),
                .found     = fmt::format("{} values", size)};
        }
        for (std::size_t k = 0; k < bins; ++k) {
            const double a = proposed[0]->sequence(cell).values()[k];
            const double b = proposed[1]->sequence(cell).values()[k];
            if (auto conflict = too_fast(1, 1000 * a * b)) return conflict;
        }
        return std::nullopt;
    }

private:
    const std::vector<double>& list(std::size_t parameter, std::size_t cell) const {
        return column(parameter).sequence(cell).values();
    }

    bool is_silent(std::size_t) const override { return false; }

    /// The bins change nothing before their first, where no spike is emitted.
    double first_emitted(std::size_t cell) const override { return list(2, cell).front(); }

    std::size_t bin_of(std::size_t cell, double now) const {
        const std::vector<double>& bins = list(2, cell);
        const auto behind = std::upper_bound(bins.begin(), bins.end(), now) - bins.begin();
        return behind > 0 ? static_cast<std::size_t>(behind) - 1 : 0;
    }

    double age(std::size_t cell, double now, random::Stream& stream) const override {
        const std::size_t k = bin_of(cell, now);
        return 1000 * list(1, cell)[k] * gamma_age(stream, list(0, cell)[k]);
    }

    /// Bin by bin: what would come behind the end of a bin is drawn again for the next one, given
    /// that there was none up to there.
    double wait(std::size_t cell, double last, double now, random::Stream& stream) const override {
        const std::vector<double>& bins = list(2, cell);
        std::size_t                k    = bin_of(cell, now);
        for (double from = now;; ++k) {
            const double scale = 1000 * list(1, cell)[k];
            const double next =
                from + scale * gamma_excess(stream, list(0, cell)[k], (from - last) / scale);
            if (k + 1 == bins.size() || next <= bins[k + 1]) return next - now;
            from = std::max(from, bins[k + 1]);
        }
    }
};

}  // namespace

std::unique_ptr<models::SourceGroup> SpikeSourceInhGamma::make_group(
    const models::SourceContext& context
) {
    return std::make_unique<SpikeSourceInhGammaGroup>(context);
}

}  // namespace ranvier
