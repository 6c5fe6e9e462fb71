/// @file
/// The draws of one stream, computed many at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ranvier/random/Key.hpp"

namespace ranvier::random {

/// What a Stream gives for calls of `uniform()` and `exponential()` in any order, with the same
/// bits, from vectorised batches: for streams of which many draws are taken.
///
///     DrawAhead draws{key, index};
///     draws.exponential();    // Stream{key, index}.exponential()
///     draws.uniform();        // the next draw of the same stream
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

private:
    static constexpr std::size_t smallest = 16, largest = 128;

    void refill();

    Key           key_;
    std::uint64_t index_;
    std::uint32_t block_ = 0;
    std::size_t   at_ = 0, size_ = 0;
    double        uniform_[largest];
    double        exponential_[largest];
};

}  // namespace ranvier::random
