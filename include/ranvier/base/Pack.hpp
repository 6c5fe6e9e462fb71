/// @file
/// A few numbers side by side: the value type of vectorised code, with scalars as its narrow case.
///
/// Code that is generic in `V` runs with V = double, float, Pack<double> or Pack<float> and gives
/// the same bits in each lane: every operation here is one IEEE 754 operation, none is fused.
/// Choices are written with `select`, not with branches.
///
/// Everything is inlined by force and lives in a namespace per instruction set, so that objects
/// compiled for different sets can be linked into one program.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/// The namespace of an instruction set; a macro, because only the compiler's own macros tell the
/// set.
#if defined(__AVX512F__)
#define RANVIER_ISA_NAMESPACE avx512
#elif defined(__AVX2__)
#define RANVIER_ISA_NAMESPACE avx2
#else
#define RANVIER_ISA_NAMESPACE baseline
#endif

/// Inlining by force; a macro, because an attribute list has no other name.
#define RANVIER_INLINE [[gnu::always_inline]] inline

namespace ranvier::simd {
inline namespace RANVIER_ISA_NAMESPACE {

#if defined(__AVX2__)
inline constexpr int pack_bytes = 32;
#else
inline constexpr int pack_bytes = 16;
#endif

/// The compiler's vectors for lanes of type T; specialisations, since a dependent alias loses them.
template <class T>
struct Vectors;
template <>
struct Vectors<double> {
    using Scalar [[gnu::vector_size(pack_bytes)]]   = double;
    using Unsigned [[gnu::vector_size(pack_bytes)]] = std::uint64_t;
    using Signed [[gnu::vector_size(pack_bytes)]]   = std::int64_t;
};
template <>
struct Vectors<float> {
    using Scalar [[gnu::vector_size(pack_bytes)]]   = float;
    using Unsigned [[gnu::vector_size(pack_bytes)]] = std::uint32_t;
    using Signed [[gnu::vector_size(pack_bytes)]]   = std::int32_t;
};

/// One truth value per lane of a Pack<T>.
template <class T>
struct Mask {
    typename Vectors<T>::Signed v;  ///< all bits of a lane set, or none

    RANVIER_INLINE friend Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
    RANVIER_INLINE friend Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
    RANVIER_INLINE friend Mask operator^(Mask a, Mask b) { return {a.v ^ b.v}; }
    RANVIER_INLINE friend Mask operator!(Mask a) { return {~a.v}; }
};

/// `width` numbers of type double or float; 32 bytes with AVX2, 16 bytes otherwise.
template <class T>
struct Pack {
    static constexpr int width = pack_bytes / static_cast<int>(sizeof(T));

    using Vector = typename Vectors<T>::Scalar;

    Vector v;

    Pack() = default;
    /// The same number in every lane.
    RANVIER_INLINE Pack(T x) : v(x - Vector{}) {}
    RANVIER_INLINE explicit Pack(Vector vector) : v(vector) {}

    /// Lane k is `from[k]`; any alignment.
    RANVIER_INLINE static Pack load(const T* from) {
        Pack result;
        __builtin_memcpy(&result.v, from, sizeof(Vector));
        return result;
    }
    RANVIER_INLINE static Pack from_bits(typename Vectors<T>::Unsigned bits) {
        return Pack{reinterpret_cast<Vector>(bits)};
    }
    RANVIER_INLINE void store(T* to) const { __builtin_memcpy(to, &v, sizeof(Vector)); }
    RANVIER_INLINE T    operator[](int lane) const { return v[lane]; }

    RANVIER_INLINE Pack  operator-() const { return Pack{-v}; }
    RANVIER_INLINE Pack& operator+=(Pack b) { return *this = *this + b; }
    RANVIER_INLINE Pack& operator-=(Pack b) { return *this = *this - b; }
    RANVIER_INLINE Pack& operator*=(Pack b) { return *this = *this * b; }
    RANVIER_INLINE Pack& operator/=(Pack b) { return *this = *this / b; }

    RANVIER_INLINE friend Pack    operator+(Pack a, Pack b) { return Pack{a.v + b.v}; }
    RANVIER_INLINE friend Pack    operator-(Pack a, Pack b) { return Pack{a.v - b.v}; }
    RANVIER_INLINE friend Pack    operator*(Pack a, Pack b) { return Pack{a.v * b.v}; }
    RANVIER_INLINE friend Pack    operator/(Pack a, Pack b) { return Pack{a.v / b.v}; }
    RANVIER_INLINE friend Mask<T> operator==(Pack a, Pack b) { return {a.v == b.v}; }
    RANVIER_INLINE friend Mask<T> operator!=(Pack a, Pack b) { return {a.v != b.v}; }
    RANVIER_INLINE friend Mask<T> operator<(Pack a, Pack b) { return {a.v < b.v}; }
    RANVIER_INLINE friend Mask<T> operator<=(Pack a, Pack b) { return {a.v <= b.v}; }
    RANVIER_INLINE friend Mask<T> operator>(Pack a, Pack b) { return {a.v > b.v}; }
    RANVIER_INLINE friend Mask<T> operator>=(Pack a, Pack b) { return {a.v >= b.v}; }
};

/// What generic code asks about a value type: of Pack<float>, Scalar float, Mask Mask<float>, Bits
/// 8 lanes of uint32, lanes 8; of double, Scalar double, Mask bool, Bits uint64, lanes 1.
template <class V>
struct Traits {
    static_assert(std::is_same_v<V, double> || std::is_same_v<V, float>);
    using Scalar = V;
    using Mask   = bool;
    using Bits   = std::conditional_t<sizeof(V) == 8, std::uint64_t, std::uint32_t>;

    static constexpr int lanes = 1;
};
template <class T>
struct Traits<Pack<T>> {
    using Scalar = T;
    using Mask   = simd::Mask<T>;
    using Bits   = typename Vectors<T>::Unsigned;

    static constexpr int lanes = Pack<T>::width;
};

template <class V>
using Scalar = typename Traits<V>::Scalar;
template <class V>
using MaskOf = typename Traits<V>::Mask;
template <class V>
inline constexpr int lanes = Traits<V>::lanes;

/// Reads `lanes<V>` numbers; any alignment.
template <class V>
RANVIER_INLINE V load(const Scalar<V>* from) {
    if constexpr (lanes<V> == 1)
        return *from;
    else
        return V::load(from);
}
/// Writes `lanes<V>` numbers; any alignment.
template <class V>
RANVIER_INLINE void store(Scalar<V>* to, V value) {
    if constexpr (lanes<V> == 1)
        *to = value;
    else
        value.store(to);
}

/// The representation of each lane, as an unsigned integer or a vector of them, and back.
template <class V>
RANVIER_INLINE typename Traits<V>::Bits to_bits(V value) {
    if constexpr (lanes<V> == 1)
        return __builtin_bit_cast(typename Traits<V>::Bits, value);
    else
        return reinterpret_cast<typename Traits<V>::Bits>(value.v);
}
template <class V>
RANVIER_INLINE V from_bits(typename Traits<V>::Bits bits) {
    if constexpr (lanes<V> == 1)
        return __builtin_bit_cast(V, bits);
    else
        return V::from_bits(bits);
}

/// The lanes of `bits` that are not zero.
template <class V>
RANVIER_INLINE MaskOf<V> nonzero(typename Traits<V>::Bits bits) {
    return {bits != typename Traits<V>::Bits{}};
}

/// Per lane `mask ? a : b`.
template <class T>
RANVIER_INLINE Pack<T> select(Mask<T> mask, Pack<T> a, Pack<T> b) {
    return Pack<T>{mask.v ? a.v : b.v};
}
template <class T>
RANVIER_INLINE Pack<T> select(Mask<T> mask, Pack<T> a, std::type_identity_t<T> b) {
    return select(mask, a, Pack<T>{b});
}
template <class T>
RANVIER_INLINE Pack<T> select(Mask<T> mask, std::type_identity_t<T> a, Pack<T> b) {
    return select(mask, Pack<T>{a}, b);
}
RANVIER_INLINE double select(bool mask, double a, double b) {
    return mask ? a : b;
}
RANVIER_INLINE float select(bool mask, float a, float b) {
    return mask ? a : b;
}

/// Bit k is lane k of the mask.
template <class T>
RANVIER_INLINE unsigned bits(Mask<T> mask) {
#if defined(__AVX2__)
    if constexpr (sizeof(T) == 8)
        return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(mask.v)));
    else
        return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask.v)));
#elif defined(__SSE2__)
    if constexpr (sizeof(T) == 8)
        return static_cast<unsigned>(_mm_movemask_pd(reinterpret_cast<__m128d>(mask.v)));
    else
        return static_cast<unsigned>(_mm_movemask_ps(reinterpret_cast<__m128>(mask.v)));
#else
    unsigned result = 0;
    for (int k = 0; k < Pack<T>::width; ++k)
        result |= (mask.v[k] != 0 ? 1u : 0u) << k;
    return result;
#endif
}
RANVIER_INLINE unsigned bits(bool mask) {
    return mask ? 1u : 0u;
}

template <class T>
RANVIER_INLINE bool any(Mask<T> mask) {
    return bits(mask) != 0;
}
template <class T>
RANVIER_INLINE bool all(Mask<T> mask) {
    return bits(mask) == (1u << Pack<T>::width) - 1;
}
RANVIER_INLINE bool any(bool mask) {
    return mask;
}
RANVIER_INLINE bool all(bool mask) {
    return mask;
}

/// The smaller and the larger number; `b` where one of them is NaN or they are equal.
template <class T>
RANVIER_INLINE Pack<T> min(Pack<T> a, Pack<T> b) {
    return Pack<T>{a.v < b.v ? a.v : b.v};
}
template <class T>
RANVIER_INLINE Pack<T> max(Pack<T> a, Pack<T> b) {
    return Pack<T>{a.v > b.v ? a.v : b.v};
}
template <std::floating_point T>
RANVIER_INLINE T min(T a, T b) {
    return a < b ? a : b;
}
template <std::floating_point T>
RANVIER_INLINE T max(T a, T b) {
    return a > b ? a : b;
}

template <class V>
RANVIER_INLINE V abs(V a) {
    constexpr auto all_ones = ~typename Traits<Scalar<V>>::Bits{};
    return from_bits<V>(to_bits(a) & (typename Traits<V>::Bits{} + (all_ones >> 1)));
}

/// The number with the magnitude of `a` and the sign of `b`.
template <class V>
RANVIER_INLINE V copysign(V a, V b) {
    return from_bits<V>(to_bits(abs(a)) | (to_bits(b) ^ to_bits(abs(b))));
}

template <class V>
RANVIER_INLINE MaskOf<V> isnan(V a) {
    return a != a;
}

/// Square root, correctly rounded.
RANVIER_INLINE double sqrt(double a) {
    return __builtin_sqrt(a);
}
RANVIER_INLINE float sqrt(float a) {
    return __builtin_sqrtf(a);
}
template <class T>
RANVIER_INLINE Pack<T> sqrt(Pack<T> a) {
#if defined(__AVX2__)
    if constexpr (sizeof(T) == 8)
        return Pack<T>{_mm256_sqrt_pd(a.v)};
    else
        return Pack<T>{_mm256_sqrt_ps(a.v)};
#elif defined(__SSE2__)
    if constexpr (sizeof(T) == 8)
        return Pack<T>{_mm_sqrt_pd(a.v)};
    else
        return Pack<T>{_mm_sqrt_ps(a.v)};
#else
    for (int k = 0; k < Pack<T>::width; ++k)
        a.v[k] = sqrt(a.v[k]);
    return a;
#endif
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::simd
