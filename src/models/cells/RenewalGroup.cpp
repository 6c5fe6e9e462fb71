#include "RenewalGroup.hpp"

#include <cmath>
#include <limits>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

RenewalGroup::RenewalGroup(
    std::string_view                   model,
    const models::SourceContext&       context,
    std::vector<models::ParameterInfo> parameters,
    std::size_t                        start,
    std::size_t                        duration
)
    : SourceGroup(model, context.slice.size(), std::move(parameters)),
      context_(context),
      start_(start),
      duration_(duration),
      processes_(context.slice.size()),
      next_steps_(context.slice.size()) {}

void RenewalGroup::emit(Step step, std::vector<models::Emission>& emissions) {
    for (std::size_t cell = 0; cell < next_steps_.size(); ++cell) {
        if (next_steps_[cell] > step) continue;
        std::uint32_t count = 0;
        while (next_steps_[cell] <= step) {
            count += next_steps_[cell] == step;  // earlier ones were not asked for
            advance(cell);
        }
        const std::size_t i     = first_.size() > 1 ? cell : 0;
        const bool        begun = context_.grid.ms(step - 1) >= first_emitted(cell);
        if (count > 0 && begun && step > first_[i] && step <= last_[i])
            emissions.push_back({static_cast<std::uint32_t>(cell), count});
    }
}

void RenewalGroup::restart(std::uint64_t resets) {
    context_.key = random::Key{hash_of(context_.key.value, resets)};
    has_begun_   = false;
    processes_.assign(num_cells(), Process{});
    parameters_changed(0);
}

void RenewalGroup::parameters_change(Step now) {
    for (std::size_t cell = 0; cell < processes_.size() && has_begun_; ++cell) {
        while (next_steps_[cell] <= now)  // nobody has asked for these
            advance(cell);
    }
    before_ = columns();
}

void RenewalGroup::parameters_changed(Step now) {
    first_.clear();
    last_.clear();
    const models::Column& start    = column(start_);
    const models::Column& duration = column(duration_);
    const bool            uniform  = start.is_uniform && duration.is_uniform;
    for (std::size_t cell = 0; cell < (uniform ? 1 : num_cells()); ++cell) {
        first_.push_back(context_.grid.nearest(start.number(cell)));
        last_.push_back(context_.grid.nearest(start.number(cell) + duration.number(cell)));
    }
    const double ms = context_.grid.ms(now);
    for (std::size_t cell = 0; cell < num_cells(); ++cell) {
        if (!has_begun_ || has_changed(cell)) restart(cell, ms);
    }
    has_begun_ = true;
    before_.clear();
}

std::optional<models::Conflict> RenewalGroup::too_fast(std::size_t parameter, double mean_interval)
    const {
    constexpr double most     = 500;
    const double     shortest = context_.grid.timestep().value() / most;
    if (mean_interval >= shortest) return std::nullopt;
    return models::Conflict{
        .parameter = parameter,
        .required  = fmt::format(
            "such that the mean interval is at least 1/{} of the time step, {} ms",
            most,
            number(shortest)
        ),
        .found = fmt::format("{} ms", number(mean_interval))};
}

/// Start and duration choose among the spikes and do not change them.
bool RenewalGroup::has_changed(std::size_t cell) const {
    for (std::size_t p = 0; p < before_.size(); ++p) {
        if (p == start_ || p == duration_) continue;
        if (parameters()[p].is_sequence) {
            if (before_[p].sequence(cell) != column(p).sequence(cell)) return true;
        } else {
            if (before_[p].number(cell) != column(p).number(cell)) return true;
        }
    }
    return false;
}

random::Stream RenewalGroup::stream_of(std::size_t cell) {
    return random::Stream{context_.key, context_.slice.first + cell, processes_[cell].draws++};
}

void RenewalGroup::restart(std::size_t cell, double now) {
    Process& process = processes_[cell];
    if (is_silent(cell)) {
        process.next = never;
    } else {
        random::Stream stream = stream_of(cell);
        if (process.next == never) process.last = now - age(cell, now, stream);
        process.next = now + wait(cell, process.last, now, stream);
    }
    schedule(cell);
}

void RenewalGroup::advance(std::size_t cell) {
    Process& process      = processes_[cell];
    process.last          = process.next;
    random::Stream stream = stream_of(cell);
    process.next          = process.last + wait(cell, process.last, process.last, stream);
    schedule(cell);
}

/// A spike is emitted in the step in which it falls: behind step - 1, up to step.
void RenewalGroup::schedule(std::size_t cell) {
    constexpr double far = 1e12;  // ms; also where doubles still tell microseconds apart
    const double     ms  = processes_[cell].next;
    next_steps_[cell]    = ms < far ? context_.grid.up(ms) : std::numeric_limits<Step>::max();
}

double gamma_excess(random::Stream& stream, double shape, double age) {
    if (age <= 0) return stream.gamma(shape);
    if (shape == 1) return stream.exponential();
    // Near its beginning, plain gamma numbers are drawn until one is larger. In the tail, the
    // density behind the age is below an exponential one and nearly as large.
    const bool in_tail = age > (shape < 1 ? 0.5 * shape : shape + std::sqrt(shape));
    if (!in_tail) {
        for (;;) {
            const double x = stream.gamma(shape);
            if (x > age) return x - age;
        }
    }
    const double bend = (shape - 1) / age;
    const double rate = shape < 1 ? 1 : 1 - bend;
    for (;;) {
        const double y = stream.exponential() / rate;
        // The logarithm of the ratio of densities, 0 at y = 0 and never above.
        const double log_ratio = (shape - 1) * math::log1p(y / age) - (shape < 1 ? 0 : bend * y);
        if (math::log(stream.uniform_positive()) <= log_ratio) return y;
    }
}

double gamma_age(random::Stream& stream, double shape) {
    // The interval around a given time is chosen in proportion to its length.
    const double interval = stream.gamma(shape + 1);
    return interval * stream.uniform();
}

}  // namespace ranvier
