/// @file
/// A table of values, one per pair of a presynaptic and a postsynaptic cell.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace ranvier {

/// Values `[rows][columns]`, row after row: row i belongs to the presynaptic cell i, column j to
/// the postsynaptic cell j.
template <class Q>
class Matrix {
public:
    Matrix() = default;
    Matrix(std::size_t rows, std::size_t columns, Q value = Q{})
        : rows_(rows),
          columns_(columns),
          values_(rows * columns, value) {}
    /// Row by row; short rows are filled up with the default value.
    Matrix(std::initializer_list<std::initializer_list<Q>> rows) : rows_(rows.size()) {
        for (const auto& row : rows)
            columns_ = row.size() > columns_ ? row.size() : columns_;
        for (const auto& row : rows) {
            values_.insert(values_.end(), row.begin(), row.end());
            values_.resize(values_.size() + columns_ - row.size());
        }
    }

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }

    typename std::vector<Q>::reference operator()(std::size_t i, std::size_t j) {
        return values_[i * columns_ + j];
    }
    typename std::vector<Q>::const_reference operator()(std::size_t i, std::size_t j) const {
        return values_[i * columns_ + j];
    }
    const std::vector<Q>& values() const { return values_; }

private:
    std::size_t    rows_    = 0;
    std::size_t    columns_ = 0;
    std::vector<Q> values_;
};

}  // namespace ranvier
