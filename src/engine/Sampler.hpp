/// @file
/// Takes samples of the recorded state variables while the network runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "ranvier/network/Network.hpp"

namespace ranvier::engine {

/// A sample of step s is the state at its end, when everything has happened that happens at s. The
/// first one is taken before the first step after `record`. Nothing is done in steps in which no
/// sample is due. All functions are local.
class Sampler {
public:
    explicit Sampler(network::Network& network) : network_(network) {}

    /// Takes over what is recorded, which may have changed between runs, and samples that are due.
    void refresh() {
        signals_.clear();
        next_ = never;
        for (const auto& population : network_.populations()) {
            for (network::SignalRecorder& signal : population->recording.signals) {
                if (signal.is_on) signals_.push_back({population->group.get(), &signal});
            }
        }
        for (const Signal& signal : signals_)
            next_ = std::min(next_, signal.recorder->next);
        if (next_ <= network_.now()) take(network_.now());
    }

    /// Whether `take` has something to do.
    bool is_due(Step step) const { return step == next_; }

    void take(Step step) {
        next_ = never;
        for (const Signal& signal : signals_) {
            network::SignalRecorder& recorder = *signal.recorder;
            if (recorder.next == step) {
                network::SignalChunk& chunk = recorder.chunk;
                const std::size_t     end   = chunk.values.size();
                chunk.values.resize(end + chunk.cells.size());
                signal.group->sample(
                    recorder.state, chunk.cells, std::span{chunk.values}.subspan(end)
                );
                ++chunk.num_samples;
                recorder.next += recorder.interval;
            }
            next_ = std::min(next_, recorder.next);
        }
    }

private:
    struct Signal {
        const models::CellGroup* group;
        network::SignalRecorder* recorder;
    };
    static constexpr Step never = std::numeric_limits<Step>::max();

    network::Network&   network_;
    std::vector<Signal> signals_;
    Step                next_ = never;
};

}  // namespace ranvier::engine
