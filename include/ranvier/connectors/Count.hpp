/// @file
/// A number of connections: fixed, or drawn for each cell.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "ranvier/base/hash.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier::connectors {

/// A number of connections per cell: an integer, or a distribution of integers (binomial, poisson
/// or uniform_int), drawn once per cell. Give it always: 0 connects nothing.
class Count {
public:
    Count() = delete;
    template <std::integral I>
    Count(I n) : fixed_(static_cast<std::int64_t>(n)) {}
    Count(const RandomDistribution<double>& distribution)
        : distribution_(distribution.untyped()),
          has_generator_(distribution.rng().has_value()) {}

    /// What is wrong with it; empty: nothing. @local
    std::string check() const;
    /// Whether it is 0 for every cell.
    bool   is_zero() const { return !distribution_ && fixed_ == 0; }
    double mean() const;  ///< expected number, for estimates

    /// The number for one cell. @local @pre check() is empty
    std::size_t of(random::Key key, std::size_t cell) const;

    std::uint64_t fingerprint() const;

private:
    std::int64_t                        fixed_ = 0;
    std::optional<random::Distribution> distribution_;
    bool                                has_generator_ = false;
};

}  // namespace ranvier::connectors
