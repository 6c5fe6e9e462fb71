#include "ranvier/models/cells/SpikeSourceArray.hpp"

#include <algorithm>
#include <vector>

namespace ranvier {

namespace {

/// Local trains merged into one list of (step, cell), of which a cursor walks the present.
class SpikeSourceArrayGroup final : public models::SourceGroup {
public:
    explicit SpikeSourceArrayGroup(const models::SourceContext& context)
        : SourceGroup(
              SpikeSourceArray::name,
              context.slice.size(),
              models::parameter_infos<SpikeSourceArray>()
          ),
          grid_(context.grid) {}

    void emit(Step step, std::vector<models::Emission>& emissions) override {
        while (next_ < events_.size() && events_[next_].step <= step) {
            const Event& event = events_[next_++];
            if (event.step < step) continue;
            if (!emissions.empty() && last_ == step && emissions.back().cell == event.cell)
                ++emissions.back().count;
            else
                emissions.push_back({event.cell, 1});
            last_ = step;
        }
    }

private:
    struct Event {
        Step          step;
        std::uint32_t cell;
        friend auto   operator<=>(const Event&, const Event&) = default;
    };

    void parameters_changed(Step now) override {
        events_.clear();
        next_ = 0;
        last_ = -1;
        for (std::size_t cell = 0; cell < num_cells(); ++cell) {
            for (const double ms : column(0).sequence(cell).values()) {
                const Step step = grid_.nearest(ms);
                // Before the first step of a run, step 0 itself is still to come.
                if (ms >= 0 && (step > now || (step == 0 && now == 0)))
                    events_.push_back({step, static_cast<std::uint32_t>(cell)});
            }
        }
        std::sort(events_.begin(), events_.end());
    }

    TimeGrid           grid_;
    std::vector<Event> events_;
    std::size_t        next_ = 0;
    Step               last_ = -1;
};

}  // namespace

std::unique_ptr<models::SourceGroup> SpikeSourceArray::make_group(
    const models::SourceContext& context
) {
    return std::make_unique<SpikeSourceArrayGroup>(context);
}

}  // namespace ranvier
