#include "ranvier/random/Permutation.hpp"

#include <bit>
#include <numeric>
#include <utility>

#include "ranvier/random/Stream.hpp"

namespace ranvier::random {

Permutation::Permutation(Key key, std::uint64_t n) : size_(n) {
    Stream stream{key, n};
    if (n <= table_size) {
        table_.resize(n);
        std::iota(table_.begin(), table_.end(), 0u);
        for (std::uint64_t i = n; i > 1; --i)
            std::swap(table_[i - 1], table_[stream.below(i)]);
        return;
    }
    for (std::uint64_t& round_key : keys_)
        round_key = stream.bits64();
    half_bits_ = (static_cast<unsigned>(std::bit_width(n - 1)) + 1) / 2;
}

std::uint64_t Permutation::operator()(std::uint64_t place) const {
    if (size_ <= table_size) return table_[place];
    const std::uint64_t mask  = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t       value = place;
    do {  // fewer than 4 times on average
        std::uint64_t left  = value >> half_bits_;
        std::uint64_t right = value & mask;
        for (const std::uint64_t round_key : keys_) {
            const std::uint64_t next = left ^ (mix(right ^ round_key) & mask);
            left                     = right;
            right                    = next;
        }
        value = left << half_bits_ | right;
    } while (value >= size_);
    return value;
}

}  // namespace ranvier::random
