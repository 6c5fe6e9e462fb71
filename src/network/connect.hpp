/// @file
/// Shared by the sources that make and change connections.
#pragma once

#include <string>

namespace ranvier::network {

/// Throws the ConnectionError of a projection.
[[noreturn]] void refuse_projection(const std::string& name, const std::string& reason);

}  // namespace ranvier::network
