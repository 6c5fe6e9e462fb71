// Compiled once per instruction set, like the kernels of the library: the bits of every function at
// fixed arguments, hashed, with scalars and with packs.

#include "math_kernels.hpp"

#include <cstddef>
#include <cstdint>

#include "ranvier/base/Pack.hpp"
#include "ranvier/base/math.hpp"

#if defined(RANVIER_ISA_BUILD_AVX2)
#define RANVIER_TEST_KERNELS avx2_kernels
#else
#define RANVIER_TEST_KERNELS baseline_kernels
#endif

namespace ranvier::test::RANVIER_TEST_KERNELS {

namespace {

constexpr std::size_t num_arguments = 4096;

// The mixing of base/hash.hpp, without sharing its inline functions between objects.
RANVIER_INLINE std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// All kinds of numbers: every bit pattern is possible for odd k, moderate ones for even k.
template <class T>
RANVIER_INLINE T argument(std::uint64_t k) {
    using Bits                = typename simd::Traits<T>::Bits;
    const std::uint64_t bits  = mixed(k);
    const auto          small = static_cast<T>(static_cast<std::int64_t>(bits) >> 40);
    if (k % 2 == 0) return small / static_cast<T>(k % 8 < 4 ? 0x1p23 : 0x1p14);
    return simd::from_bits<T>(static_cast<Bits>(bits));
}

/// One NaN for all, because which of two NaNs an addition keeps is the compiler's choice.
template <class T>
RANVIER_INLINE std::uint64_t bits_of(T x) {
    return x != x ? 0x7ff8u : std::uint64_t{simd::to_bits(x)};
}

template <class V, class F>
RANVIER_INLINE std::uint64_t hash_of_function(F f) {
    using T         = simd::Scalar<V>;
    std::uint64_t h = 0;
    for (std::size_t k = 0; k < num_arguments; k += static_cast<std::size_t>(simd::lanes<V>)) {
        T x[simd::lanes<V>];
        T y[simd::lanes<V>];
        for (std::size_t j = 0; j < static_cast<std::size_t>(simd::lanes<V>); ++j)
            x[j] = argument<T>(k + j);
        simd::store<V>(y, f(simd::load<V>(x)));
        for (const T value : y)
            h = mixed(h ^ bits_of(value));
    }
    return h;
}

template <class V>
RANVIER_INLINE void hash_all(std::uint64_t (&hashes)[num_functions]) {
    const std::uint64_t all[] = {
        hash_of_function<V>([](V x) { return math::exp(x); }),
        hash_of_function<V>([](V x) { return math::expm1(x); }),
        hash_of_function<V>([](V x) { return math::log(x); }),
        hash_of_function<V>([](V x) { return math::log1p(x); }),
        hash_of_function<V>([](V x) { return math::pow(x, simd::Scalar<V>(1.7) - x); }),
        hash_of_function<V>([](V x) { return math::sin(x); }),
        hash_of_function<V>([](V x) { return math::cos(x); }),
        hash_of_function<V>([](V x) { return math::atan(x); }),
        hash_of_function<V>([](V x) { return math::acos(x); }),
        hash_of_function<V>([](V x) { return math::sqrt(x); }),
        hash_of_function<V>([](V x) { return math::inverse_normal_cdf(x); })};
    static_assert(sizeof all == sizeof hashes);
    __builtin_memcpy(hashes, all, sizeof all);
}

Hashes hashes() {
    Hashes result{};
    hash_all<double>(result.double_scalar);
    hash_all<simd::Pack<double>>(result.double_pack);
    hash_all<float>(result.float_scalar);
    hash_all<simd::Pack<float>>(result.float_pack);
    return result;
}

}  // namespace

const Table table = {hashes};

}  // namespace ranvier::test::RANVIER_TEST_KERNELS
