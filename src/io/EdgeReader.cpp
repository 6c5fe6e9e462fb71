#include "EdgeReader.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier::io {

namespace {

constexpr std::uint64_t rows_at_a_time = std::uint64_t{1} << 18;
const std::string       index          = "indices/target_to_source";

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

}  // namespace

std::string EdgeReader::about() const {
    return fmt::format("FromFileConnector: cannot read \"{}\"", path_.string());
}

EdgeReader::EdgeReader(const std::filesystem::path& file, const std::string& population)
    : path_(file) {
    h5_prepare();
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        throw FileError(
            fmt::format("{}: {}.", about(), error ? system_text(error.value()) : "it is no file")
        );
    file_ = {h5_check(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), about()), H5Fclose};
    if (!exists("/edges"))
        throw ConnectionError(fmt::format("{}: it has no group /edges.", about()));
    group_ = fmt::format("/edges/{}/", population.empty() ? only_population() : population);
    for (const char* name : {"source_node_id", "target_node_id"}) {
        if (!exists(group_) || !exists(group_ + name))
            throw ConnectionError(fmt::format("{}: it has no dataset {}{}.", about(), group_, name)
            );
    }
    size_ = rows_of("target_node_id");
    for (const auto& [name, dataset] :
         {std::pair{"weight", "0/syn_weight"}, {"delay", "0/delay"}}) {
        if (!exists(group_ + "0") || !exists(group_ + dataset)) continue;
        columns_.emplace_back(name);
        datasets_.emplace_back(dataset);
    }
    for (const std::string& dataset : datasets_) {
        if (rows_of(dataset) != size_)
            throw ConnectionError(fmt::format(
                "{}: {}{} has {} rows for {} edges.",
                about(),
                group_,
                dataset,
                rows_of(dataset),
                size_
            ));
    }
    if (rows_of("source_node_id") != size_)
        throw ConnectionError(
            fmt::format("{}: {} sources for {} targets.", about(), rows_of("source_node_id"), size_)
        );
}

std::string EdgeReader::only_population() const {
    std::vector<std::string> names;
    const H5Local edges{h5_check(H5Gopen2(file_.get(), "/edges", H5P_DEFAULT), about()), H5Gclose};
    h5_check(
        H5Literate(edges.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &names), about()
    );
    if (names.size() != 1)
        throw ConnectionError(fmt::format(
            "{}: it has {} populations of edges, {}. Name one.",
            about(),
            names.size(),
            names.empty() ? "none" : quoted_names(names)
        ));
    return names[0];
}

bool EdgeReader::exists(const std::string& name) const {
    return H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

std::uint64_t EdgeReader::rows_of(const std::string& name) const {
    const H5Local set{
        h5_check(H5Dopen2(file_.get(), (group_ + name).c_str(), H5P_DEFAULT), about()), H5Dclose};
    const H5Local space{h5_check(H5Dget_space(set.get()), about()), H5Sclose};
    hsize_t       size[H5S_MAX_RANK] = {};
    if (h5_check(H5Sget_simple_extent_dims(space.get(), size, nullptr), about()) == 0) return 1;
    return size[0];
}

template <class T>
void EdgeReader::read_rows(
    const std::string& name,
    hid_t              type,
    hsize_t            first,
    hsize_t            count,
    hsize_t            width,
    std::vector<T>&    out
) const {
    out.resize(static_cast<std::size_t>(count * width));
    if (count == 0) return;
    const H5Local set{
        h5_check(H5Dopen2(file_.get(), (group_ + name).c_str(), H5P_DEFAULT), about()), H5Dclose};
    const H5Local space{h5_check(H5Dget_space(set.get()), about()), H5Sclose};
    const hsize_t start[2] = {first, 0}, counts[2] = {count, width};
    h5_check(
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, counts, nullptr), about()
    );
    const hsize_t length = out.size();
    const H5Local memory{h5_check(H5Screate_simple(1, &length, nullptr), about()), H5Sclose};
    h5_check(H5Dread(set.get(), type, memory.get(), space.get(), H5P_DEFAULT, out.data()), about());
}

bool EdgeReader::has_index(std::size_t num_posts) const {
    return exists(group_ + "indices") && exists(group_ + index) &&
           exists(group_ + index + "/node_id_to_ranges") &&
           exists(group_ + index + "/range_to_edge_id") &&
           rows_of(index + "/node_id_to_ranges") == num_posts;
}

/// The span of edges that holds all those of some targets, from the index if there is one.
IndexRange EdgeReader::edges_of(IndexRange posts, std::size_t num_posts) const {
    const IndexRange all{0, static_cast<std::size_t>(size_)};
    if (!has_index(num_posts)) return all;
    const std::uint64_t        known = rows_of(index + "/range_to_edge_id");
    std::vector<std::uint64_t> ranges, edges;
    read_rows(
        index + "/node_id_to_ranges", H5T_NATIVE_UINT64, posts.first, posts.size(), 2, ranges
    );
    std::uint64_t first = known, last = 0;
    for (std::size_t k = 0; k + 1 < ranges.size(); k += 2) {
        if (ranges[k] >= ranges[k + 1] || ranges[k] >= known) continue;
        first = std::min(first, ranges[k]);
        last  = std::max(last, std::min(ranges[k + 1], known));
    }
    if (first >= last) return {0, 0};
    read_rows(index + "/range_to_edge_id", H5T_NATIVE_UINT64, first, last - first, 2, edges);
    IndexRange span{all.last, 0};
    for (std::size_t k = 0; k + 1 < edges.size(); k += 2) {
        if (edges[k] >= edges[k + 1]) continue;
        span.first = std::min<std::size_t>(span.first, edges[k]);
        span.last = std::max<std::size_t>(span.last, std::min<std::size_t>(edges[k + 1], all.last));
    }
    return span.first < span.last ? span : IndexRange{0, 0};
}

void EdgeReader::read(
    IndexRange posts, std::size_t num_posts, const std::function<void(const Rows&)>& f
) const {
    if (posts.empty()) return;
    const IndexRange span = edges_of(posts, num_posts);
    Rows             rows;
    rows.values.resize(datasets_.size());
    for (std::uint64_t first = span.first; first < span.last; first += rows_at_a_time) {
        const std::uint64_t count = std::min(rows_at_a_time, span.last - first);
        rows.first                = first;
        read_rows("source_node_id", H5T_NATIVE_UINT64, first, count, 1, rows.pre);
        read_rows("target_node_id", H5T_NATIVE_UINT64, first, count, 1, rows.post);
        for (std::size_t c = 0; c < datasets_.size(); ++c)
            read_rows(datasets_[c], H5T_NATIVE_DOUBLE, first, count, 1, rows.values[c]);
        f(rows);
    }
}

}  // namespace ranvier::io
