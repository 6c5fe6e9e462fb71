/// @file
/// This rank's cells of one population, whatever their model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/models/Column.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier::models {

/// A value that does not fit the other values of its cell.
struct Conflict {
    std::size_t parameter = 0;  ///< which one is to blame, by its place
    std::string required;       ///< what it must be: `< 1000 / rate (20 ms)`
    std::string found;          ///< what it is: `25 ms`
};

/// Parameters and state of the local slice. Cells are counted from 0 within the slice.
///
/// Everything here is local; the population makes calls collective and messages common.
class CellGroup {
public:
    CellGroup(std::string_view model, std::size_t num_cells, std::vector<ParameterInfo> parameters)
        : model_(model),
          num_cells_(num_cells),
          parameters_(std::move(parameters)),
          columns_(parameters_.size()) {}
    virtual ~CellGroup()                   = default;
    CellGroup(const CellGroup&)            = delete;
    CellGroup& operator=(const CellGroup&) = delete;

    std::string_view model() const { return model_; }
    std::size_t      num_cells() const { return num_cells_; }
    /// Whether the members of a model by that name are parameters and state variables here.
    virtual bool                      is_a(std::string_view model) const { return model == model_; }
    const std::vector<ParameterInfo>& parameters() const { return parameters_; }
    const Column& column(std::size_t parameter) const { return columns_[parameter]; }

    virtual const std::vector<StateInfo>&    states() const    = 0;
    virtual const std::vector<ReceptorInfo>& receptors() const = 0;
    virtual Input                            input() const     = 0;
    virtual bool                             is_source() const = 0;

    /// The largest value that a parameter may have, in addition to its rule.
    virtual double largest(std::size_t /*parameter*/) const {
        return std::numeric_limits<double>::infinity();
    }

    /// Whether parameters of one cell limit each other; then `conflict` is asked.
    virtual bool has_conflicts() const { return false; }
    /// What is wrong with the proposed values of one cell taken together; each by itself is valid.
    virtual std::optional<Conflict> conflict(
        std::span<const Column* const> /*proposed*/, std::size_t /*cell*/
    ) const {
        return std::nullopt;
    }

    /// Replaces columns and derives what depends on them. `now` is the current step: sources keep
    /// what they have emitted up to it.
    void set_columns(std::vector<std::pair<std::size_t, Column>> columns, Step now) {
        parameters_change(now);
        for (auto& [place, column] : columns)
            columns_[place] = std::move(column);
        parameters_changed(now);
    }

    /// Makes a new start at step 0, with the parameters as they are; states are written apart.
    /// @param resets how often this has happened, so that random spikes are other ones each time
    virtual void restart(std::uint64_t resets) {
        (void)resets;
        parameters_changed(0);
    }

    /// Canonical state (v is v_reset while refractory) of all local cells, in PyNN's unit.
    virtual void read_state(std::size_t state, std::span<double> out) const = 0;
    /// The same of some cells. @param cells ascending @param out `[cells]`
    virtual void sample(
        std::size_t state, std::span<const std::uint32_t> cells, std::span<double> out
    ) const {
        std::vector<double> all(num_cells_);
        read_state(state, all);
        for (std::size_t k = 0; k < cells.size(); ++k)
            out[k] = all[cells[k]];
    }
    /// Sets one state variable of local cells, NaN keeps a cell as it is; a refractory cell that is
    /// given a v is free.
    virtual void write_state(std::size_t state, std::span<const double> values) = 0;

    /// Bits of the canonical state of one cell, as held (single precision differs from double).
    virtual std::uint64_t state_bits(std::size_t state, std::size_t cell) const = 0;

protected:
    /// Called before the columns are replaced.
    virtual void parameters_change(Step /*now*/) {}
    virtual void parameters_changed(Step now) = 0;

    const std::vector<Column>& columns() const { return columns_; }

private:
    std::string_view           model_;
    std::size_t                num_cells_;
    std::vector<ParameterInfo> parameters_;
    std::vector<Column>        columns_;
};

}  // namespace ranvier::models
