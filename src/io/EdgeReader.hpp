/// @file
/// Reads a SONATA edges file by hyperslabs, without other ranks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ranvier/base/types.hpp"

#include "H5.hpp"

namespace ranvier::io {

class EdgeReader {
public:
    /// Some consecutive edges.
    struct Rows {
        std::uint64_t                    first = 0;
        std::vector<std::uint64_t>       pre, post;
        std::vector<std::vector<double>> values;  ///< `[columns][edges]`
    };

    /// @param population empty: the only one of the file
    /// @throws FileError for a file that cannot be read, ConnectionError for missing columns
    EdgeReader(const std::filesystem::path& file, const std::string& population);

    /// Names of the values there are: of "weight" and "delay".
    const std::vector<std::string>& columns() const { return columns_; }

    std::uint64_t size() const { return size_; }  ///< number of edges
    /// Whether an index tells where the edges of each of so many targets are.
    bool has_index(std::size_t num_posts) const;

    /// Calls f for the edges onto a range of targets, and possibly others between them, in order.
    /// @param num_posts all targets there are; an index of another length is not trusted
    void read(IndexRange posts, std::size_t num_posts, const std::function<void(const Rows&)>& f)
        const;

private:
    std::string   about() const;
    std::string   only_population() const;
    bool          exists(const std::string& name) const;
    std::uint64_t rows_of(const std::string& name) const;
    IndexRange    edges_of(IndexRange posts, std::size_t num_posts) const;
    template <class T>
    void read_rows(
        const std::string& name,
        hid_t              type,
        hsize_t            first,
        hsize_t            count,
        hsize_t            width,
        std::vector<T>&    out
    ) const;

    std::filesystem::path    path_;
    H5Local                  file_;
    std::string              group_;  ///< "/edges/<population>/"
    std::uint64_t            size_ = 0;
    std::vector<std::string> columns_, datasets_;
};

}  // namespace ranvier::io
