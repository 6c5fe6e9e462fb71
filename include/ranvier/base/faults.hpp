/// @file
/// Failures on demand: what the library does when memory, a file or a message fails is tested by
/// making the n-th such call fail, for rising n, until a run succeeds.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ranvier::faults {

/// What can be made to fail.
enum class Kind : std::uint8_t { memory, file, message };
inline constexpr std::size_t num_kinds = 3;

namespace detail {
inline std::atomic<bool>                    armed{false};
inline std::array<std::uint64_t, num_kinds> left{};   // calls until one fails; 0: none will
inline std::array<std::uint64_t, num_kinds> calls{};  // since `arm`
}  // namespace detail

/// The n-th call of this kind from now on fails on this rank, once. n = 0 only counts. @local
void arm(Kind kind, std::uint64_t n);
/// Nothing fails any more. @local
void disarm();
/// Calls of this kind since `arm`. @local
std::uint64_t num_calls(Kind kind);

/// Reads `kind:n@rank`, for example `file:3@1`, and arms it if `rank` is this one. Programs take it
/// from the environment variable RANVIER_FAULT.
/// @local @throws ParameterError for another form
void arm_from_text(std::string_view text, int rank);

/// Whether this call has to fail. Called by the library in front of or after its own calls. @local
inline bool fails(Kind kind) noexcept {
    if (!detail::armed.load(std::memory_order_relaxed)) return false;
    const auto k = static_cast<std::size_t>(kind);
    ++detail::calls[k];
    return detail::left[k] > 0 && --detail::left[k] == 0;
}

}  // namespace ranvier::faults
