#include <algorithm>
#include <compare>
#include <map>
#include <numeric>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Group.hpp"
#include "ranvier/parallel/activity.hpp"

#include "agree.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

using network::FinishedChunk;
using network::PopulationRecord;
using network::Recording;
using network::SegmentRecord;
using network::Selection;
using network::SignalChunk;

/// A member of a group, in the order of the results: populations as in the group, then by index.
struct Member {
    std::uint64_t part  = 0;  ///< place of its population among those of the group
    std::uint64_t index = 0;  ///< in the population

    friend auto operator<=>(const Member&, const Member&) = default;
};

/// A population of the group, and which cells of the slice are members.
struct Source {
    PopulationRecord* population = nullptr;
    std::uint64_t     part       = 0;
    std::vector<char> is_member;  ///< [slice]
};

std::vector<Source> sources_of(const Selection& members) {
    std::vector<Source> sources;
    const auto          place_of = [&](const PopulationRecord& population) {
        const auto found = std::find_if(sources.begin(), sources.end(), [&](const Source& source) {
            return source.population == &population;
        });
        return static_cast<std::size_t>(found - sources.begin());
    };
    for (const Selection::Part& part : members.parts()) {
        if (place_of(*part.population) < sources.size()) continue;
        sources.push_back(
            {part.population, sources.size(), std::vector<char>(part.population->slice.size())}
        );
    }
    members.for_each_local([&](std::size_t, const PopulationRecord& population, std::size_t cell) {
        sources[place_of(population)].is_member[cell] = 1;
    });
    return sources;
}

/// When samples were taken; what has the same timing goes into one signal.
struct Timing {
    Step        first       = 0;
    Step        interval    = 1;
    std::size_t num_samples = 0;

    friend auto operator<=>(const Timing&, const Timing&) = default;
};

/// Columns of one signal that this rank has.
struct LocalColumns {
    std::vector<Member> members;
    std::vector<double> samples;  ///< one column after the other
};

/// What this rank has of one segment.
struct LocalSegment {
    Step                                                   first = 0;
    Step                                                   last  = 0;
    std::vector<Member>                                    spiking;
    std::vector<std::uint64_t>                             counts;     ///< [spiking]
    std::vector<double>                                    times;      ///< by cell
    std::vector<std::pair<std::string, std::string>>       variables;  ///< with unit
    std::map<std::pair<std::size_t, Timing>, LocalColumns> signals;
};

void add_columns(
    LocalSegment& segment, const Source& source, std::size_t variable, const SignalChunk& chunk
) {
    LocalColumns& columns =
        segment.signals[{variable, Timing{chunk.first, chunk.interval, chunk.num_samples}}];
    const std::size_t width = chunk.cells.size();
    for (std::size_t c = 0; c < width; ++c) {
        if (!source.is_member[chunk.cells[c]]) continue;
        columns.members.push_back({source.part, source.population->slice.first + chunk.cells[c]});
        for (std::size_t k = 0; k < chunk.num_samples; ++k)
            columns.samples.push_back(chunk.values[k * width + c]);
    }
}

std::size_t place_of_variable(
    LocalSegment& segment, const std::string& name, const std::string& unit
) {
    for (std::size_t v = 0; v < segment.variables.size(); ++v) {
        if (segment.variables[v].first == name) return v;
    }
    segment.variables.emplace_back(name, unit);
    return segment.variables.size() - 1;
}

void add_spikes(
    LocalSegment&                   segment,
    const Source&                   source,
    const SegmentRecord&            record,
    const std::vector<SpikeRecord>& spikes,
    const TimeGrid&                 grid
) {
    const std::size_t                slice = source.population->slice.first;
    std::vector<std::vector<double>> trains(source.is_member.size());
    for (const SpikeRecord& spike : spikes) {
        if (source.is_member[spike.index - slice])
            trains[spike.index - slice].push_back(grid.ms(spike.step) + spike.offset);
    }
    for (const std::uint32_t cell : record.spiking.cells()) {
        if (!source.is_member[cell]) continue;
        segment.spiking.push_back({source.part, slice + cell});
        segment.counts.push_back(trains[cell].size());
        segment.times.insert(segment.times.end(), trains[cell].begin(), trains[cell].end());
    }
}

/// What is wanted of the data.
struct Wanted {
    std::vector<std::string> variables;  ///< all if empty

    bool has(std::string_view variable) const {
        return variables.empty() ||
               std::find(variables.begin(), variables.end(), variable) != variables.end();
    }
};

/// Segments by the number of the reset that began them: populations of one group need not have
/// existed from the start.
using LocalSegments = std::map<std::uint64_t, LocalSegment>;

void add_segment(
    LocalSegments&                  segments,
    const Source&                   source,
    const SegmentRecord&            record,
    Step                            last,
    const std::vector<SpikeRecord>& spikes,
    const Wanted&                   wanted,
    const TimeGrid&                 grid
) {
    const Recording& recording = source.population->recording;
    const auto       added     = segments.try_emplace(record.reset);
    LocalSegment&    segment   = added.first->second;
    segment.first = added.second ? record.first : std::min(segment.first, record.first);
    segment.last  = std::max(segment.last, last);
    if (wanted.has("spikes")) add_spikes(segment, source, record, spikes, grid);
    for (const FinishedChunk& finished : record.chunks) {
        const auto& signal = recording.signals[finished.recorder];
        if (!wanted.has(signal.variable)) continue;
        add_columns(
            segment,
            source,
            place_of_variable(segment, signal.variable, signal.unit),
            finished.chunk
        );
    }
}

/// Nothing happens at time 0, unless a run of length 0 took the first samples.
bool has_samples(const Recording& recording) {
    return std::any_of(recording.signals.begin(), recording.signals.end(), [](const auto& signal) {
        return signal.chunk.num_samples > 0;
    });
}

LocalSegments local_segments(
    const network::Network& network, const Selection& members, const Wanted& wanted
) {
    LocalSegments segments;
    for (const Source& source : sources_of(members)) {
        const Recording& recording = source.population->recording;
        for (const SegmentRecord& record : recording.finished)
            add_segment(
                segments, source, record, record.last, record.spikes, wanted, network.grid()
            );
        if (network.now() == 0 && !has_samples(recording)) continue;
        add_segment(
            segments,
            source,
            recording.current,
            network.now(),
            recording.spikes,
            wanted,
            network.grid()
        );
        LocalSegment& current = segments[recording.current.reset];
        for (const auto& signal : recording.signals) {
            const bool is_expected = signal.is_on || signal.chunk.num_samples > 0;
            if (wanted.has(signal.variable) && is_expected)
                add_columns(
                    current,
                    source,
                    place_of_variable(current, signal.variable, signal.unit),
                    signal.chunk
                );
        }
    }
    return segments;
}

/// Order of the members of all ranks.
std::vector<std::size_t> sorted_places(const std::vector<Member>& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return members[a] < members[b];
    });
    return order;
}

class Assembler {
public:
    /// @param comm ranks whose data are put together; none: this one's alone
    Assembler(const Communicator* comm, const TimeGrid& grid, const Selection& members)
        : comm_(comm),
          grid_(grid) {
        for (const Source& source : sources_of(members))
            labels_.push_back(source.population->label);
    }

    Segment segment(const LocalSegment& local, std::size_t number) const {
        Segment segment;
        segment.name    = fmt::format("segment{:03}", number);
        segment.t_start = grid_.ms(local.first);
        segment.t_stop  = grid_.ms(local.last);
        add_trains(segment, local);
        for (std::size_t v = 0; v < local.variables.size(); ++v) {
            for (const auto& [key, columns] : local.signals) {
                if (key.first != v) continue;
                AnalogSignal signal = this->signal(local.variables[v], key.second, columns);
                // What was recorded then was other cells, which are not in the group.
                if (comm_ && signal.cells.empty()) continue;
                // What goes on, but has no sample yet, tells nothing new beside what there is.
                const bool is_first = segment.analogsignals.empty() ||
                                      segment.analogsignals.back().name != signal.name;
                if (signal.num_samples == 0 && !is_first) continue;
                segment.analogsignals.push_back(std::move(signal));
            }
        }
        return segment;
    }

private:
    template <class T>
    std::vector<T> all(const std::vector<T>& mine) const {
        return comm_ ? comm_->all_gather(mine).values : mine;
    }
    RecordedCell cell(const Member& member) const { return {labels_[member.part], member.index}; }

    void add_trains(Segment& segment, const LocalSegment& local) const {
        const std::vector<Member>        members = all(local.spiking);
        const std::vector<std::uint64_t> counts  = all(local.counts);
        const std::vector<double>        times   = all(local.times);
        std::vector<std::size_t>         first(counts.size() + 1);
        for (std::size_t k = 0; k < counts.size(); ++k)
            first[k + 1] = first[k] + counts[k];
        for (const std::size_t k : sorted_places(members)) {
            const auto from = times.begin() + static_cast<std::ptrdiff_t>(first[k]);
            segment.spiketrains.push_back(
                {cell(members[k]), {from, from + static_cast<std::ptrdiff_t>(counts[k])}}
            );
        }
    }

    AnalogSignal signal(
        const std::pair<std::string, std::string>& variable,
        const Timing&                              timing,
        const LocalColumns&                        local
    ) const {
        const std::vector<Member>      members = all(local.members);
        const std::vector<double>      samples = all(local.samples);
        const std::vector<std::size_t> order   = sorted_places(members);
        AnalogSignal                   signal{
                              .name              = variable.first,
                              .units             = variable.second,
                              .t_start           = grid_.ms(timing.first),
                              .sampling_interval = grid_.ms(timing.interval),
                              .num_samples       = timing.num_samples,
                              .cells             = {},
                              .values            = std::vector<double>(samples.size())};
        for (std::size_t c = 0; c < order.size(); ++c) {
            signal.cells.push_back(cell(members[order[c]]));
            for (std::size_t k = 0; k < timing.num_samples; ++k)
                signal.values[k * order.size() + c] = samples[order[c] * timing.num_samples + k];
        }
        return signal;
    }

    const Communicator*      comm_;
    const TimeGrid&          grid_;
    std::vector<std::string> labels_;
};

}  // namespace

Block Group::block(const Communicator* comm, const std::vector<std::string>& variables) const {
    Block block{label_, describe(), {}};
    if (!network_) return block;
    const LocalSegments local = local_segments(*network_, members_, {variables});
    const Assembler     assembler{comm, network_->grid(), members_};
    for (const auto& [reset, segment] : local)
        block.segments.push_back(assembler.segment(segment, block.segments.size()));
    return block;
}

Block Group::get_data(const std::vector<std::string>& variables, DataOptions options) const {
    const Communicator&               comm = network().comm();
    const std::vector<network::Asked> asked{
        network::asked_of("the group", members_),
        {"the list of variables", fmt::format("[{}]", fmt::join(variables, ", "))},
        {"clear", options.clear ? "true" : "false"}};
    const std::string              call = fmt::format("{}: get_data", name());
    const parallel::CollectiveCall collective{comm, call};
    network::agree_on_call(comm, call, asked, [&] { require_data_in_memory(); });
    Block block = this->block(&comm, variables);
    if (options.clear) {
        for (const Selection::Part& part : members_.parts())
            part.population->recording.clear(network_->now());
    }
    return block;
}

Block Group::get_local_data(const std::vector<std::string>& variables) const {
    require_data_in_memory();
    return block(nullptr, variables);
}

void Group::require_data_in_memory() const {
    if (!network().writes_results()) return;
    throw RecordingError(fmt::format(
        "{}: get_data: what is recorded goes to files (write_to) and is not kept in memory. Read "
        "the files after finish_writing, or leave write_to out.",
        name()
    ));
}

}  // namespace ranvier
