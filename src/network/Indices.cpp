#include "ranvier/network/Indices.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"

#include <fmt/format.h>

namespace ranvier::network {

std::size_t checked_index(std::ptrdiff_t index, std::size_t group_size, std::string_view group) {
    const auto size = static_cast<std::ptrdiff_t>(group_size);
    if (index >= -size && index < size)
        return static_cast<std::size_t>(index < 0 ? index + size : index);
    throw ParameterError(
        group_size == 0
            ? fmt::format("{}: there is no cell {}; it has none.", group, index)
            : fmt::format(
                  "{}: there is no cell {}. Its {} cells are numbered 0 to {}, or from the end -1 "
                  "to -{}.",
                  group,
                  index,
                  group_size,
                  group_size - 1,
                  group_size
              ),
        {.index = static_cast<std::size_t>(index)}
    );
}

Indices::Indices(const Slice& slice, std::size_t group_size, std::string_view group) {
    if (slice.step == 0)
        throw ParameterError(
            fmt::format("{}: the step of a slice must not be 0. Use 1 or -1.", group),
            {.parameter = "step"}
        );
    const auto size = static_cast<std::ptrdiff_t>(group_size);
    const bool back = slice.step < 0;
    const auto cut  = [&](std::ptrdiff_t i) {
        if (i < 0) i += size;
        return std::clamp(i, std::ptrdiff_t{back ? -1 : 0}, back ? size - 1 : size);
    };
    const std::ptrdiff_t first = slice.first ? cut(*slice.first) : (back ? size - 1 : 0);
    const std::ptrdiff_t last  = slice.last ? cut(*slice.last) : (back ? -1 : size);
    const std::ptrdiff_t span  = back ? first - last : last - first;
    const std::ptrdiff_t width = back ? -slice.step : slice.step;
    if (span <= 0) return;
    *this = Indices{
        static_cast<std::size_t>(first),
        slice.step,
        static_cast<std::size_t>((span - 1) / width + 1)};
}

Indices::Indices(
    std::span<const std::ptrdiff_t> list, std::size_t group_size, std::string_view group
) {
    std::vector<std::uint32_t> sorted;
    sorted.reserve(list.size());
    for (const std::ptrdiff_t index : list)
        sorted.push_back(static_cast<std::uint32_t>(checked_index(index, group_size, group)));
    if (!std::is_sorted(sorted.begin(), sorted.end())) std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    *this = of_list(std::move(sorted));
}

Indices::Indices(const std::vector<bool>& mask, std::size_t group_size, std::string_view group) {
    if (mask.size() != group_size)
        throw ParameterError(fmt::format(
            "{}: a mask must have one value per cell, got {} values for {} cells.",
            group,
            mask.size(),
            group_size
        ));
    std::vector<std::uint32_t> list;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i]) list.push_back(static_cast<std::uint32_t>(i));
    }
    *this = of_list(std::move(list));
}

Indices Indices::of_list(std::vector<std::uint32_t> list) {
    if (list.empty()) return {};
    const std::ptrdiff_t step =
        list.size() > 1 ? std::ptrdiff_t{list[1]} - std::ptrdiff_t{list[0]} : 1;
    bool even = true;
    for (std::size_t k = 1; k < list.size() && even; ++k)
        even = std::ptrdiff_t{list[k]} - std::ptrdiff_t{list[k - 1]} == step;
    Indices result{list[0], step, list.size()};
    if (!even) result.list_ = std::make_shared<const std::vector<std::uint32_t>>(std::move(list));
    return result;
}

std::optional<std::size_t> Indices::find(std::size_t index) const {
    if (list_) {
        const bool ascending = list_->front() < list_->back();
        const auto it =
            ascending ? std::lower_bound(list_->begin(), list_->end(), index)
                      : std::lower_bound(list_->begin(), list_->end(), index, std::greater<>{});
        if (it == list_->end() || *it != index) return std::nullopt;
        return static_cast<std::size_t>(it - list_->begin());
    }
    const auto distance = static_cast<std::ptrdiff_t>(index) - static_cast<std::ptrdiff_t>(first_);
    if (size_ == 0 || distance % step_ != 0) return std::nullopt;
    const std::ptrdiff_t place = distance / step_;
    if (place < 0 || static_cast<std::size_t>(place) >= size_) return std::nullopt;
    return static_cast<std::size_t>(place);
}

/// How many of the indices come before `bound` in ascending order.
std::size_t Indices::place_of_bound(std::size_t bound) const {
    std::size_t low = 0, high = size_;
    const bool  ascending = is_ascending();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        const std::size_t index  = (*this)[ascending ? middle : size_ - 1 - middle];
        if (index < bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

IndexRange Indices::places_in(IndexRange range) const {
    const std::size_t first = place_of_bound(range.first);
    const std::size_t last  = std::max(first, place_of_bound(range.last));
    if (is_ascending()) return {first, last};
    return {size_ - last, size_ - first};
}

Indices Indices::at(const Indices& inner) const {
    if (inner.empty()) return {};
    if (!list_ && !inner.list_)
        return {
            (*this)[inner[0]],
            inner.size() > 1 ? static_cast<std::ptrdiff_t>((*this)[inner[1]]) -
                                   static_cast<std::ptrdiff_t>((*this)[inner[0]])
                             : 1,
            inner.size()};
    if (inner == all(size_)) return *this;
    std::vector<std::uint32_t> list(inner.size());
    for (std::size_t k = 0; k < list.size(); ++k)
        list[k] = static_cast<std::uint32_t>((*this)[inner[k]]);
    return of_list(std::move(list));
}

Indices Indices::within(IndexRange places, std::size_t offset) const {
    if (places.empty()) return {};
    if (!list_) return {(*this)[places.first] - offset, step_, places.size()};
    std::vector<std::uint32_t> list(places.size());
    for (std::size_t k = 0; k < list.size(); ++k)
        list[k] = static_cast<std::uint32_t>((*list_)[places.first + k] - offset);
    return of_list(std::move(list));
}

bool Indices::overlaps(const Indices& other) const {
    if (empty() || other.empty()) return false;
    const Indices&   few  = size_ < other.size_ ? *this : other;
    const Indices&   many = size_ < other.size_ ? other : *this;
    const auto       ends = std::minmax({many[0], many[many.size() - 1]});
    const IndexRange near = few.places_in({ends.first, ends.second + 1});
    // Between two ranges the pattern of hits repeats after as many members as the other's step.
    std::size_t last = near.last;
    if (!few.list_ && !many.list_) {
        const std::ptrdiff_t step = many.step_ < 0 ? -many.step_ : many.step_;
        last                      = std::min(last, near.first + static_cast<std::size_t>(step));
    }
    for (std::size_t k = near.first; k < last; ++k) {
        if (many.find(few[k])) return true;
    }
    return false;
}

std::uint64_t Indices::fingerprint() const {
    if (empty()) return 0;
    if (!list_) return hash_of(size_, first_, step_);
    std::uint64_t hash = size_;
    for (const std::uint32_t index : *list_)
        hash = mix(hash ^ index);
    return hash;
}

bool operator==(const Indices& a, const Indices& b) {
    if (a.size_ != b.size_) return false;
    if (a.size_ == 0) return true;
    if (a.first_ != b.first_ || a.step_ != b.step_) return false;
    return a.list_ && b.list_ ? a.list_ == b.list_ || *a.list_ == *b.list_ : !a.list_ && !b.list_;
}

}  // namespace ranvier::network
