#include "ranvier/base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace ranvier {

namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Edit distance in half units: a change of letter case costs one, anything else two.
int distance(std::string_view a, std::string_view b) {
    std::vector<int> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = 2 * static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        int diagonal = row[0];
        row[0]       = 2 * static_cast<int>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const char x      = a[i - 1];
            const char y      = b[j - 1];
            const int  change = x == y ? 0 : (lower(x) == lower(y) ? 1 : 2);
            const int  best   = std::min({row[j] + 2, row[j - 1] + 2, diagonal + change});
            diagonal          = row[j];
            row[j]            = best;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string number(double value) {
    // What is no number has no sign that means anything; 0 / 0 gives one on some machines.
    return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

std::string nearest_name(std::string_view wanted, std::span<const std::string> names) {
    const auto nearer = [wanted](const std::string& a, const std::string& b) {
        return distance(a, wanted) < distance(b, wanted);
    };
    const auto found = std::min_element(names.begin(), names.end(), nearer);
    return found == names.end() ? std::string{} : *found;
}

std::string quoted_names(std::vector<std::string> names, std::string_view wanted) {
    if (!wanted.empty()) {
        std::stable_sort(names.begin(), names.end(), [wanted](const auto& a, const auto& b) {
            return distance(a, wanted) < distance(b, wanted);
        });
    }
    std::string result;
    for (const std::string& name : names)
        result += fmt::format("{}\"{}\"", result.empty() ? "" : ", ", name);
    return result;
}

}  // namespace ranvier
