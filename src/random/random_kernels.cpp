// Compiled once per instruction set (see base/isa.hpp). Everything here is inlined by force or in a
// namespace of its own, and the standard library's inline functions are not used: objects for
// different sets share no function that the linker could take from the wrong one.

#include <cstddef>
#include <cstdint>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math.hpp"

#include "kernels.hpp"
#include "philox_lanes.hpp"

#if defined(RANVIER_ISA_BUILD_AVX2)
#define RANVIER_KERNELS avx2_kernels
#else
#define RANVIER_KERNELS baseline_kernels
#endif

namespace ranvier::random::RANVIER_KERNELS {

namespace {

using Double = simd::Pack<double>;

/// Streams handled by one call of philox.
constexpr std::size_t batch = 2 * num_lanes;

/// The counters of a range of streams, moving on by a batch at a time.
class Counters {
public:
    RANVIER_INLINE explicit Counters(const StreamRange& range)
        : keys_(range.key),
          index_step_(broadcast(std::uint64_t{num_lanes} * range.index_step)),
          sub_step_(broadcast(std::uint64_t{num_lanes} * range.sub_step)),
          index_(broadcast(range.index) + lane_numbers() * range.index_step),
          sub_(broadcast(range.sub) + lane_numbers() * range.sub_step) {}

    /// The first 64-bit draws of the next streams.
    RANVIER_INLINE void next(Words& a, Words& b) {
        a = take();
        b = take();
        philox(keys_, a, b);
    }

private:
    RANVIER_INLINE Words take() {
        const Words result{{index_, index_ >> 32, sub_, U64{}}};
        index_ += index_step_;
        sub_ += sub_step_;
        return result;
    }

    RoundKeys keys_;
    U64       index_step_;
    U64       sub_step_;
    U64       index_;
    U64       sub_;
};

/// Stream::uniform(): the 53 high bits, in halves that fit the mantissas of 2^84 and 2^52.
RANVIER_INLINE Double uniform_of(U64 draw) {
    const U64    bits = draw >> 11;
    const Double high = simd::from_bits<Double>((bits >> 32) | 0x4530000000000000u);
    const Double low  = simd::from_bits<Double>((bits & 0xffffffffu) | 0x4330000000000000u);
    return ((high - (0x1p84 + 0x1p52)) + low) * 0x1p-53;
}

/// Stream::uniform_open() - 1/2, exactly.
RANVIER_INLINE Double centred_of(U64 draw) {
    const Double one_to_two = simd::from_bits<Double>((draw >> 12) | 0x3ff0000000000000u);
    return (one_to_two - 1.5) + 0x1p-53;
}

/// Calls `make(a, b, out)` for whole batches, the last one through a buffer if it is not whole.
template <class T, class Make>
RANVIER_INLINE void for_batches(std::size_t n, T* out, Make make) {
    std::size_t k = 0;
    for (; k + batch <= n; k += batch)
        make(out + k);
    if (k == n) return;
    T buffer[batch];
    make(buffer);
    for (std::size_t j = 0; k + j < n; ++j)
        out[k + j] = buffer[j];
}

void uniform(
    const StreamRange& range,
    double             offset,
    double             scale,
    double             largest,
    std::size_t        n,
    double*            out
) {
    Counters counters{range};
    for_batches(
        n,
        out,
        [&](double* to) __attribute__((always_inline)) {
            Words a;
            Words b;
            counters.next(a, b);
            simd::min(offset + scale * uniform_of(first_draw(a)), Double{largest}).store(to);
            simd::min(offset + scale * uniform_of(first_draw(b)), Double{largest})
                .store(to + num_lanes);
        }
    );
}

void exponential(const StreamRange& range, double scale, std::size_t n, double* out) {
    Counters counters{range};
    for_batches(
        n,
        out,
        [&](double* to) __attribute__((always_inline)) {
            Words a;
            Words b;
            counters.next(a, b);
            const Double u = uniform_of(first_draw(a)) + 0x1p-53;
            const Double v = uniform_of(first_draw(b)) + 0x1p-53;
            (scale * (0.0 - math::detail::log_of_normal(u))).store(to);
            (scale * (0.0 - math::detail::log_of_normal(v))).store(to + num_lanes);
        }
    );
}

/// The 64-bit draws of some blocks in order: those of the first half, those of the second.
struct InOrder {
    U64 first, second;
};

RANVIER_INLINE InOrder draws_in_order(const Words& words) {
    const U64 a = first_draw(words);
    const U64 b = (words.w[2] & 0xffffffffu) | (words.w[3] << 32);
#if defined(__AVX2__)
    return {__builtin_shufflevector(a, b, 0, 4, 1, 5), __builtin_shufflevector(a, b, 2, 6, 3, 7)};
#else
    return {__builtin_shufflevector(a, b, 0, 2), __builtin_shufflevector(a, b, 1, 3)};
#endif
}

void along(
    const StreamRange& range,
    std::uint32_t      first_block,
    std::size_t        n,
    double*            uniforms,
    double*            exponentials
) {
    const RoundKeys keys{range.key};
    U64             block = lane_numbers() + std::uint64_t{first_block};
    const U64       index = broadcast(range.index), sub = broadcast(range.sub);
    for (std::size_t k = 0; k < n; k += 2 * batch) {
        Words a{{index, index >> 32, sub, block}};
        Words b{{index, index >> 32, sub, block + std::uint64_t{num_lanes}}};
        block += std::uint64_t{batch};
        philox(keys, a, b);
        const InOrder c = draws_in_order(a), d = draws_in_order(b);
        std::size_t   at = k;
        for (const U64& draw : {c.first, c.second, d.first, d.second}) {
            const Double u = uniform_of(draw);
            u.store(uniforms + at);
            (0.0 - math::detail::log_of_normal(u + 0x1p-53)).store(exponentials + at);
            at += num_lanes;
        }
    }
}

/// Normal numbers in two passes over a piece: the central formula for all, then the tails,
/// collected so that no lane is wasted on them (they are 15 %).
class NormalPiece {
public:
    static constexpr std::size_t size = 512;

    RANVIER_INLINE void centre(Double q, std::size_t position, double offset, double scale) {
        q.store(q_ + position);
        (offset + scale * math::detail::normal_quantile_central(q)).store(values_ + position);
        const unsigned tails = simd::bits(simd::abs(q) > math::detail::normal_split);
        for (unsigned lane = 0; lane < num_lanes; ++lane) {
            tail_at_[num_tails_] = static_cast<std::uint32_t>(position + lane);
            num_tails_ += tails >> lane & 1u;
        }
    }

    RANVIER_INLINE void finish_tails(double offset, double scale) {
        for (unsigned lane = 0; lane < num_lanes; ++lane)
            tail_at_[num_tails_ + lane] = 0;  // of no consequence: not written back
        for (std::size_t k = 0; k < num_tails_; k += num_lanes) {
            double q[num_lanes];
            for (unsigned lane = 0; lane < num_lanes; ++lane)
                q[lane] = q_[tail_at_[k + lane]];
            const Double centred = Double::load(q);
            const Double tail    = simd::max(0.5 - simd::abs(centred), Double{0x1p-60});
            const Double z = simd::copysign(math::detail::normal_quantile_tail(tail), centred);
            double       value[num_lanes];
            (offset + scale * z).store(value);
            for (unsigned lane = 0; lane < num_lanes && k + lane < num_tails_; ++lane)
                values_[tail_at_[k + lane]] = value[lane];
        }
        num_tails_ = 0;
    }

    RANVIER_INLINE void copy(std::size_t n, double* out) const {
        __builtin_memcpy(out, values_, n * sizeof(double));
    }

private:
    double        q_[size];
    double        values_[size];
    std::uint32_t tail_at_[size + num_lanes];
    std::size_t   num_tails_ = 0;
};

void normal(const StreamRange& range, double offset, double scale, std::size_t n, double* out) {
    Counters    counters{range};
    NormalPiece piece;
    for (std::size_t first = 0; first < n; first += NormalPiece::size) {
        const std::size_t size = n - first < NormalPiece::size ? n - first : NormalPiece::size;
        for (std::size_t k = 0; k < size; k += batch) {
            Words a;
            Words b;
            counters.next(a, b);
            piece.centre(centred_of(first_draw(a)), k, offset, scale);
            piece.centre(centred_of(first_draw(b)), k + num_lanes, offset, scale);
        }
        piece.finish_tails(offset, scale);
        piece.copy(size, out + first);
    }
}

using U32 = simd::Vectors<float>::Unsigned;

/// The low halves of the lanes of a, then those of b.
RANVIER_INLINE U32 low_halves(U64 a, U64 b) {
    const U32 x = reinterpret_cast<U32>(a);
    const U32 y = reinterpret_cast<U32>(b);
#if defined(__AVX2__)
    return __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14);
#else
    return __builtin_shufflevector(x, y, 0, 2, 4, 6);
#endif
}

/// The high half of the 96-bit product of a draw and a limit below 2^32.
RANVIER_INLINE U64 scaled(const Words& words, U64 limit) {
    const U64 low  = multiply_low_halves(words.w[0], limit);
    const U64 high = multiply_low_halves(words.w[1], limit);
    return (high + (low >> 32)) >> 32;
}

void below(const StreamRange& range, std::uint64_t limit, std::size_t n, std::uint32_t* out) {
    Counters   counters{range};
    const U64  factor = broadcast(limit);
    const bool all    = limit >> 32 != 0;
    for_batches(
        n,
        out,
        [&](std::uint32_t * to) __attribute__((always_inline)) {
            Words a;
            Words b;
            counters.next(a, b);
            const U32 result =
                all ? low_halves(a.w[1], b.w[1]) : low_halves(scaled(a, factor), scaled(b, factor));
            __builtin_memcpy(to, &result, sizeof result);
        }
    );
}

std::size_t outside(
    double low, double high, std::size_t n, const double* values, std::uint32_t* positions
) {
    std::size_t found = 0;
    std::size_t k     = 0;
    for (; k + num_lanes <= n; k += num_lanes) {
        const Double x    = Double::load(values + k);
        unsigned     bits = simd::bits(x < Double{low}) | simd::bits(x > Double{high});
        for (; bits != 0; bits &= bits - 1)
            positions[found++] =
                static_cast<std::uint32_t>(k) + static_cast<std::uint32_t>(__builtin_ctz(bits));
    }
    for (; k < n; ++k) {
        if (values[k] < low || values[k] > high) positions[found++] = static_cast<std::uint32_t>(k);
    }
    return found;
}

void exp(std::size_t n, double* values) {
    std::size_t k = 0;
    for (; k + num_lanes <= n; k += num_lanes)
        math::exp(Double::load(values + k)).store(values + k);
    for (; k < n; ++k)
        values[k] = math::exp(values[k]);
}

// Poisson counts: 16 bits of a block for each source; see PoissonCounts.hpp.

using I16 [[gnu::vector_size(simd::pack_bytes)]] = std::int16_t;

constexpr std::size_t group = 64;
constexpr std::size_t wide  = simd::pack_bytes / 2;  ///< sources in a vector

/// The halfwords of `batch` consecutive blocks, `wide` in each vector, in the order of sources.
struct Halfwords {
    I16 v[4];
};

#if defined(__AVX2__)
// Counters in the order that makes the interleaving below end in ascending order.
constexpr U64 counters_a = {0, 4, 1, 5};
constexpr U64 counters_b = {2, 6, 3, 7};

RANVIER_INLINE U32 low_pairs(U32 a, U32 b) {
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}
RANVIER_INLINE U32 high_pairs(U32 a, U32 b) {
    return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}
RANVIER_INLINE I16 low_quads(U32 a, U32 b) {
    return reinterpret_cast<I16>(__builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13));
}
RANVIER_INLINE I16 high_quads(U32 a, U32 b) {
    return reinterpret_cast<I16>(__builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15));
}
#else
constexpr U64 counters_a = {0, 2};
constexpr U64 counters_b = {1, 3};

RANVIER_INLINE U32 low_pairs(U32 a, U32 b) {
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
RANVIER_INLINE U32 high_pairs(U32 a, U32 b) {
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
RANVIER_INLINE I16 low_quads(U32 a, U32 b) {
    return reinterpret_cast<I16>(__builtin_shufflevector(a, b, 0, 1, 4, 5));
}
RANVIER_INLINE I16 high_quads(U32 a, U32 b) {
    return reinterpret_cast<I16>(__builtin_shufflevector(a, b, 2, 3, 6, 7));
}
#endif

RANVIER_INLINE Halfwords
halfwords(const RoundKeys& keys, std::uint64_t first_block, std::uint64_t step) {
    const U64 blocks_a = counters_a + first_block;
    const U64 blocks_b = counters_b + first_block;
    Words     a{{blocks_a, blocks_a >> 32, broadcast(step), broadcast(step >> 32)}};
    Words     b{{blocks_b, blocks_b >> 32, broadcast(step), broadcast(step >> 32)}};
    philox(keys, a, b);

    U32 w[4];
    for (int k = 0; k < 4; ++k)
        w[k] = reinterpret_cast<U32>((a.w[k] & 0xffffffffu) | (b.w[k] << 32));
    const U32 low01  = low_pairs(w[0], w[1]);
    const U32 low23  = low_pairs(w[2], w[3]);
    const U32 high01 = high_pairs(w[0], w[1]);
    const U32 high23 = high_pairs(w[2], w[3]);
    return {
        {low_quads(low01, low23),
         high_quads(low01, low23),
         low_quads(high01, high23),
         high_quads(high01, high23)}};
}

RANVIER_INLINE I16 load16(const std::int16_t* from) {
    I16 result;
    __builtin_memcpy(&result, from, sizeof result);
    return result;
}

/// Not 0 if any lane of a mask is set.
RANVIER_INLINE int byte_mask(I16 mask) {
#if defined(__AVX2__)
    return _mm256_movemask_epi8(reinterpret_cast<__m256i>(mask));
#elif defined(__SSE2__)
    return _mm_movemask_epi8(reinterpret_cast<__m128i>(mask));
#else
    int result = 0;
    for (std::size_t lane = 0; lane < wide; ++lane)
        result |= mask[lane];
    return result;
#endif
}

/// Compares four vectors of halfwords with all rows and writes what is decided.
template <bool per_source>
RANVIER_INLINE std::size_t compare(
    const CountsRequest& request, const Halfwords& drawn, std::size_t position, std::size_t found
) {
    const auto shift    = static_cast<std::int16_t>(-0x8000);  // unsigned order as signed order
    I16        count[4] = {};
    I16        equal[4] = {};
    I16        draw[4];
    for (int j = 0; j < 4; ++j)
        draw[j] = drawn.v[j] ^ (I16{} + shift);

    const std::size_t   in_group = position % group;
    const std::int16_t* row      = request.thresholds;
    if constexpr (per_source) row += position / group * request.num_rows * group + in_group;
    for (std::size_t k = 0; k < request.num_rows; ++k) {
        for (std::size_t j = 0; j < 4; ++j) {
            const I16 threshold = per_source ? load16(row + j * wide) : I16{} + *row;
            count[j] -= draw[j] > threshold;
            equal[j] |= draw[j] == threshold;
        }
        row += per_source ? group : 1;
    }

    const auto rows = static_cast<std::int16_t>(request.num_rows);
    I16        any  = {};
    for (int j = 0; j < 4; ++j) {
        equal[j] |= count[j] == (I16{} + rows);
        any |= equal[j];
    }
    __builtin_memcpy(request.counts + position, count, sizeof count);
    if (byte_mask(any) == 0) return found;  // in more than 99 of 100 calls

    for (std::size_t j = 0; j < 4; ++j) {
        for (std::size_t lane = 0; lane < wide; ++lane) {
            if (equal[j][lane] == 0) continue;
            request.undecided[found++] = static_cast<std::uint32_t>(position + j * wide + lane);
        }
    }
    return found;
}

template <bool per_source>
std::size_t count_all(const CountsRequest& request) {
    constexpr std::size_t at_once = 4 * wide;

    const RoundKeys keys{request.key};
    std::size_t     found = 0;
    for (std::size_t k = 0; k < request.num_groups * group; k += at_once) {
        const std::uint64_t first_block = request.first_group * (group / 8) + k / 8;
        const Halfwords     drawn       = halfwords(keys, first_block, request.step);
        found                           = compare<per_source>(request, drawn, k, found);
    }
    return found;
}

std::size_t counts(const CountsRequest& request) {
    return request.per_source ? count_all<true>(request) : count_all<false>(request);
}

}  // namespace

const Kernels table = {uniform, normal, exponential, along, below, outside, exp, counts};

}  // namespace ranvier::random::RANVIER_KERNELS
