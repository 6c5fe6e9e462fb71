/// @file
/// Spike sources on their own and the intervals between their spikes, for the tests of the sources
/// that draw intervals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "ranvier/models/SourceGroup.hpp"

#include "models/Cells.hpp"

namespace ranvier::test {

/// (step, index of the cell, number of spikes)
using Emitted = std::vector<std::tuple<Step, std::size_t, std::uint32_t>>;

/// The slice of a population of `size` sources of model M.
template <class M>
class RenewalSources {
public:
    RenewalSources(const M& model, std::size_t size, IndexRange slice, Time dt = 0.1_ms)
        : size_(size),
          slice_(slice),
          group_(M::make_group({slice, TimeGrid{dt}, random::Key{0xabcdef}})) {
        set(model);
    }
    RenewalSources(const M& model, std::size_t size, Time dt = 0.1_ms)
        : RenewalSources(model, size, {0, size}, dt) {}

    models::SourceGroup& group() { return *group_; }

    void set(const M& model) {
        group_->set_columns(columns_of(models::given_parameters(model), size_, slice_), now_);
    }

    /// Spikes of the steps up to `last`.
    Emitted until(Step last) {
        Emitted                       spikes;
        std::vector<models::Emission> emissions;
        for (; now_ < last;) {
            emissions.clear();
            group_->emit(++now_, emissions);
            for (const auto& [cell, count] : emissions)
                spikes.emplace_back(now_, slice_.first + cell, count);
        }
        return spikes;
    }

    /// Lets time pass without asking.
    void skip(Step last) { now_ = last; }

private:
    std::size_t                          size_;
    IndexRange                           slice_;
    std::unique_ptr<models::SourceGroup> group_;
    Step                                 now_ = 0;
};

/// The number of spikes in steps behind `first`, up to `last`.
inline double count_in(const Emitted& spikes, Step first, Step last) {
    double total = 0;
    for (const auto& [step, cell, count] : spikes)
        if (step > first && step <= last) total += count;
    return total;
}

/// Intervals in ms between successive spikes of each cell, the second of which lies behind `after`.
inline std::vector<double> intervals(
    const Emitted& spikes, std::size_t size, double dt = 0.1, Step after = 0
) {
    std::vector<double> result;
    std::vector<Step>   last(size, -1);
    for (const auto& [step, cell, count] : spikes) {
        if (last[cell] >= 0 && step > after)
            result.push_back(static_cast<double>(step - last[cell]) * dt);
        for (std::uint32_t k = 1; k < count; ++k)
            result.push_back(0);
        last[cell] = step;
    }
    return result;
}

/// The gamma distribution function of integer shape: 1 - exp(-x) sum of x^k / k!.
inline double gamma_cdf(int shape, double x) {
    if (x <= 0) return 0;
    double term = 1, sum = 0;
    for (int k = 0; k < shape; ++k) {
        sum += term;
        term *= x / (k + 1);
    }
    return 1 - std::exp(-x) * sum;
}

}  // namespace ranvier::test
