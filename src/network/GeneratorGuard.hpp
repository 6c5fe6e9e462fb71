/// @file
/// What a call draws from generators, taken back if the call is refused.
#pragma once

#include <vector>

#include "ranvier/random/NumpyRNG.hpp"

namespace ranvier::network {

/// The generators of one call; they stand where they stood before it if it does not end with
/// `keep`. A call is refused on all ranks or on none, so they stay alike.
class GeneratorGuard {
public:
    /// Those that take part in some values or in a structure. Before anything is drawn.
    template <class T>
    void watch(const T& values) {
        for (const NumpyRNG& rng : values.generators())
            before_.emplace_back(rng);
    }

    void keep() {
        for (NumpyRNG::Restore& before : before_)
            before.keep();
    }

private:
    std::vector<NumpyRNG::Restore> before_;
};

}  // namespace ranvier::network
