#include "ranvier/io/Hdf5Array.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/activity.hpp"

#include "H5.hpp"
#include "system_file.hpp"
#include <fmt/format.h>
#include <unistd.h>

namespace ranvier {

namespace {

/// Opened anew for every use: sources are copied, kept and used at any time, files are replaced.
class Hdf5Array final : public parameters::ArraySource {
public:
    Hdf5Array(std::filesystem::path file, std::string dataset)
        : file_(std::move(file)),
          dataset_(std::move(dataset)) {}

    std::optional<std::size_t> length() const override { return Opened{*this}.length; }

    void read(std::size_t first, std::span<double> out) const override {
        if (out.empty()) return;
        const std::string what = about("read");
        const Opened      opened{*this};
        const hsize_t     start = first, count = out.size();
        const io::H5Local memory{
            io::h5_check(H5Screate_simple(1, &count, nullptr), what), H5Sclose};
        const hid_t space = opened.space.get();
        io::h5_check(
            H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr), what
        );
        const parallel::FileAccess access;
        io::h5_check(
            H5Dread(
                opened.dataset.get(),
                H5T_NATIVE_DOUBLE,
                memory.get(),
                space,
                H5P_DEFAULT,
                out.data()
            ),
            what
        );
        io::raise_ordered_fault();
    }

    std::string describe() const override {
        return fmt::format("dataset \"{}\" of \"{}\"", dataset_, file_.string());
    }

private:
    /// The file as this rank alone sees it.
    struct Opened {
        explicit Opened(const Hdf5Array& array) {
            io::h5_prepare();
            const std::string          what = array.about("open");
            const parallel::FileAccess access;
            if (::access(array.file_.c_str(), R_OK) != 0)
                throw FileError(fmt::format("{}: {}.", what, io::system_text(errno)));
            file = {
                io::h5_check(H5Fopen(array.file_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), what),
                H5Fclose};
            dataset = {
                io::h5_check(H5Dopen2(file.get(), array.dataset_.c_str(), H5P_DEFAULT), what),
                H5Dclose};
            const io::H5Local type{io::h5_check(H5Dget_type(dataset.get()), what), H5Tclose};
            const H5T_class_t kind = H5Tget_class(type.get());
            space                  = {io::h5_check(H5Dget_space(dataset.get()), what), H5Sclose};
            const int dimensions   = H5Sget_simple_extent_ndims(space.get());
            if (dimensions != 1 || (kind != H5T_FLOAT && kind != H5T_INTEGER))
                throw FileError(fmt::format(
                    "{}: it must be a list of numbers, got {}.",
                    what,
                    dimensions != 1 ? fmt::format("an array of {} dimensions", dimensions)
                                    : std::string{"another type"}
                ));
            hsize_t rows = 0;
            io::h5_check(H5Sget_simple_extent_dims(space.get(), &rows, nullptr), what);
            length = rows;
            io::raise_ordered_fault();
        }

        io::H5Local file, dataset, space;  // closed in the opposite order
        std::size_t length = 0;
    };

    std::string about(const char* verb) const {
        return fmt::format("from_hdf5: cannot {} {}", verb, describe());
    }

    std::filesystem::path file_;
    std::string           dataset_;
};

/// Two datasets: all times, and where those of each member begin.
class Hdf5Sequences final : public parameters::SequenceSource {
public:
    Hdf5Sequences(const std::filesystem::path& file, const std::string& dataset)
        : times_(file, dataset),
          offsets_(file, dataset + "_offset") {}

    std::size_t length() const override {
        const std::size_t rows = *offsets_.length();
        if (rows == 0) refuse("no row");
        return rows - 1;
    }

    std::vector<Sequence> read(IndexRange members) const override {
        std::vector<double> offsets(members.size() + 1);
        offsets_.read(members.first, offsets);
        const bool ascends = std::is_sorted(offsets.begin(), offsets.end()) && offsets[0] >= 0;
        if (!ascends || offsets.back() > static_cast<double>(*times_.length()))
            refuse("rows that do not ascend from 0 to the number of times");
        const auto          first = static_cast<std::size_t>(offsets.front());
        std::vector<double> times(static_cast<std::size_t>(offsets.back()) - first);
        times_.read(first, times);
        std::vector<Sequence> result;
        result.reserve(members.size());
        for (std::size_t k = 0; k < members.size(); ++k) {
            const auto at = [&](double row) {
                return times.begin() +
                       (static_cast<std::ptrdiff_t>(row) - static_cast<std::ptrdiff_t>(first));
            };
            result.push_back(Sequence::in_ms({at(offsets[k]), at(offsets[k + 1])}));
        }
        return result;
    }

    std::string describe() const override { return times_.describe(); }

private:
    [[noreturn]] void refuse(const char* found) const {
        throw FileError(fmt::format(
            "sequences_from_hdf5: {} must hold where the times of each member begin and end, got "
            "{}.",
            offsets_.describe(),
            found
        ));
    }

    Hdf5Array times_, offsets_;
};

/// Positions of a file, in blocks that are read when one of theirs is first asked for.
class PositionBlocks {
public:
    PositionBlocks(const std::filesystem::path& file, const std::string& group, std::size_t size)
        : coordinates_{{{file, group + "/x"}, {file, group + "/y"}, {file, group + "/z"}}},
          size_(size) {
        for (const Hdf5Array& coordinate : coordinates_) {
            const std::size_t rows = *coordinate.length();
            if (rows == size) continue;
            throw SpaceError(fmt::format(
                "Hdf5Positions: {} has {} rows for {} cells. Give one row per cell.",
                coordinate.describe(),
                rows,
                size
            ));
        }
    }

    Position position(std::size_t index) const {
        constexpr std::size_t rows  = 4096;
        auto&                 block = blocks_[index / rows];
        const std::size_t     first = index / rows * rows;
        if (block.empty()) {
            std::vector<Position> read(std::min(rows, size_ - first));
            std::vector<double>   values(read.size());
            for (std::size_t axis = 0; axis < coordinates_.size(); ++axis) {
                coordinates_[axis].read(first, values);
                for (std::size_t k = 0; k < read.size(); ++k) {
                    Position& p                               = read[k];
                    (axis == 0 ? p.x : axis == 1 ? p.y : p.z) = values[k];
                }
            }
            block = std::move(read);
        }
        return block[index - first];
    }

private:
    std::array<Hdf5Array, 3>                             coordinates_;
    std::size_t                                          size_;
    mutable std::map<std::size_t, std::vector<Position>> blocks_;
};

}  // namespace

parameters::StoredSequences sequences_from_hdf5(std::filesystem::path file, std::string dataset) {
    return {std::make_shared<const Hdf5Sequences>(file, dataset)};
}

space::Layout Hdf5Positions::layout(std::size_t size, random::Key) const {
    const auto blocks = std::make_shared<const PositionBlocks>(file, group, size);
    return {size, [blocks](std::size_t index) { return blocks->position(index); }};
}

std::string Hdf5Positions::describe() const {
    return fmt::format("Hdf5Positions(\"{}\", \"{}\")", file.string(), group);
}

parameters::StoredArray from_hdf5(std::filesystem::path file, std::string dataset) {
    return {std::make_shared<const Hdf5Array>(std::move(file), std::move(dataset))};
}

}  // namespace ranvier
