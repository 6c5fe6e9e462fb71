/// @file
/// Two packs side by side, for code whose operations wait for each other.
///
/// A step of a cell model is one long chain of operations, of which the processor keeps busy with a
/// second, independent one. Generic code runs with V = PackPair<T> as with V = Pack<T>, and gives
/// the same bits in each lane.
#pragma once

#include <type_traits>

#include "ranvier/base/Pack.hpp"

namespace ranvier::simd {
inline namespace RANVIER_ISA_NAMESPACE {

/// One truth value per lane of a PackPair<T>.
template <class T>
struct PairMask {
    Mask<T> a, b;

    RANVIER_INLINE friend PairMask operator&(PairMask x, PairMask y) {
        return {x.a & y.a, x.b & y.b};
    }
    RANVIER_INLINE friend PairMask operator|(PairMask x, PairMask y) {
        return {x.a | y.a, x.b | y.b};
    }
    RANVIER_INLINE friend PairMask operator^(PairMask x, PairMask y) {
        return {x.a ^ y.a, x.b ^ y.b};
    }
    RANVIER_INLINE friend PairMask operator!(PairMask x) { return {!x.a, !x.b}; }
};

/// The representation of the lanes of a PackPair<T>.
template <class T>
struct PairBits {
    using Word   = typename Traits<T>::Bits;
    using Vector = typename Vectors<T>::Unsigned;

    Vector a, b;

    RANVIER_INLINE friend PairBits operator+(PairBits x, Word y) { return {x.a + y, x.b + y}; }
    RANVIER_INLINE friend PairBits operator+(PairBits x, PairBits y) {
        return {x.a + y.a, x.b + y.b};
    }
    RANVIER_INLINE friend PairBits operator-(PairBits x, PairBits y) {
        return {x.a - y.a, x.b - y.b};
    }
    RANVIER_INLINE friend PairBits operator&(PairBits x, PairBits y) {
        return {x.a & y.a, x.b & y.b};
    }
    RANVIER_INLINE friend PairBits operator|(PairBits x, PairBits y) {
        return {x.a | y.a, x.b | y.b};
    }
    RANVIER_INLINE friend PairBits operator^(PairBits x, PairBits y) {
        return {x.a ^ y.a, x.b ^ y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator!=(PairBits x, PairBits y) {
        return {{x.a != y.a}, {x.b != y.b}};
    }
    RANVIER_INLINE friend PairBits operator<<(PairBits x, int by) { return {x.a << by, x.b << by}; }
    RANVIER_INLINE friend PairBits operator>>(PairBits x, int by) { return {x.a >> by, x.b >> by}; }
};

/// Twice as many numbers as in a Pack<T>.
template <class T>
struct PackPair {
    static constexpr int width = 2 * Pack<T>::width;

    Pack<T> a, b;

    PackPair() = default;
    RANVIER_INLINE PackPair(T x) : a(x), b(x) {}
    RANVIER_INLINE PackPair(Pack<T> low, Pack<T> high) : a(low), b(high) {}

    RANVIER_INLINE static PackPair load(const T* from) {
        return {Pack<T>::load(from), Pack<T>::load(from + Pack<T>::width)};
    }
    RANVIER_INLINE static PackPair from_bits(PairBits<T> bits) {
        return {Pack<T>::from_bits(bits.a), Pack<T>::from_bits(bits.b)};
    }
    RANVIER_INLINE void store(T* to) const {
        a.store(to);
        b.store(to + Pack<T>::width);
    }

    RANVIER_INLINE PackPair  operator-() const { return {-a, -b}; }
    RANVIER_INLINE PackPair& operator+=(PackPair y) { return *this = *this + y; }
    RANVIER_INLINE PackPair& operator-=(PackPair y) { return *this = *this - y; }
    RANVIER_INLINE PackPair& operator*=(PackPair y) { return *this = *this * y; }
    RANVIER_INLINE PackPair& operator/=(PackPair y) { return *this = *this / y; }

    RANVIER_INLINE friend PackPair operator+(PackPair x, PackPair y) {
        return {x.a + y.a, x.b + y.b};
    }
    RANVIER_INLINE friend PackPair operator-(PackPair x, PackPair y) {
        return {x.a - y.a, x.b - y.b};
    }
    RANVIER_INLINE friend PackPair operator*(PackPair x, PackPair y) {
        return {x.a * y.a, x.b * y.b};
    }
    RANVIER_INLINE friend PackPair operator/(PackPair x, PackPair y) {
        return {x.a / y.a, x.b / y.b};
    }

    RANVIER_INLINE friend PairMask<T> operator==(PackPair x, PackPair y) {
        return {x.a == y.a, x.b == y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator!=(PackPair x, PackPair y) {
        return {x.a != y.a, x.b != y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator<(PackPair x, PackPair y) {
        return {x.a < y.a, x.b < y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator<=(PackPair x, PackPair y) {
        return {x.a <= y.a, x.b <= y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator>(PackPair x, PackPair y) {
        return {x.a > y.a, x.b > y.b};
    }
    RANVIER_INLINE friend PairMask<T> operator>=(PackPair x, PackPair y) {
        return {x.a >= y.a, x.b >= y.b};
    }
};

template <class T>
struct Traits<PackPair<T>> {
    using Scalar = T;
    using Mask   = PairMask<T>;
    using Bits   = PairBits<T>;

    static constexpr int lanes = PackPair<T>::width;
};

template <class V>
inline constexpr bool is_pair = false;
template <class T>
inline constexpr bool is_pair<PackPair<T>> = true;

template <class T>
RANVIER_INLINE PairBits<T> to_bits(PackPair<T> x) {
    return {to_bits(x.a), to_bits(x.b)};
}
template <class T>
RANVIER_INLINE PackPair<T> select(PairMask<T> mask, PackPair<T> x, PackPair<T> y) {
    return {select(mask.a, x.a, y.a), select(mask.b, x.b, y.b)};
}
template <class T>
RANVIER_INLINE PackPair<T> select(PairMask<T> mask, PackPair<T> x, std::type_identity_t<T> y) {
    return select(mask, x, PackPair<T>{y});
}
template <class T>
RANVIER_INLINE PackPair<T> select(PairMask<T> mask, std::type_identity_t<T> x, PackPair<T> y) {
    return select(mask, PackPair<T>{x}, y);
}

template <class T>
RANVIER_INLINE unsigned bits(PairMask<T> mask) {
    return bits(mask.a) | bits(mask.b) << Pack<T>::width;
}
template <class T>
RANVIER_INLINE bool any(PairMask<T> mask) {
    return any(mask.a | mask.b);
}
template <class T>
RANVIER_INLINE bool all(PairMask<T> mask) {
    return all(mask.a & mask.b);
}
template <class T>
RANVIER_INLINE PackPair<T> min(PackPair<T> x, PackPair<T> y) {
    return {min(x.a, y.a), min(x.b, y.b)};
}
template <class T>
RANVIER_INLINE PackPair<T> max(PackPair<T> x, PackPair<T> y) {
    return {max(x.a, y.a), max(x.b, y.b)};
}
template <class T>
RANVIER_INLINE PackPair<T> abs(PackPair<T> x) {
    return {abs(x.a), abs(x.b)};
}
template <class T>
RANVIER_INLINE PackPair<T> sqrt(PackPair<T> x) {
    return {sqrt(x.a), sqrt(x.b)};
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::simd
