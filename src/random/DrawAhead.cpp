#include "ranvier/random/DrawAhead.hpp"

#include <algorithm>

#include "kernels.hpp"

namespace ranvier::random {

void DrawAhead::refill() {
    size_ = size_ == 0 ? smallest : largest;
    at_   = 0;
    kernels().along(
        {.key = key_.value, .index = index_, .sub = 0, .index_step = 0, .sub_step = 0},
        block_,
        size_,
        uniform_,
        exponential_
    );
    block_ += static_cast<std::uint32_t>(size_ / 2);
    divided_ = 0;
}

/// All that is there; where probabilities change, some of it, which may not be taken.
void DrawAhead::divide(double rate) {
    const bool changes = rate != rate_;
    if (at_ == size_) refill();
    rate_    = rate;
    divided_ = changes ? std::min(at_ + smallest, size_) : size_;
    for (std::size_t k = at_; k < divided_; ++k)
        failures_[k] = exponential_[k] / rate;
}

}  // namespace ranvier::random
