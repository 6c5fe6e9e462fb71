#include "ranvier/random/choose.hpp"

#include <algorithm>
#include <cmath>

#include "ranvier/base/bits.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/random/fill.hpp"

namespace ranvier::random {

namespace {

double log_factorial(double n) {
    return math::lgamma(n + 1);
}

}  // namespace

std::uint64_t hypergeometric(
    Stream& stream, std::uint64_t good, std::uint64_t bad, std::uint64_t draws
) {
    const std::uint64_t least = draws > bad ? draws - bad : 0;
    const std::uint64_t most  = std::min(good, draws);
    if (least == most) return least;
    const auto   g = static_cast<double>(good), b = static_cast<double>(bad);
    const auto   d       = static_cast<double>(draws);
    const double mode    = std::floor((d + 1) * (g + 1) / (g + b + 2));
    auto         up      = std::clamp(mode, static_cast<double>(least), static_cast<double>(most));
    const double at_mode = math::exp(
        log_factorial(g) - log_factorial(up) - log_factorial(g - up) + log_factorial(b) -
        log_factorial(d - up) - log_factorial(b - d + up) - log_factorial(g + b) +
        log_factorial(d) + log_factorial(g + b - d)
    );
    // Values are taken in the order mode, mode + 1, mode - 1, mode + 2, ... until their
    // probabilities add up to the uniform number.
    double u = stream.uniform_open() - at_mode;
    if (u < 0) return static_cast<std::uint64_t>(up);
    double down = up, p_up = at_mode, p_down = at_mode;
    for (;;) {
        const bool can_rise = up < static_cast<double>(most);
        const bool can_fall = down > static_cast<double>(least);
        if (can_rise) {
            p_up *= (g - up) * (d - up) / ((up + 1) * (b - d + up + 1));
            up += 1;
            if ((u -= p_up) < 0) return static_cast<std::uint64_t>(up);
        }
        if (can_fall) {
            p_down *= down * (b - d + down) / ((g - down + 1) * (d - down + 1));
            down -= 1;
            if ((u -= p_down) < 0) return static_cast<std::uint64_t>(down);
        }
        const bool spent = (!can_rise || p_up == 0) && (!can_fall || p_down == 0);
        if (spent) return static_cast<std::uint64_t>(mode);  // what rounding has left over
    }
}

/// The k-th of `count` sorted uniform numbers is the sum of the first k of count + 1 exponential
/// gaps, divided by the sum of all (doi:10.1007/978-1-4613-8643-8, V.3): no sorting.
void Chooser::with_replacement(
    Key                         key,
    std::uint64_t               index,
    std::uint64_t               n,
    std::size_t                 count,
    std::vector<std::uint32_t>& out
) {
    out.resize(count);
    if (count == 0) return;
    gaps_.resize(count + 1);
    fill_exponential(key, index, 0, gaps_);
    double total = 0;
    for (double& gap : gaps_)
        gap = total += gap;
    const double scale = static_cast<double>(n) / total;
    const double last  = static_cast<double>(n - 1);
    for (std::size_t k = 0; k < count; ++k)
        out[k] = static_cast<std::uint32_t>(std::min(gaps_[k] * scale, last));
}

/// Independent numbers, of which the first `count` different ones are kept: more than half of n are
/// chosen by leaving out the others.
void Chooser::without_replacement(
    Key                         key,
    std::uint64_t               index,
    std::uint64_t               n,
    std::size_t                 count,
    std::vector<std::uint32_t>& out
) {
    out.clear();
    if (count == 0) return;
    const bool        invert = count > n / 2;
    const std::size_t drawn  = invert ? static_cast<std::size_t>(n) - count : count;
    if (!invert && n / 1024 > count) return sort_distinct(key, index, n, count, out);
    mark_distinct(key, index, n, drawn);
    out.resize(count + bits_written_ahead);
    std::uint32_t*      to   = out.data();
    const std::uint64_t flip = invert ? ~std::uint64_t{0} : 0;
    for (std::size_t word = 0; word < marks_.size(); ++word) {
        std::uint64_t bits = marks_[word] ^ flip;
        if (invert && word + 1 == marks_.size() && n % 64 != 0)
            bits &= (std::uint64_t{1} << n % 64) - 1;
        to = write_set_bits(bits, static_cast<std::uint32_t>(word * 64), to);
    }
    out.resize(count);
}

void Chooser::mark_distinct(Key key, std::uint64_t index, std::uint64_t n, std::size_t count) {
    marks_.assign(static_cast<std::size_t>((n + 63) / 64), 0);
    std::uint32_t sub = 0;
    for (std::size_t missing = count; missing > 0;) {
        drawn_.resize(missing);
        fill_below(key, index, sub, n, drawn_);
        sub += static_cast<std::uint32_t>(missing);
        for (const std::uint32_t value : drawn_) {
            std::uint64_t& word = marks_[value / 64];
            const auto     bit  = std::uint64_t{1} << value % 64;
            missing -= (word & bit) == 0 ? 1 : 0;
            word |= bit;
        }
    }
}

/// For few of very many: a bucket per number on average, then equal neighbours are drawn again.
void Chooser::sort_distinct(
    Key                         key,
    std::uint64_t               index,
    std::uint64_t               n,
    std::size_t                 count,
    std::vector<std::uint32_t>& out
) {
    std::uint32_t sub = 0;
    while (out.size() < count) {
        const std::size_t before = out.size();
        drawn_.resize(count - before);
        fill_below(key, index, sub, n, drawn_);
        sub += static_cast<std::uint32_t>(drawn_.size());
        const auto bucket = [&](std::uint32_t v) {
            return static_cast<std::size_t>(v * std::uint64_t{drawn_.size()} / n);
        };
        buckets_.assign(drawn_.size() + 1, 0);
        for (const std::uint32_t value : drawn_)
            ++buckets_[bucket(value) + 1];
        for (std::size_t b = 1; b < buckets_.size(); ++b)
            buckets_[b] += buckets_[b - 1];
        out.resize(count);
        for (const std::uint32_t value : drawn_)
            out[before + buckets_[bucket(value)]++] = value;
        const auto middle = out.begin() + static_cast<std::ptrdiff_t>(before);
        for (auto it = middle; it != out.end(); ++it) {  // nearly sorted
            auto at = it;
            for (const std::uint32_t value = *it; at != middle && *(at - 1) > value; --at)
                std::iter_swap(at, at - 1);
        }
        std::inplace_merge(out.begin(), middle, out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
    }
}

}  // namespace ranvier::random
