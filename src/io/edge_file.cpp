#include "ranvier/io/edge_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/partition.hpp"

#include "Attempts.hpp"
#include "OutputFile.hpp"
#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

// Bound for an object header, attributes and gaps, per group and per dataset.
constexpr std::uint64_t object_bytes = 8 * 1024;

/// Rows of a dataset that this rank has, one range after the other.
struct Rows {
    std::uint64_t           total = 0;
    std::vector<IndexRange> ranges;
};

class EdgeWriter {
public:
    EdgeWriter(io::OutputFile& file, const Communicator& comm, const Projection& projection)
        : file_(file),
          comm_(comm),
          projection_(projection) {}

    void write() {
        std::string name = projection_.label();
        std::replace(name.begin(), name.end(), '/', '_');
        io::H5Object edges      = group(file_.id(), "edges");
        io::H5Object population = group(edges.get(), name);
        io::H5Object zero       = group(population.get(), "0");
        const auto   list       = collectively(comm_, [&] {
            return projection_.network().list(projection_.record(), 7);
        });
        find_rows(list);
        columns(population.get(), zero.get(), list);
        index(population.get(), list);
        close({&zero, &population, &edges});
    }

private:
    std::string about() const {
        return fmt::format("save_connections: cannot write \"{}\"", projection_.label());
    }

    /// Where the local connections and the local targets stand among all.
    void find_rows(const network::Listing& list) {
        const network::Selection&  post = projection_.post();
        std::vector<std::uint64_t> counts(post.num_parts());
        for (std::size_t t = 0; t < list.posts.size(); ++t)
            counts[post.part_of(list.posts[t])] += list.first[t + 1] - list.first[t];
        const auto first = projection_.network().places_in_list(post, counts, edges_.total);
        for (const auto& run : post.local_runs()) {
            targets_.ranges.push_back(run.members);
            edges_.ranges.push_back({first[run.part], first[run.part] + counts[run.part]});
        }
        targets_.total = post.size();
    }

    void columns(hid_t population, hid_t zero, const network::Listing& list) {
        const auto                 size = static_cast<std::size_t>(list.size());
        std::vector<std::uint64_t> integers(size);
        const auto                 write = [&](const char* name, const std::string& nodes = {}) {
            dataset(population, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, integers, edges_, 1, nodes);
        };
        const std::vector<std::uint32_t> zeros(size);
        dataset(population, "edge_group_id", H5T_STD_U32LE, H5T_NATIVE_UINT32, zeros, edges_);
        write("edge_type_id");
        integers = rows_of_edges();
        write("edge_group_index");
        std::copy(list.pre.begin(), list.pre.end(), integers.begin());
        write("source_node_id", projection_.record().pre_label);
        for (std::size_t t = 0; t < list.posts.size(); ++t)
            std::fill(
                integers.begin() + static_cast<std::ptrdiff_t>(list.first[t]),
                integers.begin() + static_cast<std::ptrdiff_t>(list.first[t + 1]),
                list.posts[t]
            );
        write("target_node_id", projection_.record().post_label);
        dataset(zero, "syn_weight", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, list.weight, edges_);
        std::vector<double> delays(size);
        std::transform(list.steps.begin(), list.steps.end(), delays.begin(), [&](auto steps) {
            return projection_.network().grid().ms(steps);
        });
        dataset(zero, "delay", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, delays, edges_);
    }

    /// The row of each local connection in the datasets.
    std::vector<std::uint64_t> rows_of_edges() const {
        std::vector<std::uint64_t> rows;
        for (const IndexRange range : edges_.ranges) {
            for (std::size_t row = range.first; row < range.last; ++row)
                rows.push_back(row);
        }
        return rows;
    }

    void index(hid_t population, const network::Listing& list) {
        io::H5Object indices = group(population, "indices");
        index_by_source(indices.get(), list);
        index_by_target(indices.get(), list);
        close({&indices});
    }

    /// An index of SONATA: for each node its ranges, for each range its edges.
    void write_index(
        hid_t                             indices,
        const char*                       name,
        const std::vector<std::uint64_t>& ranges,
        const Rows&                       nodes,
        const std::vector<std::uint64_t>& edges,
        const Rows&                       rows
    ) {
        io::H5Object index = group(indices, name);
        const auto   write = [&](const char* what, const auto& values, const Rows& where) {
            dataset(index.get(), what, H5T_STD_U64LE, H5T_NATIVE_UINT64, values, where, 2);
        };
        write("node_id_to_ranges", ranges, nodes);
        io::Attempts attempt;
        attempt([&] {  // libsonata knows the one name, BMTK the other
            io::h5_check(
                H5Lcreate_hard(
                    index.get(),
                    "node_id_to_ranges",
                    index.get(),
                    "node_id_to_range",
                    H5P_DEFAULT,
                    H5P_DEFAULT
                ),
                about()
            );
        });
        attempt.agree(comm_);
        write("range_to_edge_id", edges, rows);
        close({&index});
    }

    /// Consecutive edges of one source and one target.
    struct Run {
        std::uint64_t source, first, last;
    };

    /// The local runs, by source and then by edge. None goes on with another target, so that they
    /// do not depend on which rank has which target.
    std::vector<Run> local_runs(const network::Listing& list) const {
        const std::vector<std::uint64_t> rows = rows_of_edges();
        std::vector<Run>                 runs;
        for (std::size_t t = 0; t < list.posts.size(); ++t) {
            for (std::uint64_t e = list.first[t]; e < list.first[t + 1]; ++e) {
                if (e > list.first[t] && runs.back().source == list.pre[e])
                    ++runs.back().last;
                else
                    runs.push_back({list.pre[e], rows[e], rows[e] + 1});
            }
        }
        sort(runs);
        return runs;
    }

    static void sort(std::vector<Run>& runs) {
        std::ranges::sort(runs, {}, [](const Run& run) {
            return std::pair{run.source, run.first};
        });
    }

    /// Each rank writes a block of the sources.
    void index_by_source(hid_t indices, const network::Listing& list) {
        const std::size_t        num_sources = projection_.pre().size();
        const int                ranks       = comm_.size();
        const std::vector<Run>   runs        = local_runs(list);
        std::vector<std::size_t> counts(static_cast<std::size_t>(ranks));
        for (const Run& run : runs)
            ++counts[static_cast<std::size_t>(owner_of(num_sources, run.source, ranks))];
        std::vector<Run> mine = comm_.all_to_all(runs, counts).values;
        sort(mine);

        std::array<std::uint64_t, 1> before{mine.size()}, total{mine.size()};
        comm_.exclusive_sum(std::span<std::uint64_t>{before});
        comm_.sum(std::span<std::uint64_t>{total});
        const IndexRange sources{
            first_index(num_sources, comm_.rank(), ranks),
            first_index(num_sources, comm_.rank() + 1, ranks)};
        std::vector<std::uint64_t> ranges, edges;
        std::size_t                k = 0;
        for (std::size_t source = sources.first; source < sources.last; ++source) {
            ranges.push_back(before[0] + k);
            while (k < mine.size() && mine[k].source == source)
                ++k;
            ranges.push_back(before[0] + k);
        }
        for (const Run& run : mine)
            edges.insert(edges.end(), {run.first, run.last});
        const auto first = static_cast<std::size_t>(before[0]);
        write_index(
            indices,
            "source_to_target",
            ranges,
            {num_sources, {sources}},
            edges,
            {total[0], {{first, first + mine.size()}}}
        );
    }

    /// The edges of a target follow one another: one range each.
    void index_by_target(hid_t indices, const network::Listing& list) {
        std::vector<std::uint64_t> ranges, edges;
        std::size_t                t = 0;
        for (std::size_t run = 0; run < targets_.ranges.size(); ++run) {
            const std::uint64_t before = t < list.posts.size() ? list.first[t] : 0;
            for (std::size_t post = targets_.ranges[run].first; post < targets_.ranges[run].last;
                 ++post, ++t) {
                ranges.insert(ranges.end(), {post, post + 1});
                for (const std::size_t end : {t, t + 1})
                    edges.push_back(edges_.ranges[run].first + list.first[end] - before);
            }
        }
        write_index(indices, "target_to_source", ranges, targets_, edges, targets_);
    }

    io::H5Object group(hid_t parent, const std::string& name) {
        file_.reserve(object_bytes);
        io::H5Object result;
        io::Attempts attempt;
        attempt([&] {
            const io::H5Local list = io::h5_creation_list(H5P_GROUP_CREATE);
            const hid_t id = H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
            result         = {io::h5_check(id, about()), H5Gclose};
        });
        attempt.agree(comm_);
        return result;
    }

    void close(std::initializer_list<io::H5Object*> objects) {
        io::Attempts attempt;
        for (io::H5Object* object : objects)
            attempt([&] { object->close(about()); });
        attempt.agree(comm_);
    }

    template <class T>
    void dataset(
        hid_t                 parent,
        const char*           name,
        hid_t                 type,
        hid_t                 native,
        const std::vector<T>& values,
        const Rows&           rows,
        hsize_t               width = 1,
        const std::string&    nodes = {}
    ) {
        file_.reserve(object_bytes + rows.total * width * sizeof(T));
        io::Attempts  attempt;
        io::H5Object  set;
        const hsize_t size[2] = {rows.total, width};
        attempt([&] {
            const io::H5Local space{
                io::h5_check(H5Screate_simple(width == 1 ? 1 : 2, size, nullptr), about()),
                H5Sclose};
            const io::H5Local list = io::h5_creation_list(H5P_DATASET_CREATE);
            if (rows.total > 0)  // nothing cannot be allocated
                io::h5_check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), about());
            const hid_t id =
                H5Dcreate2(parent, name, type, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
            set = {io::h5_check(id, about()), H5Dclose};
        });
        attempt.agree(comm_);
        if (rows.total > 0) attempt([&] { write_rows(set.get(), native, values, rows, width); });
        if (!nodes.empty())
            attempt([&] { io::h5_write_attribute(set.get(), "node_population", nodes.c_str()); });
        attempt([&] { set.close(about()); });
        attempt.agree(comm_);
    }

    template <class T>
    void write_rows(
        hid_t set, hid_t native, const std::vector<T>& values, const Rows& rows, hsize_t width
    ) {
        const io::H5Local in_file{io::h5_check(H5Dget_space(set), about()), H5Sclose};
        io::h5_check(H5Sselect_none(in_file.get()), about());
        for (const IndexRange range : rows.ranges) {
            if (range.empty()) continue;
            const hsize_t start[2] = {range.first, 0};
            const hsize_t count[2] = {range.size(), width};
            io::h5_check(
                H5Sselect_hyperslab(in_file.get(), H5S_SELECT_OR, start, nullptr, count, nullptr),
                about()
            );
        }
        const hsize_t     length = values.size();
        const io::H5Local memory{
            io::h5_check(H5Screate_simple(1, &length, nullptr), about()), H5Sclose};
        const io::H5Local transfer{io::h5_check(H5Pcreate(H5P_DATASET_XFER), about()), H5Pclose};
        io::h5_check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_COLLECTIVE), about());
        const T nothing{};
        io::h5_check(
            H5Dwrite(
                set,
                native,
                memory.get(),
                in_file.get(),
                transfer.get(),
                values.empty() ? &nothing : values.data()
            ),
            about()
        );
    }

    io::OutputFile&   file_;
    Communicator      comm_;
    const Projection& projection_;
    Rows              edges_, targets_;
};

void write_text(const std::vector<Connection>& connections, const std::filesystem::path& path) {
    const std::string who = "save_connections";
    io::make_directory(path.parent_path().empty() ? "." : path.parent_path(), who);
    const std::filesystem::path part = path.string() + ".part";
    io::make_empty_file(part, who);
    std::ofstream out{part};
    out << "# columns = [\"i\", \"j\", \"weight\", \"delay\"]\n";
    for (const Connection& c : connections)
        out << c.pre << '\t' << c.post << '\t' << number(c.weight) << '\t' << number(c.delay)
            << '\n';
    out.close();
    if (!out)
        throw FileError(
            fmt::format("{}: cannot write \"{}\": {}.", who, path.string(), io::system_text(errno))
        );
    io::move_into_place(part, path, who);
}

}  // namespace

void save_connections(const Projection& projection, const std::filesystem::path& path) {
    const Communicator             comm = projection.network().comm();
    const parallel::CollectiveCall call{
        comm, fmt::format("Projection \"{}\": save \"{}\"", projection.label(), path.string())};
    if (path.extension() != ".h5" && path.extension() != ".hdf5") {
        const auto connections = projection.connections();
        on_root(comm, [&] { write_text(connections, path); });
        return;
    }
    io::OutputFile file{comm, path};
    EdgeWriter{file, comm, projection}.write();
    file.publish();
}

}  // namespace ranvier
