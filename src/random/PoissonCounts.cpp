#include "ranvier/random/PoissonCounts.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/base/text.hpp"

#include "kernels.hpp"
#include "philox.hpp"
#include <fmt/format.h>

namespace ranvier::random {

namespace {

constexpr std::size_t   group = 64;  ///< sources that the kernels handle together
constexpr std::uint64_t one   = std::uint64_t{1} << 48;

/// More rows than this are slower than a search.
constexpr std::size_t max_rows = 48;

/// T_0, T_1, ... of one mean.
class Thresholds {
public:
    explicit Thresholds(double lambda) : lambda_(lambda), p_(math::exp(-lambda)), cdf_(p_) {}

    std::uint64_t next() {
        // The sum may end just below 1: the last threshold is 2^48 where the terms have vanished.
        const bool          last = k_ >= lambda_ && p_ < 0x1p-54;
        const std::uint64_t result =
            last ? one : std::min(one, static_cast<std::uint64_t>(cdf_ * 0x1p48));
        k_ += 1;
        p_ = p_ * lambda_ / k_;
        cdf_ += p_;
        return result;
    }

private:
    double lambda_;
    double p_;
    double cdf_;
    double k_ = 0;
};

/// The high half of a threshold as the kernels compare it: unsigned order in a signed integer. A
/// threshold of 2^48 counts as 2^48 - 1; a draw equal to it is then decided by `count`.
std::int16_t row_value(std::uint64_t threshold) {
    const std::uint64_t high = std::min<std::uint64_t>(threshold >> 32, 0xffff);
    return static_cast<std::int16_t>(static_cast<int>(high) - 0x8000);
}

/// Rows until the high half can grow no more, but not more than max_rows.
std::size_t rows_needed(double lambda) {
    Thresholds thresholds{lambda};
    for (std::size_t rows = 1; rows < max_rows; ++rows)
        if (row_value(thresholds.next()) == 0x7fff) return rows;
    return max_rows;
}

std::array<std::uint16_t, 8> primary_draws(Key key, std::uint64_t block, Step step) {
    const auto s     = static_cast<std::uint64_t>(step);
    const auto words = philox(key, {{low32(block), high32(block), low32(s), high32(s)}});

    std::array<std::uint16_t, 8> result{};
    for (std::size_t w = 0; w < 4; ++w) {
        result[2 * w]     = static_cast<std::uint16_t>(words[w]);
        result[2 * w + 1] = static_cast<std::uint16_t>(words[w] >> 16);
    }
    return result;
}

std::uint64_t secondary_draw(Key key, std::uint64_t source, Step step) {
    const auto s = static_cast<std::uint64_t>(step);
    return philox(key, {{low32(source), high32(source), low32(s), high32(s) | 0x80000000u}})[0];
}

/// Whether U < threshold; the low half of U is drawn when it is needed first.
class Draw {
public:
    Draw(Key key, std::uint64_t source, Step step, std::uint16_t high)
        : key_(key),
          source_(source),
          step_(step),
          high_(high) {}

    bool is_below(std::uint64_t threshold) {
        if (high_ != threshold >> 32) return high_ < threshold >> 32;
        if (!has_low_) low_ = secondary_draw(key_, source_, step_);
        has_low_ = true;
        return (high_ << 32 | low_) < threshold;
    }

private:
    Key           key_;
    std::uint64_t source_;
    Step          step_;
    std::uint64_t high_;
    std::uint64_t low_     = 0;
    bool          has_low_ = false;
};

std::uint16_t count_below(Draw draw, double lambda) {
    Thresholds    thresholds{lambda};
    std::uint16_t k = 0;
    while (!draw.is_below(thresholds.next()))
        ++k;
    return k;
}

}  // namespace

PoissonCounts::PoissonCounts(Key key, std::span<const double> lambda, IndexRange slice)
    : key_(key),
      slice_(slice),
      lambda_(lambda.begin(), lambda.end()) {
    if (lambda.size() != 1 && lambda.size() != slice.size()) {
        throw ParameterError(fmt::format(
            "PoissonCounts: expected 1 mean or {}, one per source, got {}.",
            slice.size(),
            lambda.size()
        ));
    }
    for (std::size_t k = 0; k < lambda.size(); ++k) {
        if (lambda[k] >= 0 && lambda[k] <= max_lambda) continue;
        throw ParameterError(
            fmt::format(
                "PoissonCounts: the mean number of spikes per step must be in [0, {}], got {} at "
                "source "
                "{}. Lower the rate or the time step.",
                max_lambda,
                number(lambda[k]),
                slice.first + k
            ),
            {.label = {}, .parameter = "lambda", .index = slice.first + k}
        );
    }
    if (slice.empty() || lambda.empty()) return;

    rows_ = rows_needed(*std::max_element(lambda.begin(), lambda.end()));
    if (lambda.size() == 1)
        set_equal_thresholds();
    else
        set_thresholds_per_source();
}

void PoissonCounts::set_equal_thresholds() {
    Thresholds thresholds{lambda_[0]};
    if (rows_ < max_rows) {
        for (std::size_t k = 0; k < rows_; ++k)
            thresholds_.push_back(row_value(thresholds.next()));
        return;
    }
    rows_ = 0;
    do
        table_.push_back(thresholds.next());
    while (table_.back() < one);
}

void PoissonCounts::set_thresholds_per_source() {
    const std::size_t first_group = slice_.first / group;
    const std::size_t last_group  = (slice_.last + group - 1) / group;
    // Sources beyond the slice have the last value in all rows: their counts are not looked at.
    thresholds_.assign((last_group - first_group) * rows_ * group, 0x7fff);
    for (std::size_t source = slice_.first; source < slice_.last; ++source) {
        Thresholds        thresholds{lambda_[source - slice_.first]};
        const std::size_t g = source / group - first_group;
        for (std::size_t k = 0; k < rows_; ++k)
            thresholds_[(g * rows_ + k) * group + source % group] = row_value(thresholds.next());
    }
}

double PoissonCounts::lambda_of(std::size_t source) const {
    return lambda_.size() == 1 ? lambda_[0] : lambda_[source - slice_.first];
}

std::uint16_t PoissonCounts::count(Key key, std::size_t source, Step step, double lambda) {
    const std::uint16_t high = primary_draws(key, source / 8, step)[source % 8];
    return count_below(Draw{key, source, step, high}, lambda);
}

void PoissonCounts::draw(Step step, std::uint16_t* counts) const {
    if (rows_ == 0) {
        draw_by_search(step, counts);
        return;
    }
    // Whole groups go straight to their place, those that the slice cuts through a buffer.
    const std::size_t first_whole = (slice_.first + group - 1) / group * group;
    const std::size_t last_whole  = slice_.last / group * group;
    if (first_whole > last_whole) {
        draw_part(step, slice_, counts);
        return;
    }
    draw_part(step, {slice_.first, first_whole}, counts);
    draw_groups(step, {first_whole, last_whole}, counts + (first_whole - slice_.first));
    draw_part(step, {last_whole, slice_.last}, counts + (last_whole - slice_.first));
}

void PoissonCounts::draw_part(Step step, IndexRange part, std::uint16_t* counts) const {
    if (part.empty()) return;
    std::array<std::uint16_t, group> buffer;
    const std::size_t                first = part.first / group * group;
    draw_groups(step, {first, first + group}, buffer.data());
    std::memcpy(counts, buffer.data() + (part.first - first), part.size() * sizeof *counts);
}

void PoissonCounts::draw_groups(Step step, IndexRange whole, std::uint16_t* counts) const {
    constexpr std::size_t at_once = 16 * group;

    std::array<std::uint32_t, at_once> undecided;
    for (std::size_t first = whole.first; first < whole.last; first += at_once) {
        const std::size_t last       = std::min(first + at_once, whole.last);
        const bool        per_source = lambda_.size() > 1;
        const std::size_t local      = first / group - slice_.first / group;
        CountsRequest     request{
                .key         = key_.value,
                .step        = static_cast<std::uint64_t>(step),
                .first_group = first / group,
                .num_groups  = (last - first) / group,
                .num_rows    = rows_,
                .per_source  = per_source,
                .thresholds  = thresholds_.data() + (per_source ? local * rows_ * group : 0),
                .counts      = counts + (first - whole.first),
                .undecided   = undecided.data()};
        const std::size_t found = kernels().counts(request);
        for (std::size_t k = 0; k < found; ++k) {
            const std::size_t source = first + undecided[k];
            if (!slice_.contains(source)) continue;
            counts[source - whole.first] = count(key_, source, step, lambda_of(source));
        }
    }
}

void PoissonCounts::draw_by_search(Step step, std::uint16_t* counts) const {
    std::array<std::uint16_t, 8> high{};
    for (std::size_t source = slice_.first; source < slice_.last; ++source) {
        if (source == slice_.first || source % 8 == 0) high = primary_draws(key_, source / 8, step);
        Draw       draw{key_, source, step, high[source % 8]};
        const auto found = std::partition_point(table_.begin(), table_.end(), [&](std::uint64_t t) {
            return !draw.is_below(t);
        });
        counts[source - slice_.first] = static_cast<std::uint16_t>(found - table_.begin());
    }
}

}  // namespace ranvier::random
