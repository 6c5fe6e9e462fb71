/// @file
/// The current that is injected into cells during a step.
#pragma once

#include "ranvier/base/PackPair.hpp"

namespace ranvier::models {

/// The injected current of a step where there is none: adds nothing and costs nothing.
struct NoCurrent {
    template <class V>
    RANVIER_INLINE V add_to(V base) const {
        return base;
    }
    template <class V>
    RANVIER_INLINE V add_to(V base, V) const {
        return base;
    }
};

/// The current injected into each lane during a step, nA.
template <class V>
struct InjectedCurrent {
    V nA;
    /// base + nA
    RANVIER_INLINE V add_to(V base) const { return base + nA; }
    /// base + per_nA nA
    RANVIER_INLINE V add_to(V base, V per_nA) const { return base + per_nA * nA; }
};

}  // namespace ranvier::models
