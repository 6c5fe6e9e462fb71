#include "ranvier/base/faults.hpp"

#include <charconv>
#include <string>

#include "ranvier/base/Error.hpp"

#include <fmt/format.h>

namespace ranvier::faults {

namespace {

constexpr std::array<std::string_view, num_kinds> names{"memory", "file", "message"};

/// Reads a whole number up to the end or the given character, which is taken too.
bool read_number(std::string_view& text, char end, std::uint64_t& value) {
    const auto [next, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
    if (end == '\0') return text.empty();
    if (text.empty() || text[0] != end) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

void arm(Kind kind, std::uint64_t n) {
    const auto k     = static_cast<std::size_t>(kind);
    detail::left[k]  = n;
    detail::calls[k] = 0;
    detail::armed    = true;
}

void disarm() {
    detail::armed = false;
    detail::left  = {};
}

std::uint64_t num_calls(Kind kind) {
    return detail::calls[static_cast<std::size_t>(kind)];
}

void arm_from_text(std::string_view text, int rank) {
    std::string_view rest = text;
    for (std::size_t k = 0; k < num_kinds; ++k) {
        if (!rest.starts_with(names[k])) continue;
        rest.remove_prefix(names[k].size());
        std::uint64_t n     = 0;
        std::uint64_t where = 0;
        if (!rest.starts_with(':')) break;
        rest.remove_prefix(1);
        if (!read_number(rest, '@', n) || !read_number(rest, '\0', where)) break;
        if (where == static_cast<std::uint64_t>(rank)) arm(static_cast<Kind>(k), n);
        return;
    }
    throw ParameterError(fmt::format(
        "RANVIER_FAULT: must be memory, file or message, a number and a rank, as in file:3@1, got "
        "\"{}\".",
        text
    ));
}

}  // namespace ranvier::faults
