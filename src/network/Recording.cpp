#include "ranvier/network/Recording.hpp"

#include <algorithm>
#include <utility>

namespace ranvier::network {

void CellSet::add(const std::vector<std::uint32_t>& cells, std::size_t num_cells) {
    member_.resize(num_cells);
    const std::size_t before = cells_.size();
    for (const std::uint32_t cell : cells) {
        if (member_[cell]) continue;
        member_[cell] = 1;
        cells_.push_back(cell);
    }
    if (cells_.size() != before) std::sort(cells_.begin(), cells_.end());
}

SignalRecorder* Recording::find(const std::string& variable) {
    const auto found = std::find_if(signals.begin(), signals.end(), [&](const auto& signal) {
        return signal.variable == variable;
    });
    return found == signals.end() ? nullptr : &*found;
}

void Recording::cut(SignalRecorder& signal, SegmentRecord& segment, std::size_t place, Step next) {
    if (signal.chunk.num_samples > 0) segment.chunks.push_back({place, std::move(signal.chunk)});
    signal.next  = next;
    signal.chunk = {
        .first    = next,
        .interval = signal.interval,
        .cells    = signal.is_on ? signal.cells.cells() : std::vector<std::uint32_t>{}};
    ++signal.version;
}

void Recording::stop(Step now) {
    if (records_spikes) ++spike_version;
    records_spikes  = false;
    spike_cells     = {};
    num_spike_cells = 0;
    for (std::size_t k = 0; k < signals.size(); ++k) {
        if (!signals[k].is_on) continue;
        signals[k].is_on       = false;
        signals[k].cells       = {};
        signals[k].num_columns = 0;
        cut(signals[k], current, k, now);
    }
}

void Recording::start_segment(Step now, bool keep, std::uint64_t resets) {
    for (std::size_t k = 0; k < signals.size(); ++k)
        cut(signals[k], current, k, 0);
    current.last   = now;
    current.spikes = std::move(spikes);
    if (keep && now > current.first) finished.push_back(std::move(current));
    spikes = {};
    std::fill(spike_counts.begin(), spike_counts.end(), 0);
    current = {.reset = resets, .spiking = spike_cells};
    ++spike_version;
}

void Recording::clear(Step now) {
    finished.clear();
    spikes.clear();
    std::fill(spike_counts.begin(), spike_counts.end(), 0);
    for (SignalRecorder& signal : signals) {
        SignalChunk& chunk = signal.chunk;
        if (chunk.num_samples < 2) continue;
        const std::size_t width = chunk.cells.size();
        const std::size_t gone  = chunk.num_samples - 1;
        chunk.values.erase(
            chunk.values.begin(), chunk.values.begin() + static_cast<std::ptrdiff_t>(gone * width)
        );
        chunk.first += static_cast<Step>(gone) * chunk.interval;
        chunk.num_samples = 1;
    }
    current = {.reset = current.reset, .first = now, .spiking = spike_cells};
}

}  // namespace ranvier::network
