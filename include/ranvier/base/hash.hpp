/// @file
/// 64-bit mixing, for keys of random streams and for digests. Not cryptographic.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace ranvier {

/// Bijective mixing of 64 bits (the finaliser of SplitMix64, doi:10.1145/2660193.2660195).
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// Mixes a sequence of words; the order matters.
template <class... Words>
constexpr std::uint64_t hash_of(std::uint64_t first, Words... rest) {
    std::uint64_t h = mix(first);
    ((h = mix(h ^ static_cast<std::uint64_t>(rest))), ...);
    return h;
}

/// Hash of a text: FNV-1a, then mixed. Used for labels and names.
constexpr std::uint64_t hash_of_text(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : text) {
        h ^= static_cast<unsigned char>(c);
        h *= 0x100000001b3u;
    }
    return mix(h);
}

/// The bits of a number, so that digests distinguish what `==` does not.
constexpr std::uint64_t bits_of(double value) {
    return std::bit_cast<std::uint64_t>(value);
}
constexpr std::uint64_t bits_of(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

/// Hash of many numbers, fast: tells whether two lists differ, in bits, order or length.
constexpr std::uint64_t hash_of_numbers(std::span<const double> values) {
    std::uint64_t h = values.size();
    for (const double value : values)
        h = std::rotl((h ^ bits_of(value)) * 0xbf58476d1ce4e5b9u, 29);
    return mix(h);
}

}  // namespace ranvier
