#include "ranvier/random/DrawAhead.hpp"

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
}

}  // namespace ranvier::random
