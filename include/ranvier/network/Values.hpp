/// @file
/// What `get` returns: one number if it is the same for all members, otherwise one per member.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace ranvier {

/// Values of the members of a group in index order, to be read like a vector. A value that all
/// members share is held once.
///
///     p.get("tau_m").number()      15, if all cells have it
///     for (double tau : p.get("tau_m")) ...
class Values {
public:
    using value_type      = double;
    using size_type       = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference       = double;
    using const_reference = double;

    /// All values in order; it is a loop over indices.
    class const_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type        = double;
        using difference_type   = std::ptrdiff_t;
        using pointer           = const double*;
        using reference         = double;

        const_iterator() = default;
        const_iterator(const Values& values, std::size_t at) : values_(&values), at_(at) {}

        double          operator*() const { return (*values_)[at_]; }
        const_iterator& operator++() {
            ++at_;
            return *this;
        }
        const_iterator operator++(int) { return {*values_, at_++}; }
        friend bool    operator==(const_iterator a, const_iterator b) { return a.at_ == b.at_; }

    private:
        const Values* values_ = nullptr;
        std::size_t   at_     = 0;
    };
    using iterator = const_iterator;

    Values() = default;
    /// The same number for all of `size` members.
    Values(double number, std::size_t size, std::string name = {})
        : numbers_{number},
          size_(size),
          name_(std::move(name)) {}
    explicit Values(std::vector<double> numbers, std::string name = {})
        : numbers_(std::move(numbers)),
          size_(numbers_.size()),
          is_homogeneous_(false),
          name_(std::move(name)) {}

    std::size_t size() const { return size_; }
    bool        empty() const { return size_ == 0; }

    /// Whether all members have the same value, bit for bit; true for one member.
    bool is_homogeneous() const { return is_homogeneous_; }
    /// The value that all members have.
    /// @throws ParameterError if they differ, or if there is no member
    double number() const;

    /// The value of one member. @pre i < size()
    double         operator[](std::size_t i) const { return numbers_[is_homogeneous_ ? 0 : i]; }
    const_iterator begin() const { return {*this, 0}; }
    const_iterator end() const { return {*this, size_}; }

    /// One value per member, `[size]`.
    std::vector<double> array() const;
                        operator std::vector<double>() const { return array(); }

    friend bool operator==(const Values& a, const Values& b);
    friend bool operator==(const Values& a, const std::vector<double>& b);

private:
    std::vector<double> numbers_;
    std::size_t         size_           = 0;
    bool                is_homogeneous_ = true;
    std::string         name_;
};

}  // namespace ranvier
