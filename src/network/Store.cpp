#include "ranvier/network/Store.hpp"

#include <algorithm>
#include <cmath>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::network {

namespace {
// Beyond this many different constant weights, weights are stored per connection instead.
constexpr std::size_t max_constant_channels = 64;
}  // namespace

template <class T>
struct Store<T>::Draws {
    connectors::Sources        sources;
    std::vector<double>        weights;  ///< one, or one per source
    std::vector<double>        delays;
    std::vector<std::uint32_t> steps;
};

template <class T>
void Store<T>::ensure_receptors(Block<T>& block, std::size_t receptors) {
    while (block.input.size() < receptors) {
        block.input.emplace_back(capacity_);
        block.drive.emplace_back();
    }
}

template <class T>
void Store<T>::place(PopulationRecord& population) {
    auto* group = dynamic_cast<models::NeuronGroup<T>*>(population.group.get());
    if (!group) return;
    const std::size_t                   receptors = group->receptors().size();
    std::vector<models::PieceMemory<T>> memory;
    for (std::size_t first = 0; first < group->num_cells();) {
        if (blocks_.empty() || blocks_.back().used == capacity_) blocks_.emplace_back();
        Block<T>&         block = blocks_.back();
        const std::size_t count = std::min(group->num_cells() - first, capacity_ - block.used);
        const auto        slot  = static_cast<std::uint32_t>(block.used);
        const IndexRange  cells{first, first + count};
        ensure_receptors(block, receptors);
        memory.push_back({cells, {}});
        for (std::size_t r = 0; r < receptors; ++r)
            memory.back().input.push_back(block.input[r].data() + slot);
        block.pieces.push_back({population.id, memory.size() - 1, group, slot, cells});
        population.placements.push_back({blocks_.size() - 1, slot, cells});
        block.used +=
            (count + models::lane_padding - 1) / models::lane_padding * models::lane_padding;
        first += count;
    }
    group->bind(std::move(memory));
}

template <class T>
ChannelId Store<T>::channel_for(Channel channel) {
    const auto constants = std::count_if(channels_.begin(), channels_.end(), [](const Channel& c) {
        return c.constant;
    });
    auto       found     = std::find(channels_.begin(), channels_.end(), channel);
    if (found == channels_.end() && channel.constant &&
        static_cast<std::size_t>(constants) >= max_constant_channels) {
        channel.constant = false;
        channel.weight   = 0;
        found            = std::find(channels_.begin(), channels_.end(), channel);
    }
    if (found == channels_.end()) {
        channels_.push_back(channel);
        found = channels_.end() - 1;
    }
    return static_cast<ChannelId>(found - channels_.begin());
}

/// Sources, weights and delays of one target; the first violation is noted.
template <class T>
void Store<T>::connect_target(
    std::size_t post, const ConnectRequest& request, Draws& draws, Violation& violation
) const {
    request.rule->presynaptic(post, draws.sources);
    const std::size_t count = draws.sources.size();
    const auto        note  = [&](Violation::What what, double value) {
        if (violation.what == Violation::What::none) violation = {what, post, value, {}};
        ++violation.counts[static_cast<std::size_t>(what)];
    };
    if (const auto* distribution = request.weight.distribution()) {
        draws.weights.resize(count);
        distribution->fill(request.weight_key, post, 0, draws.weights);
        for (const double w : draws.weights) {
            if (!std::isfinite(w)) note(Violation::What::weight_finite, w);
            if (w * request.weight_sign < 0) note(Violation::What::weight_sign, w);
        }
    } else {
        draws.weights.assign(count, *request.weight.constant());
    }
    draws.steps.resize(count);
    if (const auto* distribution = request.delay.distribution()) {
        draws.delays.resize(count);
        distribution->fill(request.delay_key, post, 0, draws.delays);
        const double shortest_us = grid_.timestep().value() * 1000;
        for (std::size_t k = 0; k < count; ++k) {
            const double ms    = draws.delays[k];
            const Step   steps = std::isfinite(ms) ? grid_.nearest(ms) : 0;
            // As for a single delay: rounded to 1 us before it is compared with the time step.
            if (!(std::floor(ms * 1000 + 0.5) >= shortest_us))
                note(Violation::What::delay_short, ms);
            else if (steps < request.min_delay || steps > request.max_delay)
                note(Violation::What::delay_bounds, ms);
            draws.steps[k] = static_cast<std::uint32_t>(steps);
        }
    } else {
        const auto steps = static_cast<std::uint32_t>(grid_.nearest(*request.delay.constant()));
        std::fill(draws.steps.begin(), draws.steps.end(), steps);
    }
}

template <class T>
Violation Store<T>::connect(
    ProjectionRecord&       projection,
    const PopulationRecord& pre,
    const PopulationRecord& post,
    const ConnectRequest&   request
) {
    Violation violation;
    marks_.clear();
    last_was_fused_ = projection.fused;
    request.rule->plan(request.shape, request.connectivity_key, post.slice);
    if (projection.fused) {
        connect_fused(projection, pre, post, request, violation);
        return violation;
    }
    Draws draws;
    projection.min_delay = std::numeric_limits<Step>::max();
    for (const Placement& placement : post.placements) {
        Block<T>& block = blocks_[placement.block];
        if (block.tables.size() <= pre.id) block.tables.resize(pre.id + 1);
        auto& table = block.tables[pre.id];
        if (!table) table = std::make_unique<ConnectionTable<T>>(pre.size);
        marks_.push_back({table.get(), table->mark()});
        if (channels_[projection.channel].drive && block.drive[projection.receptor].size() == 0)
            block.drive[projection.receptor] = AlignedArray<T>(capacity_);
        for (std::size_t cell = placement.cells.first; cell < placement.cells.last; ++cell) {
            tick();
            connect_target(post.slice.first + cell, request, draws, violation);
            const auto target =
                static_cast<std::uint16_t>(placement.slot + cell - placement.cells.first);
            for (std::size_t k = 0; k < draws.sources.size(); ++k) {
                table->add(
                    draws.sources[k],
                    projection.channel,
                    target,
                    draws.steps[k],
                    static_cast<T>(draws.weights[k])
                );
                projection.min_delay = std::min<Step>(projection.min_delay, draws.steps[k]);
                projection.max_delay = std::max<Step>(projection.max_delay, draws.steps[k]);
            }
            projection.local_size += draws.sources.size();
        }
    }
    if (violation.what != Violation::What::none) undo_connect();
    return violation;
}

template <class T>
void Store<T>::connect_fused(
    ProjectionRecord&       projection,
    const PopulationRecord& pre,
    const PopulationRecord& post,
    const ConnectRequest&   request,
    Violation&              violation
) {
    const Step    delay = grid_.nearest(*request.delay.constant());
    FusedDrive<T> drive{
        projection.id,
        pre.id,
        post.id,
        projection.receptor,
        delay,
        request.since,
        {},
        dynamic_cast<models::SourceGroup*>(pre.group.get())};
    if (request.weight.constant()) {
        drive.weight.push_back(static_cast<T>(*request.weight.constant()));
    } else {
        Draws draws;
        for (std::size_t i = post.slice.first; i < post.slice.last; ++i) {
            connect_target(i, request, draws, violation);
            drive.weight.push_back(static_cast<T>(draws.weights.front()));
        }
    }
    drive.source->keep(delay);
    projection.local_size = post.slice.size();
    projection.min_delay  = delay;
    projection.max_delay  = delay;
    fused_.push_back(std::move(drive));
    // Drives of one target add up in the order of (emission step, source), as events would.
    std::stable_sort(fused_.begin(), fused_.end(), [](const auto& a, const auto& b) {
        return a.delay != b.delay ? a.delay > b.delay : a.pre < b.pre;
    });
    if (violation.what != Violation::What::none) undo_connect();
}

template <class T>
void Store<T>::undo_connect() {
    for (const Mark& mark : marks_)
        mark.table->roll_back(mark.sizes);
    marks_.clear();
    if (last_was_fused_ && !fused_.empty()) {
        const auto newest = std::max_element(fused_.begin(), fused_.end(), [](auto& a, auto& b) {
            return a.projection < b.projection;
        });
        fused_.erase(newest);
    }
    last_was_fused_ = false;
}

template <class T>
void Store<T>::build() {
    marks_.clear();
    last_was_fused_ = false;
    for (Block<T>& block : blocks_) {
        for (auto& table : block.tables) {
            tick();
            if (table) table->build(channels_);
        }
    }
}

template <class T>
template <class F>
void Store<T>::for_each_connection(
    const ProjectionRecord& projection,
    const PopulationRecord& pre,
    const PopulationRecord& post,
    F&&                     f
) {
    if (projection.fused) {
        for (const FusedDrive<T>& drive : fused_) {
            if (drive.projection != projection.id) continue;
            for (std::size_t i = post.slice.first; i < post.slice.last; ++i) {
                const std::size_t k = drive.weight.size() > 1 ? i - post.slice.first : 0;
                f(i, i, static_cast<std::uint32_t>(drive.delay), drive.weight[k]);
            }
        }
        return;
    }
    build();
    for (const Placement& placement : post.placements) {
        const auto& tables = blocks_[placement.block].tables;
        if (tables.size() <= pre.id || !tables[pre.id]) continue;
        const ConnectionTable<T>& table = *tables[pre.id];
        const auto                found =
            std::find(table.channels().begin(), table.channels().end(), projection.channel);
        if (found == table.channels().end()) continue;
        const auto place = static_cast<std::size_t>(found - table.channels().begin());
        const auto count = placement.cells.size();
        for (std::size_t source = 0; source < pre.size; ++source) {
            tick();
            table.for_each(
                static_cast<std::uint32_t>(source),
                place,
                channels_[projection.channel],
                [&](std::uint16_t target, std::uint32_t delay, T weight) {
                    if (target < placement.slot || target - placement.slot >= count) return;
                    const std::size_t cell = placement.cells.first + target - placement.slot;
                    f(source, post.slice.first + cell, delay, weight);
                }
            );
        }
    }
}

template <class T>
std::vector<Connection> Store<T>::connections(
    const ProjectionRecord& projection, const PopulationRecord& pre, const PopulationRecord& post
) {
    std::vector<Connection> list;
    list.reserve(projection.local_size);
    for_each_connection(
        projection,
        pre,
        post,
        [&](std::size_t i, std::size_t j, std::uint32_t delay, T weight) {
            list.push_back({i, j, static_cast<double>(weight), grid_.ms(delay)});
        }
    );
    std::stable_sort(list.begin(), list.end(), [](const Connection& a, const Connection& b) {
        return a.post != b.post ? a.post < b.post : a.pre < b.pre;
    });
    return list;
}

template <class T>
std::uint64_t Store<T>::digest(
    const ProjectionRecord& projection, const PopulationRecord& pre, const PopulationRecord& post
) {
    std::uint64_t sum = 0;
    for_each_connection(
        projection,
        pre,
        post,
        [&](std::size_t i, std::size_t j, std::uint32_t delay, T weight) {
            sum += hash_of(projection.key, i << 32 | j, hash_of(delay, bits_of(weight)));
        }
    );
    return sum;
}

template <class T>
std::size_t Store<T>::connection_bytes() const {
    std::size_t total = 0;
    for (const Block<T>& block : blocks_) {
        for (const auto& table : block.tables)
            total += table ? table->bytes() : 0;
    }
    for (const FusedDrive<T>& drive : fused_)
        total += drive.weight.size() * sizeof(T);
    return total;
}

template class Store<double>;
template class Store<float>;

}  // namespace ranvier::network
