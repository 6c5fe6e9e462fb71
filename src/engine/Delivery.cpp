#include "ranvier/engine/Delivery.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ranvier::engine {

using network::Block;
using network::ChannelId;
using network::ConnectionTable;
using network::SegmentHeader;
using network::WeightMultiple;

namespace {
// Cursors ahead of the current one whose segments are fetched, and how much of each. Measured with
// a microcircuit: 8 to 16 ahead make no difference, 0 costs a quarter; most of its connections are
// in segments of some 400 bytes, and to fetch 256 bytes of each costs a tenth.
constexpr std::size_t   fetch_ahead   = 12;
constexpr std::uint32_t line          = 64;
constexpr std::uint32_t longest_fetch = 13;  // lines; what is behind them the processor foresees
// Spikes whose rows are looked up together: more than the requests that a core has open at a time.
constexpr std::size_t at_once = 32;

template <class V>
V read(const std::byte* from) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// Lines that a segment may touch, as far as they are worth fetching.
std::uint32_t lines_of(SegmentHeader header, std::uint32_t bytes_per_connection) {
    return std::min(2 + header.count() * bytes_per_connection / line, longest_fetch);
}

/// Adds weights to targets, each `count` times: for all i, what `weight(i)` gives. One function for
/// exact weights and multiples, so that both go through the same operations.
template <class T, class F>
void add_weights(
    T* input, const std::byte* targets, std::size_t size, std::uint32_t count, F&& weight
) {
    if (count == 1) {
        for (std::size_t i = 0; i < size; ++i)
            input[read<std::uint16_t>(targets + 2 * i)] += weight(i);
    } else {
        const T times = static_cast<T>(count);
        for (std::size_t i = 0; i < size; ++i)
            input[read<std::uint16_t>(targets + 2 * i)] += times * weight(i);
    }
}
}  // namespace

template <class T>
Delivery<T>::Delivery(network::Network& network)
    : network_(network),
      store_(network.store<T>()),
      page_cells_(store_.page_cells()) {}

template <class T>
void Delivery<T>::refresh(Step now) {
    store_.build();
    first_gids_.clear();
    for (const auto& population : network_.populations())
        first_gids_.push_back(population->first_gid);
    max_delay_ = 0;
    for (const auto& projection : network_.projections())
        max_delay_ = std::max(max_delay_, projection->max_delay);

    auto& blocks = store_.blocks();
    blocks_.clear();
    blocks_.resize(blocks.size());
    counts_.resize(store_.fused_drives().size());
    counts_step_.assign(counts_.size(), -1);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        for (const network::Channel& channel : store_.channels()) {
            const std::size_t r     = channel.receptor;
            const bool        known = r < blocks[b].input.size();
            auto&             from  = channel.drive ? blocks[b].drive : blocks[b].input;
            const std::size_t pages = (blocks[b].used + page_cells_ - 1) / page_cells_;
            blocks_[b].channels.push_back(
                {channel.epoch == network_.num_resets() ? channel.since : -1,
                 known ? from[r].data() : nullptr,
                 channel.constant,
                 static_cast<T>(channel.weight),
                 static_cast<T>(channel.quantum),
                 static_cast<std::uint32_t>(
                     pages * (sizeof(std::uint16_t) + network::weight_bytes<T>(channel, 2) / 2)
                 )}
            );
        }
        find_drives(b);
    }
    // Rows may have moved: pending spikes look theirs up again and skip what they have done.
    const std::vector<PendingSpike> pending = std::move(history_);
    history_.clear();
    add(pending);
    for (BlockState& state : blocks_)
        skip_to(state, now);
}

template <class T>
void Delivery<T>::reset() {
    history_.clear();
    blocks_.clear();
    for (network::FusedDrive<T>& drive : store_.fused_drives())
        drive.since = -1;
}

template <class T>
void Delivery<T>::add(std::span<const PendingSpike> spikes) {
    if (spikes.empty()) return;
    // Spikes that have acted everywhere leave the history once they are half of it.
    const Step newest   = spikes.back().step;
    const auto is_alive = [&](const PendingSpike& s) { return s.step + max_delay_ >= newest; };
    const auto alive    = std::find_if(history_.begin(), history_.end(), is_alive);
    if (2 * (alive - history_.begin()) > static_cast<std::ptrdiff_t>(history_.size()))
        history_.erase(history_.begin(), alive);
    history_.insert(history_.end(), spikes.begin(), spikes.end());

    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        for (std::size_t k = 0; k < spikes.size(); k += at_once)
            start(
                blocks_[b],
                store_.blocks()[b],
                spikes.subspan(k, std::min(at_once, spikes.size() - k))
            );
    }
}

template <class T>
Delivery<T>::Source Delivery<T>::source_of(const Block<T>& block, Gid gid) const {
    const auto next = std::upper_bound(first_gids_.begin(), first_gids_.end(), gid);
    const auto pre  = static_cast<std::size_t>(next - first_gids_.begin()) - 1;
    if (pre >= block.tables.size()) return {};
    return {block.tables[pre].get(), static_cast<std::uint32_t>(gid - first_gids_[pre])};
}

/// Places a cursor at the first segment of each row of the spikes' sources. @pre at most `at_once`
///
/// Where a row begins, and the row, are two places in memory that were not read for a while: first
/// all of the former are asked for, then all of the latter.
template <class T>
void Delivery<T>::start(
    BlockState& state, const Block<T>& block, std::span<const PendingSpike> spikes
) {
    Cursors&                    cursors = state.cursors;
    const std::size_t           first   = cursors.due.size();
    std::size_t                 end = first, most = first;
    std::array<Source, at_once> sources;
    for (std::size_t k = 0; k < spikes.size(); ++k) {
        sources[k] = source_of(block, spikes[k].gid);
        for (std::size_t place = 0; place < sources[k].num_places(); ++place)
            sources[k].table->fetch(sources[k].index, place);
        most += sources[k].num_places();
    }
    cursors.resize(most);
    for (std::size_t k = 0; k < spikes.size(); ++k) {
        const auto& [table, index] = sources[k];
        for (std::size_t place = 0; place < sources[k].num_places(); ++place) {
            const std::byte* row     = table->row(index, place);
            const ChannelId  channel = table->channels()[place];
            if (!row || spikes[k].step <= state.channels[channel].since) continue;
            __builtin_prefetch(row);
            cursors.due[end]  = static_cast<std::uint32_t>(spikes[k].step);
            cursors.at[end]   = row;
            cursors.what[end] = std::uint32_t{channel} << 16 | spikes[k].count;
            ++end;
        }
    }
    cursors.resize(end);
    for (std::size_t c = first; c < end; ++c) {
        const auto delay = read<std::uint32_t>(cursors.at[c]);
        move_to(state, c, cursors.at[c] + sizeof delay, cursors.due[c] + delay);
    }
}

/// Moves a cursor to a segment that is due at `due`.
template <class T>
void Delivery<T>::move_to(
    BlockState& state, std::size_t k, const std::byte* segment, std::uint32_t due
) {
    const ChannelTarget& channel = state.channels[state.cursors.what[k] >> 16];
    state.cursors.at[k]          = segment;
    state.cursors.due[k]         = due;
    state.cursors.size[k] = lines_of(read<SegmentHeader>(segment), channel.bytes_per_connection);
}

/// Adds the segments of one cursor that are due and moves it to the next.
template <class T>
[[gnu::always_inline]] inline void Delivery<T>::add_segments(
    BlockState& state, std::size_t k, std::uint32_t step
) {
    Cursors&             cursors = state.cursors;
    const std::uint32_t  what    = cursors.what[k];
    const ChannelTarget& channel = state.channels[what >> 16];
    const std::uint32_t  count   = what & 0xffff;
    const std::byte*     at      = cursors.at[k];
    for (;;) {
        const auto        header  = read<SegmentHeader>(at);
        const std::size_t size    = header.count();
        const std::byte*  targets = at + sizeof header;
        const std::byte*  weights = targets + network::target_bytes(size);
        T* const          input   = channel.input + header.page() * page_cells_;
        num_events_ += size;
        if (channel.constant) {
            const T weight = static_cast<T>(count) * channel.weight;
            for (std::size_t i = 0; i < size; ++i)
                input[read<std::uint16_t>(targets + 2 * i)] += weight;
            at = weights;
        } else if (channel.quantum > 0) {
            const T quantum = channel.quantum;
            add_weights(input, targets, size, count, [=](std::size_t i) {
                const auto multiple = read<WeightMultiple>(weights + sizeof(WeightMultiple) * i);
                return static_cast<T>(multiple) * quantum;  // exact
            });
            at = weights + network::target_bytes(size);
        } else {
            add_weights(input, targets, size, count, [=](std::size_t i) {
                return read<T>(weights + sizeof(T) * i);
            });
            at = weights + sizeof(T) * size;
        }
        if (header.gap() == SegmentHeader::last) {
            cursors.at[k]  = nullptr;
            cursors.due[k] = step - 1;
            ++cursors.ended;
            return;
        }
        if (header.gap() != 0) {
            move_to(state, k, at, step + header.gap());
            return;
        }
    }
}

template <class T>
void Delivery<T>::deliver(std::size_t b, Step at_step) {
    BlockState& state   = blocks_[b];
    Cursors&    cursors = state.cursors;
    const auto  step    = static_cast<std::uint32_t>(at_step);
    active_.resize(cursors.due.size());
    std::size_t num_active = 0;
    for (std::size_t k = 0; k < cursors.due.size(); ++k) {
        active_[num_active] = static_cast<std::uint32_t>(k);
        num_active += cursors.due[k] == step && cursors.at[k] ? 1u : 0u;
    }
    for (std::size_t j = 0; j < num_active; ++j) {
        if (j + fetch_ahead < num_active) {
            const std::uint32_t    k     = active_[j + fetch_ahead];
            const std::byte* const ahead = cursors.at[k];
            for (std::uint32_t n = 0; n < cursors.size[k]; ++n)
                __builtin_prefetch(ahead + n * line, 0, 2);
        }
        add_segments(state, active_[j], step);
    }
    if (4 * cursors.ended > cursors.due.size()) drop_ended(cursors);
    apply_drives(b, at_step);
}

template <class T>
void Delivery<T>::drop_ended(Cursors& cursors) {
    std::size_t kept = 0;
    for (std::size_t k = 0; k < cursors.due.size(); ++k) {
        if (!cursors.at[k]) continue;
        cursors.due[kept]  = cursors.due[k];
        cursors.at[kept]   = cursors.at[k];
        cursors.what[kept] = cursors.what[k];
        cursors.size[kept] = cursors.size[k];
        ++kept;
    }
    cursors.resize(kept);
    cursors.ended = 0;
}

/// Moves cursors past the segments that acted at or before `now`, without adding them again.
template <class T>
void Delivery<T>::skip_to(BlockState& state, Step now) {
    Cursors&    cursors  = state.cursors;
    const auto& channels = store_.channels();
    for (std::size_t k = 0; k < cursors.due.size(); ++k) {
        const network::Channel& channel = channels[cursors.what[k] >> 16];
        // Differences of steps modulo 2^32; delays are far shorter than half of that.
        while (cursors.at[k] &&
               static_cast<std::int32_t>(cursors.due[k] - static_cast<std::uint32_t>(now)) <= 0) {
            const auto header = read<SegmentHeader>(cursors.at[k]);
            const auto bytes  = sizeof header + network::target_bytes(header.count()) +
                               network::weight_bytes<T>(channel, header.count());
            if (header.gap() == SegmentHeader::last)
                cursors.at[k] = nullptr;
            else
                move_to(state, k, cursors.at[k] + bytes, cursors.due[k] + header.gap());
        }
    }
    drop_ended(cursors);
}

template <class T>
void Delivery<T>::find_drives(std::size_t b) {
    const auto& drives = store_.fused_drives();
    for (const auto& piece : store_.blocks()[b].pieces) {
        for (std::size_t r = 0; r < piece.group->receptors().size(); ++r) {
            DriveTarget target{piece.population, r, piece.slot, piece.cells, {}, false};
            for (std::size_t d = 0; d < drives.size(); ++d) {
                if (drives[d].post == piece.population && drives[d].receptor == r)
                    target.fused.push_back(d);
            }
            for (const auto& projection : network_.projections()) {
                const auto& only = projection->targets.front();
                target.by_events =
                    target.by_events || (projection->drive && !projection->fused &&
                                         only.population == piece.population && only.receptor == r);
            }
            if (!target.fused.empty() || target.by_events)
                blocks_[b].drives.push_back(std::move(target));
        }
    }
}

/// Spikes that a fused source emitted for all local targets; drawn once per step for all blocks.
template <class T>
std::span<const std::uint16_t> Delivery<T>::counts_of(std::size_t fused, Step step) {
    const auto& drive = store_.fused_drives()[fused];
    if (counts_step_[fused] != step) {
        counts_[fused].resize(drive.source->num_cells());
        if (step - drive.delay > drive.since)
            drive.source->counts(step - drive.delay, counts_[fused]);
        else
            std::fill(counts_[fused].begin(), counts_[fused].end(), std::uint16_t{0});
        counts_step_[fused] = step;
    }
    return counts_[fused];
}

template <class T>
void Delivery<T>::apply_drives(std::size_t b, Step step) {
    for (const DriveTarget& drive : blocks_[b].drives)
        apply_drive(store_.blocks()[b], drive, step);
}

/// Adds the sums of the drives, after all other input. A sum starts from +0, also where there is
/// only one drive, so that fused drives and events give the same bits (and no -0 differs).
template <class T>
void Delivery<T>::apply_drive(Block<T>& block, const DriveTarget& drive, Step step) {
    const std::size_t n     = drive.cells.size();
    T* const          input = block.input[drive.receptor].data() + drive.slot;
    const auto        term  = [&](std::size_t d) {
        const auto& weight = store_.fused_drives()[d].weight;
        const auto  counts = counts_of(d, step).subspan(drive.cells.first, n);
        const bool  same   = weight.size() == 1;
        return std::tuple{counts.data(), weight.data() + (same ? 0 : drive.cells.first), same};
    };
    if (drive.fused.size() == 1 && !drive.by_events) {
        const auto [counts, weight, same] = term(drive.fused.front());
        if (same) {
            const T w = *weight;
            for (std::size_t i = 0; i < n; ++i)
                input[i] += T{0} + static_cast<T>(counts[i]) * w;
        } else {
            for (std::size_t i = 0; i < n; ++i)
                input[i] += T{0} + static_cast<T>(counts[i]) * weight[i];
        }
        return;
    }
    sums_.assign(n, T{0});
    for (const std::size_t d : drive.fused) {
        const auto [counts, weight, same] = term(d);
        for (std::size_t i = 0; i < n; ++i)
            sums_[i] += static_cast<T>(counts[i]) * weight[same ? 0 : i];
    }
    if (drive.by_events) {
        T* const by_events = block.drive[drive.receptor].data() + drive.slot;
        for (std::size_t i = 0; i < n; ++i) {
            sums_[i] += by_events[i];
            by_events[i] = T{0};
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        input[i] += sums_[i];
}

template class Delivery<double>;
template class Delivery<float>;

}  // namespace ranvier::engine
