// How the connections of a projection are found again, listed and changed.

#include <algorithm>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/network/Store.hpp"

namespace ranvier::network {

namespace {
constexpr std::uint32_t no_target = 0xffffffff;
}

template <class T>
FusedDrive<T>* Store<T>::drive_of(const ProjectionRecord& projection) {
    const auto found = std::find_if(fused_.begin(), fused_.end(), [&](const auto& drive) {
        return drive.projection == projection.id;
    });
    return found == fused_.end() ? nullptr : &*found;
}

template <class T>
template <class F>
void Store<T>::walk(const ProjectionRecord& projection, F&& f) {
    if (projection.fused) {
        FusedDrive<T>& drive = *drive_of(projection);
        const auto     slice = projection.post.population(0).slice;
        for (std::size_t k = 0; k < slice.size(); ++k) {
            T weight = drive.weight[drive.weight.size() > 1 ? k : 0];
            f(k, slice.first + k, static_cast<std::uint32_t>(drive.delay), weight);
        }
        return;
    }
    build();
    std::vector<std::uint32_t> target_of_slot;
    std::size_t                first_target = 0;
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        const Selection::Part&  part    = projection.post.part(run.part);
        const PopulationRecord& post    = *part.population;
        const ChannelId         channel = projection.targets[run.part].channel;
        for (const Placement& placement : post.placements) {
            target_of_slot.assign(blocks_[placement.block].used, no_target);
            bool any = false;
            for (std::size_t m = run.members.first; m < run.members.last; ++m) {
                const std::size_t cell = part.indices[m - part.first] - post.slice.first;
                if (!placement.cells.contains(cell)) continue;
                any = true;
                target_of_slot[placement.slot + cell - placement.cells.first] =
                    static_cast<std::uint32_t>(first_target + m - run.members.first);
            }
            if (any) walk_block(projection, blocks_[placement.block], channel, target_of_slot, f);
        }
        first_target += run.members.size();
    }
}

/// The connections into one block, by source.
template <class T>
template <class F>
void Store<T>::walk_block(
    const ProjectionRecord&           projection,
    Block<T>&                         block,
    ChannelId                         channel,
    const std::vector<std::uint32_t>& target_of_slot,
    F&                                f
) {
    for (const Selection::Part& from : projection.pre.parts()) {
        const std::size_t id = from.population->id;
        if (block.tables.size() <= id || !block.tables[id]) continue;
        ConnectionTable<T>& table = *block.tables[id];
        const auto found = std::find(table.channels().begin(), table.channels().end(), channel);
        if (found == table.channels().end()) continue;
        const auto place = static_cast<std::size_t>(found - table.channels().begin());
        for (std::size_t k = 0; k < from.indices.size(); ++k) {
            tick();
            table.update_each(
                static_cast<std::uint32_t>(from.indices[k]),
                place,
                channels_[channel],
                [&](std::uint32_t slot, std::uint32_t delay, T& weight) {
                    const std::uint32_t target = target_of_slot[slot];
                    if (target != no_target) f(target, from.first + k, delay, weight);
                }
            );
        }
    }
}

template <class T>
Listing Store<T>::list(const ProjectionRecord& projection, unsigned wanted) {
    Listing listing;
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        for (std::size_t post = run.members.first; post < run.members.last; ++post)
            listing.posts.push_back(static_cast<std::uint32_t>(post));
    }
    listing.first.resize(listing.posts.size() + 1);
    walk(projection, [&](std::size_t target, std::size_t, std::uint32_t, T&) {
        ++listing.first[target + 1];
    });
    for (std::size_t t = 0; t < listing.posts.size(); ++t)
        listing.first[t + 1] += listing.first[t];
    const auto size = static_cast<std::size_t>(listing.size());
    if (wanted & Wanted::sources) listing.pre.resize(size);
    if (wanted & Wanted::delays) listing.steps.resize(size);
    if (wanted & Wanted::weights) listing.weight.resize(size);
    if ((wanted & (Wanted::sources | Wanted::delays | Wanted::weights)) == 0) return listing;
    std::vector<std::uint64_t> next{listing.first.begin(), listing.first.end() - 1};
    const auto fill = [&](std::size_t target, std::size_t pre, std::uint32_t delay, T& weight) {
        std::uint64_t at = next[target]++;
        if (!projection.created.empty()) at = listing.first[target] + projection.created[at];
        if (wanted & Wanted::sources) listing.pre[at] = static_cast<std::uint32_t>(pre);
        if (wanted & Wanted::delays) listing.steps[at] = delay;
        if (wanted & Wanted::weights) listing.weight[at] = static_cast<double>(weight);
    };
    walk(projection, fill);
    return listing;
}

template <class T>
void Store<T>::set_weights(ProjectionRecord& projection, std::span<const double> values, bool one) {
    if (projection.fused) {
        FusedDrive<T>& drive = *drive_of(projection);
        drive.weight.assign(values.begin(), values.end());
        return;
    }
    std::vector<std::uint64_t> next;
    if (!one) next = list(projection, 0).first;
    const std::vector<std::uint64_t> first = next;
    walk(projection, [&](std::size_t target, std::size_t, std::uint32_t, T& weight) {
        std::uint64_t at = one ? 0 : next[target]++;
        if (!one && !projection.created.empty()) at = first[target] + projection.created[at];
        weight = static_cast<T>(values[at]);
    });
}

/// Moves the connections to channels in which each has its own weight, or all have this one.
template <class T>
void Store<T>::set_constant(ProjectionRecord& projection, std::optional<double> weight) {
    if (projection.fused || (!weight && !channels_[projection.targets[0].channel].constant)) return;
    Listing listing = list(projection, Wanted::sources | Wanted::delays | Wanted::weights);
    if (weight) std::fill(listing.weight.begin(), listing.weight.end(), *weight);
    take_out(projection);
    for (ProjectionRecord::Target& target : projection.targets) {
        Channel channel  = channels_[target.channel];
        channel.constant = weight.has_value();
        channel.weight   = weight.value_or(0);
        target.channel   = channel_for(channel);
    }
    file_again(projection, listing);
}

template <class T>
void Store<T>::set_delays(ProjectionRecord& projection, const Listing& listing, Step since) {
    const bool was_drive = projection.drive, was_fused = projection.fused;
    take_out(projection);
    projection.drive = false;
    projection.fused = false;
    for (ProjectionRecord::Target& target : projection.targets) {
        Channel channel;
        if (!was_fused) channel = channels_[target.channel];
        channel.ordinal  = projection.ordinal;
        channel.receptor = static_cast<std::uint16_t>(target.receptor);
        channel.quantum  = projection.quantum;
        if (was_drive) channel.drive = false;
        channel.since  = since;
        target.channel = channel_for(channel);
    }
    file_again(projection, listing);
}

template <class T>
void Store<T>::set_drive_delay(ProjectionRecord& projection, Step delay, Step since) {
    if (!projection.fused) {
        Listing listing = list(projection, Wanted::sources | Wanted::weights);
        listing.steps.assign(
            static_cast<std::size_t>(listing.size()), static_cast<std::uint32_t>(delay)
        );
        take_out(projection);
        Channel channel               = channels_[projection.targets[0].channel];
        channel.since                 = since;
        projection.targets[0].channel = channel_for(channel);
        file_again(projection, listing);
        return;
    }
    FusedDrive<T>& drive = *drive_of(projection);
    drive.delay          = delay;
    drive.since          = since;
    drive.source->keep(delay);
    projection.min_delay = delay;
    projection.max_delay = delay;
    sort_drives();
}

/// Removes the local connections of a projection.
template <class T>
void Store<T>::take_out(const ProjectionRecord& projection) {
    if (projection.fused) {
        std::erase_if(fused_, [&](const auto& drive) { return drive.projection == projection.id; });
        return;
    }
    build();
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        const Selection::Part&  part = projection.post.part(run.part);
        const PopulationRecord& post = *part.population;
        for (const Placement& placement : post.placements) {
            std::vector<bool> targets(blocks_[placement.block].used);
            for (std::size_t m = run.members.first; m < run.members.last; ++m) {
                const std::size_t cell = part.indices[m - part.first] - post.slice.first;
                if (placement.cells.contains(cell))
                    targets[placement.slot + cell - placement.cells.first] = true;
            }
            auto& tables = blocks_[placement.block].tables;
            for (const Selection::Part& from : projection.pre.parts()) {
                const std::size_t id = from.population->id;
                if (id < tables.size() && tables[id])
                    tables[id]->remove(channels_, projection.targets[run.part].channel, targets);
            }
        }
    }
}

template <class T>
std::uint64_t Store<T>::digest(const ProjectionRecord& projection) {
    std::vector<std::uint64_t> posts;
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        for (std::size_t post = run.members.first; post < run.members.last; ++post)
            posts.push_back(post);
    }
    std::uint64_t sum = 0;
    walk(projection, [&](std::size_t target, std::size_t i, std::uint32_t delay, T& weight) {
        sum += hash_of(projection.key, i << 32 | posts[target], hash_of(delay, bits_of(weight)));
    });
    return sum;
}

template class Store<double>;
template class Store<float>;

}  // namespace ranvier::network
