// Compiled once per instruction set (see base/isa.hpp). Everything here is inlined by force or in a
// namespace of its own, and the standard library's inline functions are not used: objects for
// different sets share no function that the linker could take from the wrong one.

#include <cstddef>
#include <cstdint>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math.hpp"

#include "counters.hpp"
#include "kernels.hpp"
#include "normal_piece.hpp"

#if defined(RANVIER_ISA_BUILD_AVX2)
#define RANVIER_KERNELS avx2_kernels
#else
#define RANVIER_KERNELS baseline_kernels
#endif

namespace ranvier::random::RANVIER_KERNELS {

namespace {

/// Stream::uniform(): the 53 high bits, in halves that fit the mantissas of 2^84 and 2^52.
RANVIER_INLINE Double uniform_of(U64 draw) {
    const U64    bits = draw >> 11;
    const Double high = simd::from_bits<Double>((bits >> 32) | 0x4530000000000000u);
    const Double low  = simd::from_bits<Double>((bits & 0xffffffffu) | 0x4330000000000000u);
    return ((high - (0x1p84 + 0x1p52)) + low) * 0x1p-53;
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

template <class Counters>
RANVIER_INLINE void uniform_from(
    Counters counters, double offset, double scale, double largest, std::size_t n, double* out
) {
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

/// From uniform numbers in [0, 1).
RANVIER_INLINE Double exponential_of(const double* uniform) {
    return 0.0 - math::detail::log_of_normal(Double::load(uniform) + 0x1p-53);
}

/// In two passes over pieces: the processor overlaps several logarithms if no Philox lies between.
template <class Counters>
RANVIER_INLINE void exponential_from(Counters counters, double scale, std::size_t n, double* out) {
    constexpr std::size_t piece = 256;

    double uniforms[piece];
    for (std::size_t first = 0; first < n; first += piece) {
        const std::size_t size = n - first < piece ? n - first : piece;
        for (std::size_t k = 0; k < size; k += batch) {
            Words a;
            Words b;
            counters.next(a, b);
            uniform_of(first_draw(a)).store(uniforms + k);
            uniform_of(first_draw(b)).store(uniforms + k + num_lanes);
        }
        const double* from = uniforms;
        for_batches(
            size,
            out + first,
            [&](double* to) __attribute__((always_inline)) {
                (scale * exponential_of(from)).store(to);
                (scale * exponential_of(from + num_lanes)).store(to + num_lanes);
                from += batch;
            }
        );
    }
}

/// The 64-bit draws of some blocks in order: those of the first half, those of the second.
struct InOrder {
    U64 first, second;
};

RANVIER_INLINE InOrder draws_in_order(const Words& words) {
    const U64 a = first_draw(words);
    const U64 b = second_draw(words);
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
            uniform_of(draw).store(uniforms + at);
            at += num_lanes;
        }
    }
    for (std::size_t k = 0; k < n; k += num_lanes)
        exponential_of(uniforms + k).store(exponentials + k);
}

template <class Counters>
RANVIER_INLINE void normal_from(
    Counters counters, double offset, double scale, std::size_t n, double* out
) {
    NormalPiece piece;
    for (std::size_t first = 0; first < n; first += NormalPiece::size) {
        const std::size_t size = n - first < NormalPiece::size ? n - first : NormalPiece::size;
        for (std::size_t k = 0; k < size; k += batch) {
            Words a;
            Words b;
            counters.next(a, b);
            piece.set(k, first_draw(a), first_draw(b));
        }
        piece.finish(offset, scale, size, out + first);
    }
}

/// The blocks number `block` of the streams at up to `batch` positions of a range.
RANVIER_INLINE void blocks_at(
    const RoundKeys&     keys,
    const StreamRange&   range,
    const std::uint32_t* positions,
    std::size_t          n,
    std::uint32_t        block,
    Words&               a,
    Words&               b
) {
    std::uint64_t index[batch], sub[batch];
    for (std::size_t k = 0; k < batch; ++k) {
        const std::uint64_t position = positions[k < n ? k : 0];
        index[k]                     = range.index + position * range.index_step;
        sub[k]                       = range.sub + position * range.sub_step;
    }
    for (Words* words : {&a, &b}) {
        const std::size_t first = words == &a ? 0 : num_lanes;
        U64               i, s;
        __builtin_memcpy(&i, index + first, sizeof i);
        __builtin_memcpy(&s, sub + first, sizeof s);
        *words = {{i, i >> 32, s, broadcast(block)}};
    }
    philox(keys, a, b);
}

void normal_at(
    const StreamRange&   range,
    const std::uint32_t* positions,
    std::uint32_t        draw,
    double               offset,
    double               scale,
    std::size_t          n,
    double*              out
) {
    const RoundKeys keys{range.key};
    NormalPiece     piece;
    for (std::size_t first = 0; first < n; first += NormalPiece::size) {
        const std::size_t size = n - first < NormalPiece::size ? n - first : NormalPiece::size;
        for (std::size_t k = 0; k < size; k += batch) {
            Words a, b;
            blocks_at(keys, range, positions + first + k, size - k, draw / 2, a, b);
            if (draw % 2 == 0)
                piece.set(k, first_draw(a), first_draw(b));
            else
                piece.set(k, second_draw(a), second_draw(b));
        }
        piece.finish(offset, scale, size, out + first);
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

template <class Counters>
RANVIER_INLINE void below_from(
    Counters counters, std::uint64_t limit, std::size_t n, std::uint32_t* out
) {
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

void uniform(
    const StreamRange& range,
    double             offset,
    double             scale,
    double             largest,
    std::size_t        n,
    double*            out
) {
    if (range.index_step == 0)
        uniform_from(SubCounters{range}, offset, scale, largest, n, out);
    else
        uniform_from(IndexCounters{range}, offset, scale, largest, n, out);
}

void normal(const StreamRange& range, double offset, double scale, std::size_t n, double* out) {
    if (range.index_step == 0)
        normal_from(SubCounters{range}, offset, scale, n, out);
    else
        normal_from(IndexCounters{range}, offset, scale, n, out);
}

void exponential(const StreamRange& range, double scale, std::size_t n, double* out) {
    if (range.index_step == 0)
        exponential_from(SubCounters{range}, scale, n, out);
    else
        exponential_from(IndexCounters{range}, scale, n, out);
}

void below(const StreamRange& range, std::uint64_t limit, std::size_t n, std::uint32_t* out) {
    if (range.index_step == 0)
        below_from(SubCounters{range}, limit, n, out);
    else
        below_from(IndexCounters{range}, limit, n, out);
}

const Kernels table = {uniform, normal, normal_at, exponential, along, below, outside, exp, counts};

}  // namespace ranvier::random::RANVIER_KERNELS
