#include "ranvier/io/node_file.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "ranvier/parallel/activity.hpp"

#include "Attempts.hpp"
#include "OutputFile.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

// Bound for an object header, attributes and gaps, per group and per dataset.
constexpr std::uint64_t object_bytes = 8 * 1024;

/// One population's part of the file.
class NodeWriter {
public:
    NodeWriter(io::OutputFile& file, const Communicator& comm, const network::PopulationRecord& p)
        : file_(file),
          comm_(comm),
          population_(p) {}

    void write(hid_t nodes) {
        io::H5Object population = group(nodes, population_.label);
        const hid_t  at         = population.get();
        integers(at, "node_type_id", [](std::size_t) { return 0; });
        integers(at, "node_id", [](std::size_t i) { return i; });
        integers(at, "node_group_id", [](std::size_t) { return 0; });
        integers(at, "node_group_index", [](std::size_t i) { return i; });

        io::H5Object      zero   = group(at, "0");
        const bool        source = population_.group->is_source();
        const std::string model  = fmt::format("pynn:{}", population_.group->model());
        const char*       kind   = source ? "virtual" : "point_neuron";
        io::collectively_in_file(comm_, [&] {
            io::h5_write_attribute(zero.get(), "model_type", kind);
            io::h5_write_attribute(zero.get(), "model_template", model.c_str());
        });
        positions(zero.get());
        io::H5Object dynamics = group(zero.get(), "dynamics_params");
        parameters(dynamics.get());
        io::H5Object initial = group(zero.get(), "initial_values");
        for (std::size_t s = 0; s < population_.initial.size(); ++s) {
            numbers(initial.get(), population_.group->states()[s].name, [&](std::size_t cell) {
                return population_.initial[s].number(cell);
            });
        }
        io::Attempts attempt;
        for (io::H5Object* object : {&initial, &dynamics, &zero, &population})
            attempt([&] { object->close(about()); });
        attempt.agree(comm_);
    }

private:
    std::string about() const {
        return fmt::format("write_nodes: cannot write the nodes of \"{}\"", population_.label);
    }

    io::H5Object group(hid_t parent, const std::string& name) {
        file_.reserve(object_bytes);
        io::H5Object result;
        io::collectively_in_file(comm_, [&] {
            const io::H5Local list = io::h5_creation_list(H5P_GROUP_CREATE);
            const hid_t id = H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
            result         = {io::h5_check(id, about()), H5Gclose};
        });
        return result;
    }

    /// A dataset of `total` rows, of which this rank gives those from `first` on.
    template <class T>
    void dataset(
        hid_t                 parent,
        const std::string&    name,
        hid_t                 type,
        const std::vector<T>& rows,
        std::uint64_t         first,
        std::uint64_t         total
    ) {
        file_.reserve(object_bytes + total * sizeof(T));
        io::Attempts  attempt;
        io::H5Object  set;
        const hsize_t size = total, start = first, count = rows.size();
        attempt([&] {
            const io::H5Local space{
                io::h5_check(H5Screate_simple(1, &size, nullptr), about()), H5Sclose};
            const io::H5Local list = io::h5_creation_list(H5P_DATASET_CREATE);
            io::h5_check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), about());
            const hid_t id = H5Dcreate2(
                parent, name.c_str(), type, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT
            );
            set = {io::h5_check(id, about()), H5Dclose};
        });
        attempt.agree(comm_);
        if (total > 0)
            attempt([&] {  // HDF5 does not write nothing to nothing
                const io::H5Local in_file{io::h5_check(H5Dget_space(set.get()), about()), H5Sclose};
                const io::H5Local memory{
                    io::h5_check(H5Screate_simple(1, &count, nullptr), about()), H5Sclose};
                if (count == 0)
                    io::h5_check(H5Sselect_none(in_file.get()), about());
                else
                    io::h5_check(
                        H5Sselect_hyperslab(
                            in_file.get(), H5S_SELECT_SET, &start, nullptr, &count, nullptr
                        ),
                        about()
                    );
                const io::H5Local transfer{
                    io::h5_check(H5Pcreate(H5P_DATASET_XFER), about()), H5Pclose};
                io::h5_check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_COLLECTIVE), about());
                const T nothing{};
                io::h5_check(
                    H5Dwrite(
                        set.get(),
                        type,
                        memory.get(),
                        in_file.get(),
                        transfer.get(),
                        count == 0 ? &nothing : rows.data()
                    ),
                    about()
                );
            });
        attempt([&] { set.close(about()); });
        attempt.agree(comm_);
    }

    template <class F>
    void integers(hid_t parent, const std::string& name, F value) {
        std::vector<std::uint64_t> rows;
        for (std::size_t i = population_.slice.first; i < population_.slice.last; ++i)
            rows.push_back(static_cast<std::uint64_t>(value(i)));
        dataset(parent, name, H5T_STD_U64LE, rows, population_.slice.first, population_.size);
    }

    template <class F>
    void numbers(hid_t parent, const std::string& name, F value) {
        std::vector<double> rows(population_.slice.size());
        for (std::size_t cell = 0; cell < rows.size(); ++cell)
            rows[cell] = value(cell);
        dataset(parent, name, H5T_IEEE_F64LE, rows, population_.slice.first, population_.size);
    }

    void positions(hid_t parent) {
        const auto at = [&](std::size_t cell) {
            return population_.position(population_.slice.first + cell);
        };
        numbers(parent, "x", [&](std::size_t cell) { return at(cell).x; });
        numbers(parent, "y", [&](std::size_t cell) { return at(cell).y; });
        numbers(parent, "z", [&](std::size_t cell) { return at(cell).z; });
    }

    void parameters(hid_t parent) {
        const models::CellGroup& group = *population_.group;
        for (std::size_t k = 0; k < group.parameters().size(); ++k) {
            const models::ParameterInfo& info = group.parameters()[k];
            if (info.is_sequence) {
                sequences(parent, info.name, group.column(k));
            } else {
                numbers(parent, info.name, [&](std::size_t cell) {
                    return group.column(k).number(cell);
                });
            }
        }
    }

    void sequences(hid_t parent, const std::string& name, const models::Column& column) {
        std::vector<double>        times;
        std::vector<std::uint64_t> offsets;
        for (std::size_t cell = 0; cell < population_.slice.size(); ++cell) {
            offsets.push_back(times.size());
            const auto& own = column.sequence(cell).values();
            times.insert(times.end(), own.begin(), own.end());
        }
        const std::uint64_t before = comm_.exclusive_sum(times.size());
        const std::uint64_t total  = comm_.sum(std::uint64_t{times.size()});
        for (std::uint64_t& offset : offsets)
            offset += before;
        if (comm_.rank() == comm_.size() - 1) offsets.push_back(total);
        dataset(parent, name, H5T_IEEE_F64LE, times, before, total);
        dataset(
            parent,
            name + "_offset",
            H5T_STD_U64LE,
            offsets,
            population_.slice.first,
            population_.size + 1
        );
    }

    io::OutputFile&                  file_;
    const Communicator&              comm_;
    const network::PopulationRecord& population_;
};

}  // namespace

void write_nodes(const network::Network& network, const std::filesystem::path& path) {
    const parallel::CollectiveCall call{network.comm(), "write_nodes"};
    io::OutputFile                 file{network.comm(), path};
    io::H5Object                   nodes;
    file.reserve(object_bytes);
    io::collectively_in_file(network.comm(), [&] {
        const io::H5Local list = io::h5_creation_list(H5P_GROUP_CREATE);
        const hid_t       id = H5Gcreate2(file.id(), "nodes", H5P_DEFAULT, list.get(), H5P_DEFAULT);
        nodes = {io::h5_check(id, "write_nodes: cannot make the group nodes"), H5Gclose};
    });
    std::vector<const network::PopulationRecord*> populations;
    for (const auto& population : network.populations())
        populations.push_back(population.get());
    std::sort(populations.begin(), populations.end(), [](const auto* a, const auto* b) {
        return a->label < b->label;
    });
    for (const network::PopulationRecord* population : populations)
        NodeWriter{file, network.comm(), *population}.write(nodes.get());
    io::collectively_in_file(network.comm(), [&] {
        nodes.close("write_nodes: cannot close the group nodes");
    });
    file.publish();
}

}  // namespace ranvier
