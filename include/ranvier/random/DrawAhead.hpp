/// @file
/// The draws of one stream, computed many at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ranvier/random/Key.hpp"
#include "ranvier/random/geometric.hpp"

namespace ranvier::random {

/// What a Stream gives for calls of `uniform()`, `exponential()` and `geometric(p)` in any order,
/// with the same bits, from vectorised batches: for streams of which many draws are taken.
///
///     DrawAhead draws{key, index};
///     draws.exponential();    // Stream{key, index}.exponential()
///     draws.uniform();        // the next draw of the same stream
///     const auto gaps = draws.failures(Geometric{p});
///     draws.take(2);          // floor(gaps[0]) and floor(gaps[1]) were geometric(p), twice
class DrawAhead {
public:
    DrawAhead(Key key, std::uint64_t index) : key_(key), index_(index) {}

    double uniform() {
        if (at_ == size_) refill();
        return uniform_[at_++];
    }
    double exponential() {
        if (at_ == size_) refill();
        return exponential_[at_++];
    }

    /// The next draws as failures before a success, with the fractions that `geometric` cuts off;
    /// at least one. They count as drawn as far as `take` is told, until which the span is valid.
    std::span<const double> failures(const Geometric& trials) {
        if (at_ >= divided_ || trials.rate() != rate_) divide(trials.rate());
        return {failures_ + at_, divided_ - at_};
    }
    void take(std::size_t num_draws) { at_ += num_draws; }

private:
    static constexpr std::size_t smallest = 16, largest = 128;

    void refill();
    void divide(double rate);

    Key           key_;
    std::uint64_t index_;
    std::uint32_t block_ = 0;
    std::size_t   at_ = 0, size_ = 0;
    double        uniform_[largest];
    double        exponential_[largest];
    double        failures_[largest];  ///< exponential_ / rate_ up to divided_
    double        rate_    = 0;
    std::size_t   divided_ = 0;
};

}  // namespace ranvier::random
