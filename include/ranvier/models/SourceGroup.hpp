/// @file
/// This rank's cells of a population of spike sources.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/models/CellGroup.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::models {

/// What local cells are told about their place in the network.
struct SourceContext {
    IndexRange  slice;  ///< this rank's cells, as indices in the population
    TimeGrid    grid;
    random::Key key{};                          ///< for its spikes; the same on every rank
    SpikeTiming timing = SpikeTiming::on_grid;  ///< of neurons
};

/// Spikes of one source in one step.
struct Emission {
    std::uint32_t cell  = 0;  ///< within the slice
    std::uint32_t count = 0;  ///< >= 1
};

/// Cells that emit spikes by themselves and receive nothing.
class SourceGroup : public CellGroup {
public:
    using CellGroup::CellGroup;

    bool                             is_source() const final { return true; }
    Input                            input() const final { return Input::current; }
    const std::vector<StateInfo>&    states() const final { return no_states_; }
    const std::vector<ReceptorInfo>& receptors() const final { return no_receptors_; }
    void                             read_state(std::size_t, std::span<double>) const final {}
    void                             write_state(std::size_t, std::span<const double>) final {}
    std::uint64_t                    state_bits(std::size_t, std::size_t) const final { return 0; }

    /// Appends the spikes of one step, ascending by cell. Steps are asked for in order, and a step
    /// may be asked for once only.
    virtual void emit(Step step, std::vector<Emission>& emissions) = 0;

    /// Whether `counts` exists: the spikes of any recent step can be asked for at any time.
    virtual bool is_addressable() const { return false; }

    /// Number of spikes of every cell of the slice in one step, `[num_cells]`; the same numbers
    /// that `emit` gives. `keep_steps` back from the present remain available across parameter
    /// changes.
    virtual void counts(Step step, std::span<std::uint16_t> out) const;
    virtual void keep(Step keep_steps);

private:
    std::vector<StateInfo>    no_states_;
    std::vector<ReceptorInfo> no_receptors_;
};

}  // namespace ranvier::models
