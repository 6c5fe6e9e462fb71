/// @file
/// Spike sources whose intervals are drawn one by one.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ranvier/models/SourceGroup.hpp"

namespace ranvier {

/// A renewal process per cell, modulated by its parameters: the probability of a spike depends on
/// the time since the last one and on the parameters in force.
///
/// A cell holds the time of its last spike and of the next one, as real numbers. Draw k of a cell
/// is keyed by (cell, k), so trains depend neither on the ranks nor on how a run is split. The
/// process runs from the creation of the population on, in equilibrium, as if it had always run;
/// start and duration only decide which of its spikes are emitted, so a source has its rate from
/// `start` on. When parameters of a cell change, its next spike is drawn again for the new ones,
/// given the time since the last spike.
class RenewalGroup : public models::SourceGroup {
public:
    void emit(Step step, std::vector<models::Emission>& emissions) final;

    /// Begins anew, in equilibrium, with other random numbers.
    void restart(std::uint64_t resets) final;

    bool has_conflicts() const override { return true; }

protected:
    static constexpr double never = std::numeric_limits<double>::infinity();

    /// @param start,duration places of these parameters
    RenewalGroup(
        std::string_view                   model,
        const models::SourceContext&       context,
        std::vector<models::ParameterInfo> parameters,
        std::size_t                        start,
        std::size_t                        duration
    );

    /// Refuses mean rates above 500 spikes per time step, which would not end.
    std::optional<models::Conflict> too_fast(std::size_t parameter, double mean_interval) const;

    /// Whether a cell fires at all.
    virtual bool is_silent(std::size_t cell) const = 0;
    /// The time since the last spike of a process in equilibrium.
    virtual double age(std::size_t cell, double now, random::Stream& stream) const = 0;
    /// From `now` to the next spike, of a cell that spiked at `last` and has not since.
    virtual double wait(std::size_t cell, double last, double now, random::Stream& stream)
        const = 0;
    /// A time before which nothing is emitted, whatever `start` is.
    virtual double first_emitted(std::size_t /*cell*/) const { return -never; }

private:
    struct Process {
        double        last  = 0;
        double        next  = never;  ///< `never` for a silent cell
        std::uint32_t draws = 0;
    };

    void parameters_change(Step now) final;
    void parameters_changed(Step now) final;
    bool has_changed(std::size_t cell) const;
    void restart(std::size_t cell, double now);
    void advance(std::size_t cell);
    void schedule(std::size_t cell);

    random::Stream stream_of(std::size_t cell);

    models::SourceContext context_;
    std::size_t           start_, duration_;
    bool                  has_begun_ = false;
    std::vector<Process>  processes_;
    std::vector<Step>     next_steps_;
    std::vector<Step>     first_, last_;  ///< emitted for first < step <= last; one or per cell
    std::vector<models::Column> before_;  ///< while parameters change
};

/// How long a gamma number of this shape and scale 1 exceeds `age`, given that it does.
double gamma_excess(random::Stream& stream, double shape, double age);

/// The age of a gamma process of this shape and scale 1 in equilibrium.
double gamma_age(random::Stream& stream, double shape);

}  // namespace ranvier
