/// @file
/// Which numbers can be held in the precision of a network.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "ranvier/network/Network.hpp"

#include <fmt/format.h>

namespace ranvier::network {

/// The largest size of a state variable, of a weight or of a current.
inline double largest_number(Precision precision) {
    return precision == Precision::float32 ? double{std::numeric_limits<float>::max()}
                                           : std::numeric_limits<double>::max();
}

/// The end of "must be" for a finite number beyond it: `between -3.4028235e+38 and 3.4028235e+38 mV
/// in single precision`. In double precision there is none.
/// @param sign +1: of numbers that must be >= 0; -1: <= 0; 0: any
inline std::string range_of_single(int sign, std::string_view unit) {
    constexpr float largest = std::numeric_limits<float>::max();
    return fmt::format(
        "between {} and {}{}{} in single precision",
        sign > 0 ? 0 : -largest,
        sign < 0 ? 0 : largest,
        unit.empty() ? "" : " ",
        unit
    );
}

}  // namespace ranvier::network
