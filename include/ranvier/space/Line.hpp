/// @file
/// Cells on a line along x.
#pragma once

#include <string>

#include "ranvier/space/Structure.hpp"

namespace ranvier {

/// Cell i lies at (x0 + dx i, y, z). Fits every number of cells; what a population has by default.
struct Line {
    Length dx = Length::in_base_units(1);
    Length x0{}, y{}, z{};

    space::Layout layout(std::size_t size, random::Key key) const;
    std::string   describe() const;
    friend bool   operator==(const Line&, const Line&) = default;
};

}  // namespace ranvier
