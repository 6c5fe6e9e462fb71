/// @file
/// Building messages. Formatting itself is fmt's; here is what our messages share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ranvier {

/// The shortest decimal that reads back as the same number: 0.1, -20, 1e+300.
std::string number(double value);

/// The names in quotes, separated by commas: `"v", "spikes"`; the nearest to `wanted` comes first.
std::string quoted_names(std::vector<std::string> names, std::string_view wanted = {});

/// The valid name that differs least from `wanted` (edit distance, letter case counts half); empty
/// if there is none.
std::string nearest_name(std::string_view wanted, std::span<const std::string> names);

}  // namespace ranvier
