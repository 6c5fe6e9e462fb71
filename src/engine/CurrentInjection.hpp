/// @file
/// Writes the currents of all sources into the arrays of the cells they are injected into.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "ranvier/network/CurrentSource.hpp"
#include "ranvier/network/Network.hpp"

namespace ranvier::engine {

/// Nothing is done for pieces without a source, nor in steps in which no current changes.
template <class T>
class CurrentInjection {
public:
    explicit CurrentInjection(network::Network& network) : network_(network) {}

    /// Takes over sources, targets and parameters, which may have changed between runs.
    void refresh() {
        std::uint64_t changes = 0;
        for (const auto& source : network_.currents())
            changes += 1 + source->num_changes;
        if (changes == changes_) return;
        changes_ = changes;
        for (Piece& piece : pieces_)
            std::fill(piece.injected.begin(), piece.injected.end(), T{0});
        pieces_.clear();
        amplitudes_.assign(network_.currents().size(), 0);
        for (const auto& source : network_.currents()) {
            for (const network::Selection& targets : source->targets)
                targets.for_each_local([&](std::size_t, auto& population, std::size_t cell) {
                    add(source->id, population, cell);
                });
        }
    }

    /// Before the cells are advanced to `step`: what flows from the step before to this one.
    void apply(Step step) {
        if (amplitudes_.empty()) return;
        changed_.assign(amplitudes_.size(), false);
        bool any = false;
        for (const auto& source : network_.currents()) {
            const double now = source->waveform(step - 1);
            if (source->is_recorded) source->samples.push_back(now);
            changed_[source->id]    = now != amplitudes_[source->id];
            amplitudes_[source->id] = now;
            any                     = any || changed_[source->id];
        }
        if (!any) return;
        for (Piece& piece : pieces_) {
            if (std::any_of(piece.inputs.begin(), piece.inputs.end(), [&](const Input& input) {
                    return changed_[input.source];
                }))
                write(piece);
        }
    }

private:
    /// The cells of a piece that one source is injected into, in runs.
    struct Input {
        std::size_t             source;
        std::vector<IndexRange> cells;  ///< within the piece
    };
    struct Piece {
        models::NeuronGroup<T>* group;
        std::size_t             piece;
        IndexRange              cells;
        std::span<T>            injected;
        std::vector<Input>      inputs;  ///< in the order of the sources, which is that of the sum
    };

    void add(std::size_t source, network::PopulationRecord& population, std::size_t cell) {
        Piece&            piece = piece_of(population, cell);
        const std::size_t at    = cell - piece.cells.first;
        if (piece.inputs.empty() || piece.inputs.back().source != source)
            piece.inputs.push_back({source, {}});
        auto& runs = piece.inputs.back().cells;
        if (!runs.empty() && runs.back().last == at)
            ++runs.back().last;
        else
            runs.push_back({at, at + 1});
    }

    Piece& piece_of(network::PopulationRecord& population, std::size_t cell) {
        auto* const group = static_cast<models::NeuronGroup<T>*>(population.group.get());
        // The last piece is nearly always the one: cells come in order.
        for (std::size_t k = pieces_.size(); k-- > 0;) {
            if (pieces_[k].group == group && pieces_[k].cells.contains(cell)) {
                std::swap(pieces_[k], pieces_.back());
                return pieces_.back();
            }
        }
        std::size_t piece = 0;
        while (!group->cells_of(piece).contains(cell))
            ++piece;
        pieces_.push_back({group, piece, group->cells_of(piece), group->injected(piece), {}});
        return pieces_.back();
    }

    void write(Piece& piece) {
        for (const Input& input : piece.inputs) {
            for (const IndexRange run : input.cells)
                std::fill(
                    &piece.injected[run.first], &piece.injected[run.first] + run.size(), T{0}
                );
        }
        for (const Input& input : piece.inputs) {
            const T amplitude = static_cast<T>(amplitudes_[input.source]);
            for (const IndexRange run : input.cells) {
                T* const values = piece.injected.data();
                for (std::size_t i = run.first; i < run.last; ++i)
                    values[i] += amplitude;
            }
        }
    }

    network::Network&   network_;
    std::uint64_t       changes_ = 0;
    std::vector<double> amplitudes_;
    std::vector<char>   changed_;
    std::vector<Piece>  pieces_;
};

}  // namespace ranvier::engine
