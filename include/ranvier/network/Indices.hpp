/// @file
/// Which members of a group are meant: a range, a list, a mask, as a user of Python writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ranvier/base/types.hpp"

namespace ranvier {

/// The members first, first + step, ... before last, by Python's rules: negative numbers count from
/// the end, what lies outside is cut off, `{}` is the end that the step comes from or goes to.
struct Slice {
    std::optional<std::ptrdiff_t> first{};
    std::optional<std::ptrdiff_t> last{};
    std::ptrdiff_t                step = 1;
};

/// `p[slice(0, 10)]`, `p[slice(0, {}, 2)]`: every second, `p[slice({}, {}, -1)]`: backwards. @local
constexpr Slice slice(
    std::optional<std::ptrdiff_t> first, std::optional<std::ptrdiff_t> last, std::ptrdiff_t step = 1
) {
    return {first, last, step};
}

namespace network {

/// Different members of a group in ascending or descending order, held as an arithmetic sequence
/// wherever they are one, otherwise as a shared list.
///
///     0 2 4:    first 0, step 2, size 3
///     7 5 3 1:  first 7, step -2, size 4
///     0 1 5:    the list 0 1 5
class Indices {
public:
    /// None.
    Indices() = default;
    /// Members 0 to size - 1.
    static Indices all(std::size_t size) { return {0, 1, size}; }
    /// @throws ParameterError for a step of 0
    Indices(const Slice& slice, std::size_t group_size, std::string_view group);
    /// A list in any order, sorted and without repetitions as in PyNN; negative numbers count from
    /// the end.
    /// @param group for messages: `Population "cells"`
    /// @throws ParameterError for a number outside the group
    Indices(std::span<const std::ptrdiff_t> list, std::size_t group_size, std::string_view group);
    /// The places that hold true. @throws ParameterError for a mask of another length
    Indices(const std::vector<bool>& mask, std::size_t group_size, std::string_view group);

    std::size_t size() const { return size_; }
    bool        empty() const { return size_ == 0; }

    /// The index at a place. @pre place < size()
    std::size_t operator[](std::size_t place) const {
        return list_ ? (*list_)[place]
                     : first_ + place * static_cast<std::size_t>(step_);  // wraps for steps < 0
    }
    /// The place of an index, if it is there. @note Constant for ranges, logarithmic for lists.
    std::optional<std::size_t> find(std::size_t index) const;
    /// The places of the indices within a range, which follow one another.
    IndexRange places_in(IndexRange range) const;

    /// The members of these at the places `inner`: a view of a view.
    Indices at(const Indices& inner) const;

    /// The indices at a range of places, each less `offset`.
    Indices within(IndexRange places, std::size_t offset) const;

    bool is_ascending() const { return size_ < 2 || (*this)[0] < (*this)[1]; }

    /// Whether an index is in both. @note Constant time for ranges of small steps.
    bool overlaps(const Indices& other) const;

    /// Differs if the indices or their order differ. @local @note Constant time for ranges.
    std::uint64_t fingerprint() const;

    /// Bytes of a list held; 0 for ranges.
    std::size_t bytes() const { return list_ ? list_->size() * sizeof(std::uint32_t) : 0; }

    friend bool operator==(const Indices& a, const Indices& b);

private:
    Indices(std::size_t first, std::ptrdiff_t step, std::size_t size)
        : first_(first),
          step_(size > 1 ? step : 1),
          size_(size) {}
    static Indices of_list(std::vector<std::uint32_t> list);

    std::size_t place_of_bound(std::size_t bound) const;

    std::size_t                                       first_ = 0;
    std::ptrdiff_t                                    step_  = 1;
    std::size_t                                       size_  = 0;
    std::shared_ptr<const std::vector<std::uint32_t>> list_;
};

/// One index, negative ones counted from the end. @local @throws ParameterError outside the group
std::size_t checked_index(std::ptrdiff_t index, std::size_t group_size, std::string_view group);

}  // namespace network
}  // namespace ranvier
