/// @file
/// Neurons without a network: what the engine does with a group of cells, for the tests of models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/models/Column.hpp"
#include "ranvier/models/make_neurons.hpp"

namespace ranvier::test {

using Columns = std::vector<std::pair<std::size_t, models::Column>>;

/// The columns of a slice of `size` cells, as a population resolves them.
inline Columns columns_of(
    const std::vector<models::Given>& given,
    std::size_t                       size,
    IndexRange                        slice,
    random::Key                       key = {7}
) {
    Columns columns;
    for (const models::Given& one : given) {
        models::Column column;
        if (const auto* sequences = std::get_if<Param<Sequence>>(&one.value)) {
            column.is_uniform = false;
            for (std::size_t i = slice.first; i < slice.last; ++i)
                column.sequences.push_back(sequences->resolve(i));
        } else {
            const auto& numbers = std::get<parameters::Specification>(one.value);
            if (!numbers.constant()) column.is_uniform = false;
            column.numbers.resize(column.is_uniform ? 1 : slice.size());
            const IndexRange wanted = column.is_uniform ? IndexRange{0, 1} : slice;
            numbers.resolve({size, wanted, key}, column.numbers);
        }
        columns.emplace_back(one.place, std::move(column));
    }
    return columns;
}

/// The place of a name in a model's list.
template <class Infos>
std::size_t place_of(const Infos& infos, std::string_view name) {
    std::size_t place = 0;
    while (place < infos.size() && infos[place].name != name)
        ++place;
    EXPECT_LT(place, infos.size()) << name;
    return place;
}

/// Cells of model M in precision T, all of them on this rank, with the model's initial values.
template <class M, class T = double>
class Cells {
public:
    /// `pieces` are the numbers of cells that lie together; by default all.
    explicit Cells(
        const M&                 model,
        std::size_t              size   = 1,
        Time                     dt     = 0.1_ms,
        std::vector<std::size_t> pieces = {},
        SpikeTiming              timing = SpikeTiming::on_grid
    )
        : owned_(models::make_neurons<T>(model, size, TimeGrid{dt}, {timing, 0, {5}})),
          group_(*owned_),
          size_(size),
          grid_(dt) {
        if (pieces.empty()) pieces = {size};
        std::vector<models::PieceMemory<T>> memory;
        std::size_t                         first = 0;
        for (const std::size_t count : pieces) {
            const std::size_t padded =
                (count + models::lane_padding - 1) / models::lane_padding * models::lane_padding;
            memory.push_back({{first, first + count}, {}});
            for (std::size_t r = 0; r < group_.receptors().size(); ++r)
                memory.back().input.push_back(input_.emplace_back(padded).data());
            first += count;
        }
        pieces_ = memory;
        group_.bind(std::move(memory));
        set(model);
        for (std::size_t s = 0; s < group_.states().size(); ++s)
            group_.write_state(s, std::vector<double>(size, group_.states()[s].initial));
    }

    models::NeuronGroup<T>& group() { return group_; }
    std::size_t             size() const { return size_; }
    Step                    step() const { return step_; }

    /// Gives all parameters that `model` gives.
    void set(const M& model) {
        group_.set_columns(columns_of(models::given_parameters(model), size_, {0, size_}), step_);
    }
    /// Gives one parameter by name.
    void set(std::string_view name, const parameters::Specification& value) {
        const std::size_t place = place_of(group_.parameters(), name);
        group_.set_columns(columns_of({{place, value}}, size_, {0, size_}), step_);
    }
    void set(std::string_view name, const Param<Sequence>& value) {
        const std::size_t place = place_of(group_.parameters(), name);
        group_.set_columns(columns_of({{place, value}}, size_, {0, size_}), step_);
    }

    /// Gives a state variable of all cells by name.
    void initialize(std::string_view name, const parameters::Specification& value) {
        std::vector<double> values(size_);
        value.resolve({size_, {0, size_}, {7}}, values);
        group_.write_state(place_of(group_.states(), name), values);
    }

    /// Lets a weight arrive at the present time; it acts from now on.
    void receive(std::size_t receptor, std::size_t cell, double weight) {
        for (const auto& piece : pieces_) {
            if (piece.cells.contains(cell))
                piece.input[receptor][cell - piece.cells.first] += static_cast<T>(weight);
        }
    }

    /// Lets input that steps the potential act at once; `advance` returns the spikes.
    void settle() {
        if (!group_.settles() || step_ == 0) return;
        for (std::size_t piece = 0; piece < pieces_.size(); ++piece)
            note(group_.settle(piece, step_));
    }

    /// Advances by one step and returns the cells that spiked, also those whom the input that has
    /// been received since the last step lets spike at once.
    std::vector<std::uint32_t> advance() {
        settle();
        ++step_;
        for (std::size_t piece = 0; piece < pieces_.size(); ++piece)
            note(group_.advance(piece, step_));
        times_ms_ = std::move(new_times_ms_);
        new_times_ms_.clear();
        return std::exchange(new_spikes_, {});
    }
    /// Times of the spikes that `advance` has returned.
    const std::vector<double>& times_ms() const { return times_ms_; }

    /// Values of one state variable.
    std::vector<double> get(std::string_view name) const {
        std::vector<double> values(size_);
        group_.read_state(place_of(group_.states(), name), values);
        return values;
    }
    double get(std::string_view name, std::size_t cell) const { return get(name)[cell]; }

    /// Bits of all state variables, cell by cell.
    std::vector<std::uint64_t> bits() const {
        std::vector<std::uint64_t> result;
        for (std::size_t i = 0; i < size_; ++i)
            for (std::size_t s = 0; s < group_.states().size(); ++s)
                result.push_back(group_.state_bits(s, i));
        return result;
    }

private:
    void note(const models::CellSpikes& spikes) {
        new_spikes_.insert(new_spikes_.end(), spikes.cells.begin(), spikes.cells.end());
        for (std::size_t k = 0; k < spikes.cells.size(); ++k)
            new_times_ms_.push_back(
                grid_.ms(step_) + (spikes.offsets.empty() ? 0 : spikes.offsets[k])
            );
    }

    std::unique_ptr<models::NeuronGroup<T>> owned_;
    models::NeuronGroup<T>&                 group_;
    std::size_t                             size_;
    TimeGrid                                grid_;
    std::vector<std::uint32_t>              new_spikes_;
    std::vector<double>                     new_times_ms_, times_ms_;
    std::vector<AlignedArray<T>>            input_;
    std::vector<models::PieceMemory<T>>     pieces_;
    Step                                    step_ = 0;
};

}  // namespace ranvier::test
