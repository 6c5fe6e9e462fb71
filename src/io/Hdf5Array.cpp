#include "ranvier/io/Hdf5Array.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

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

}  // namespace

parameters::StoredArray from_hdf5(std::filesystem::path file, std::string dataset) {
    return {std::make_shared<const Hdf5Array>(std::move(file), std::move(dataset))};
}

}  // namespace ranvier
