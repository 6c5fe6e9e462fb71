#include "ranvier/models/cells/SpikeSourcePoisson.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "ranvier/random/PoissonCounts.hpp"

namespace ranvier {

namespace {

/// Rates and windows in force from one step on. Past ones are kept as long as spikes emitted under
/// them may still be asked for.
struct Epoch {
    Step                  after = 0;  ///< in force for the steps behind this one
    random::PoissonCounts draws;
    std::vector<Step>     first, last;  ///< active for first < step <= last; one or one per cell
    Step                  all_first = 0, all_last = 0;  ///< between these all cells are active
};

class SpikeSourcePoissonGroup final : public models::SourceGroup {
public:
    explicit SpikeSourcePoissonGroup(const models::SourceContext& context)
        : SourceGroup(
              SpikeSourcePoisson::name,
              context.slice.size(),
              models::parameter_infos<SpikeSourcePoisson>()
          ),
          context_(context),
          counts_(context.slice.size()) {}

    void emit(Step step, std::vector<models::Emission>& emissions) override {
        counts(step, counts_);
        for (std::size_t cell = 0; cell < counts_.size(); ++cell) {
            if (counts_[cell] != 0)
                emissions.push_back({static_cast<std::uint32_t>(cell), counts_[cell]});
        }
    }

    double largest(std::size_t parameter) const override {
        // More spikes per step than this are not drawn; the model's header says so.
        const double most = random::PoissonCounts::max_lambda;
        return parameter == 0 ? most / context_.grid.timestep().value() * 1000
                              : SourceGroup::largest(parameter);
    }

    /// Continues with other random numbers, as PyNN's generators do.
    void restart(std::uint64_t resets) override {
        epochs_.clear();
        context_.key = random::Key{hash_of(context_.key.value, resets)};
        parameters_changed(0);
    }

    bool is_addressable() const override { return true; }
    void keep(Step keep_steps) override { keep_ = std::max(keep_, keep_steps); }

    void counts(Step step, std::span<std::uint16_t> out) const override {
        const auto epoch = std::find_if(epochs_.begin(), epochs_.end(), [step](const Epoch& e) {
            return step > e.after;
        });
        if (epoch == epochs_.end() || step < 1) {
            std::fill(out.begin(), out.end(), std::uint16_t{0});
            return;
        }
        epoch->draws.draw(step, out.data());
        if (step > epoch->all_first && step <= epoch->all_last) return;
        for (std::size_t cell = 0; cell < out.size(); ++cell) {
            const std::size_t i = epoch->first.size() > 1 ? cell : 0;
            if (step <= epoch->first[i] || step > epoch->last[i]) out[cell] = 0;
        }
    }

private:
    void parameters_changed(Step now) override {
        while (!epochs_.empty() && epochs_.front().after >= now)
            epochs_.pop_front();  // replaced before it was in force
        while (epochs_.size() > 1 && epochs_[epochs_.size() - 2].after + keep_ < now)
            epochs_.pop_back();
        epochs_.push_front(make_epoch(now));
    }

    Epoch make_epoch(Step now) const {
        const double        dt = context_.grid.timestep().value();
        std::vector<double> lambda;
        for (const double rate : column(0).numbers)
            lambda.push_back(std::min(rate * dt / 1000, random::PoissonCounts::max_lambda));

        const bool uniform = column(1).is_uniform && column(2).is_uniform;
        Epoch      epoch{now, {context_.key, lambda, context_.slice}, {}, {}};
        for (std::size_t cell = 0; cell < (uniform ? 1 : num_cells()); ++cell) {
            const double start = column(1).number(cell);
            epoch.first.push_back(context_.grid.nearest(start));
            epoch.last.push_back(context_.grid.nearest(start + column(2).number(cell)));
        }
        if (epoch.first.empty()) return epoch;  // no cells here
        epoch.all_first = *std::max_element(epoch.first.begin(), epoch.first.end());
        epoch.all_last  = *std::min_element(epoch.last.begin(), epoch.last.end());
        return epoch;
    }

    models::SourceContext      context_;
    std::deque<Epoch>          epochs_;  ///< newest first
    Step                       keep_ = 0;
    std::vector<std::uint16_t> counts_;
};

}  // namespace

std::unique_ptr<models::SourceGroup> SpikeSourcePoisson::make_group(
    const models::SourceContext& context
) {
    return std::make_unique<SpikeSourcePoissonGroup>(context);
}

}  // namespace ranvier
