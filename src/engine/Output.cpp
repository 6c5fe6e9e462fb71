#include "Output.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/collective.hpp"

namespace ranvier::engine {

namespace {

using network::PopulationRecord;
using network::SignalChunk;
using network::SignalRecorder;

/// All ranks together hold about this much of one variable before it is written. It must not follow
/// the memory of a rank: where windows begin and end decides in which order a file grows.
constexpr std::uint64_t window_bytes = std::uint64_t{64} << 20;

/// Samples up to and including a step.
std::size_t samples_until(const SignalChunk& chunk, Step last) {
    if (last < chunk.first) return 0;
    const auto due = static_cast<std::size_t>((last - chunk.first) / chunk.interval) + 1;
    return std::min(due, chunk.num_samples);
}

void drop_samples(SignalChunk& chunk, std::size_t count) {
    const auto values = static_cast<std::ptrdiff_t>(count * chunk.cells.size());
    chunk.values.erase(chunk.values.begin(), chunk.values.begin() + values);
    chunk.first += static_cast<Step>(count) * chunk.interval;
    chunk.num_samples -= count;
}

/// What has not been written of a source: what it holds or, if its recording has been cut, what it
/// held then.
SignalChunk& pending(PopulationRecord& population, std::size_t recorder) {
    for (network::FinishedChunk& finished : population.recording.current.chunks) {
        if (finished.recorder == recorder) return finished.chunk;
    }
    return population.recording.signals[recorder].chunk;
}

}  // namespace

void Output::Spikes::begin(network::Network& network, ResultSink& results, Step) {
    std::vector<std::uint64_t>      now_recorded;
    std::vector<PopulationRecord*>  recorded;
    std::vector<RecordedPopulation> descriptions;
    for (const auto& population : network.populations()) {
        if (!population->recording.records_spikes) continue;
        now_recorded.insert(
            now_recorded.end(), {population->id, population->recording.spike_version}
        );
        recorded.push_back(population.get());
        descriptions.push_back({population->label, population->size});
    }
    if (now_recorded == layout) return;
    end(network.now(), true);
    layout      = std::move(now_recorded);
    populations = std::move(recorded);
    if (populations.empty()) return;
    written = network.now() == 0 ? -1 : network.now();
    sink    = results.spikes({segment++, network.num_resets(), network.now()});
    sink->begin(descriptions, network.grid().timestep().value());
}

void Output::Spikes::write(Step last) {
    std::vector<std::vector<SpikeRecord>> spikes(populations.size());
    for (std::size_t p = 0; p < populations.size(); ++p) {
        auto&      held = populations[p]->recording.spikes;
        const auto end  = std::find_if(held.begin(), held.end(), [last](const auto& spike) {
            return spike.step > last;
        });
        spikes[p].assign(held.begin(), end);
        held.erase(held.begin(), end);
    }
    sink->write(written, last, spikes);
    written = last;
}

void Output::Spikes::advance(Step now) {
    while (written < now && next_end() <= now)
        write(next_end());
}

void Output::Spikes::end(Step now, bool complete) {
    if (!sink) return;
    if (written < now) write(now);
    sink->finish(complete);
    sink.reset();
    layout.clear();
}

void Output::Signals::begin(network::Network& network, ResultSink& results, Step longest) {
    std::vector<std::uint64_t>  now_recorded;
    std::vector<Source>         recorded;
    std::vector<RecordedSignal> descriptions;
    double                      bytes_per_step = 0;
    for (const auto& population : network.populations()) {
        auto& signals = population->recording.signals;
        for (std::size_t k = 0; k < signals.size(); ++k) {
            const SignalRecorder& signal = signals[k];
            if (!signal.is_on || signal.variable != variable) continue;
            now_recorded.insert(now_recorded.end(), {population->id, signal.version});
            recorded.push_back({population.get(), k});
            bytes_per_step += static_cast<double>(signal.num_columns * sizeof(float)) /
                              static_cast<double>(signal.interval);
            RecordedSignal& description = descriptions.emplace_back(RecordedSignal{
                .label        = population->label,
                .variable     = variable,
                .unit         = signal.unit,
                .first        = signal.next,
                .interval     = signal.interval,
                .num_columns  = signal.num_columns,
                .first_column = signal.first_column,
                .indices      = {}});
            for (const std::uint32_t cell : signal.cells.cells())
                description.indices.push_back(population->slice.first + cell);
        }
    }
    if (now_recorded == layout) return;
    end(network.now(), true);
    layout  = std::move(now_recorded);
    sources = std::move(recorded);
    if (sources.empty()) return;
    const double steps = static_cast<double>(window_bytes) / std::max(bytes_per_step, 1.0);
    window             = std::clamp<Step>(static_cast<Step>(std::min(steps, 1e9)), 1, longest);
    written            = network.now() == 0 ? -1 : network.now();
    sink = results.signals(variable, {segment++, network.num_resets(), network.now()});
    sink->begin(descriptions, network.grid().timestep().value());
}

void Output::Signals::write(Step last) {
    std::vector<SignalBlock> blocks;
    bool                     any = false;
    for (const Source& source : sources) {
        const SignalChunk& chunk = pending(*source.population, source.recorder);
        const std::size_t  count = samples_until(chunk, last);
        blocks.push_back({count, std::span{chunk.values}.first(count * chunk.cells.size())});
        any = any || count > 0;
    }
    if (any) sink->write(blocks);  // the same on every rank
    for (std::size_t k = 0; k < sources.size(); ++k)
        drop_samples(pending(*sources[k].population, sources[k].recorder), blocks[k].num_samples);
    written = last;
}

void Output::Signals::advance(Step now) {
    while (written < now && next_end() <= now)
        write(next_end());
}

void Output::Signals::end(Step now, bool complete) {
    if (!sink) return;
    write(now);
    for (const Source& source : sources) {
        std::erase_if(source.population->recording.current.chunks, [&](const auto& finished) {
            return finished.recorder == source.recorder;
        });
    }
    sink->finish(complete);
    sink.reset();
    layout.clear();
}

std::vector<std::string> Output::variables_of(network::Network& network) {
    std::vector<std::string> variables;
    for (const auto& population : network.populations()) {
        for (const SignalRecorder& signal : population->recording.signals) {
            if (std::find(variables.begin(), variables.end(), signal.variable) == variables.end())
                variables.push_back(signal.variable);
        }
    }
    return variables;
}

Output::Signals& Output::signals_of(const std::string& variable) {
    for (const auto& stream : signals_) {
        if (stream->variable == variable) return *stream;
    }
    return *signals_.emplace_back(std::make_unique<Signals>(window_, variable));
}

template <class Work>
void Output::with_every_stream(Work&& work) {
    if (failure_) std::rethrow_exception(failure_);
    const auto attempt = [&](auto& stream) {
        const std::uint64_t agreed = parallel::num_agreed_failures();
        try {
            work(stream);
        } catch (const FileError&) {
            // Thrown on all ranks, the next file can go on; a user's sink may throw on one alone.
            if (!failure_) failure_ = std::current_exception();
            if (parallel::num_agreed_failures() == agreed) throw;
            stream.sink.reset();
        } catch (...) {
            failure_ = std::current_exception();
            throw;
        }
    };
    attempt(spikes_);
    for (const auto& stream : signals_)
        attempt(*stream);
    if (!failure_) return;
    abandon();
    std::rethrow_exception(failure_);
}

void Output::abandon() {
    const auto close = [](auto& stream) {
        try {
            if (stream.sink) stream.sink->finish(false);
        } catch (const FileError&) {  // NOLINT(bugprone-empty-catch): the first error is thrown
        }
        stream.sink.reset();
    };
    close(spikes_);
    for (const auto& stream : signals_)
        close(*stream);
}

void Output::begin(network::Network& network) {
    has_begun_ = true;
    for (const std::string& variable : variables_of(network))
        signals_of(variable);
    with_every_stream([&](auto& stream) { stream.begin(network, *sink_, window_); });
}

Step Output::shortest_window() const {
    Step shortest = window_;
    for (const auto& stream : signals_) {
        if (stream->sink) shortest = std::min(shortest, stream->window);
    }
    return shortest;
}

void Output::advance(Step now) {
    with_every_stream([now](auto& stream) {
        if (stream.sink) stream.advance(now);
    });
}

void Output::end_segment(Step now, bool complete) {
    with_every_stream([now, complete](auto& stream) {
        if (stream.sink) stream.advance(now);
        stream.end(now, complete);
    });
}

void Output::finish(network::Network& network, bool complete) {
    if (failure_ && !complete) return;
    begin(network);
    end_segment(network.now(), complete);
    if (complete) sink_->publish();
}

}  // namespace ranvier::engine
