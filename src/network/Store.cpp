#include "ranvier/network/Store.hpp"

#include <algorithm>

#include "ranvier/base/progress.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::network {

namespace {
// Beyond this many different constant weights, weights are stored per connection instead.
constexpr std::size_t max_constant_channels = 64;
}  // namespace

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

template <class T>
void Store<T>::undo_connect() {
    for (const Mark& mark : marks_)
        mark.table->roll_back(mark.before);
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
