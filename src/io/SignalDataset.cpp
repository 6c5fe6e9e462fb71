#include "SignalDataset.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "H5Rows.hpp"
#include <fmt/format.h>

namespace ranvier::io {

namespace {

constexpr std::uint64_t most_columns_of_a_chunk = 1024;
constexpr std::uint64_t most_rows_of_a_chunk    = 1024;
constexpr std::uint64_t most_values_of_a_chunk  = 262144;

/// Bounds for HDF5's own data: as in SpikeDataset, and more objects.
constexpr std::uint64_t index_bytes_per_chunk = 256;
constexpr std::uint64_t bytes_when_empty      = 32 * 1024;

std::string about(const char* verb, const std::string& label) {
    return fmt::format("write_sonata: cannot {} the samples of \"{}\"", verb, label);
}

}  // namespace

std::array<hsize_t, 2> SignalDataset::chunk_shape(std::uint64_t num_columns) {
    const std::uint64_t columns =
        std::clamp(num_columns, std::uint64_t{1}, most_columns_of_a_chunk);
    return {
        std::bit_floor(std::min(most_rows_of_a_chunk, most_values_of_a_chunk / columns)), columns};
}

std::uint64_t SignalDataset::initial_bytes(const RecordedSignal& signal) {
    // Per cell node_ids, index_pointers, element_ids, element_pos.
    return bytes_when_empty + signal.num_columns * 24;
}

SignalDataset::SignalDataset(
    hid_t                 report,
    const RecordedSignal& signal,
    const TimeGrid&       time,
    bool                  double_precision,
    bool                  is_root,
    Attempts&             attempt
)
    : label_(signal.label),
      num_columns_(signal.num_columns),
      chunk_(chunk_shape(signal.num_columns)),
      time_(time),
      first_(signal.first),
      interval_(signal.interval),
      memory_type_(double_precision ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT),
      value_bytes_(double_precision ? sizeof(double) : sizeof(float)),
      is_root_(is_root) {
    const std::string what = about("create the datasets for", label_);
    H5Object          group;
    attempt([&] {
        const H5Local list = h5_creation_list(H5P_GROUP_CREATE);
        const hid_t   id = H5Gcreate2(report, label_.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
        group            = {h5_check(id, what), H5Gclose};
    });
    attempt([&] {
        const hid_t type = double_precision ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
        data_ = h5_growing_dataset(group.get(), "data", type, num_columns_, chunk_, what);
        h5_write_attribute(data_.get(), "units", signal.unit.c_str());
        h5_write_attribute(data_.get(), "variable", signal.variable.c_str());
    });
    create_mapping(group.get(), signal, is_root, attempt);
    attempt([&] { group.close(what); });
}

void SignalDataset::create_mapping(
    hid_t population, const RecordedSignal& signal, bool is_root, Attempts& attempt
) {
    const std::string what = about("create the mapping for", label_);
    H5Object          group;
    attempt([&] {
        const H5Local list = h5_creation_list(H5P_GROUP_CREATE);
        const hid_t   id = H5Gcreate2(population, "mapping", H5P_DEFAULT, list.get(), H5P_DEFAULT);
        group            = {h5_check(id, what), H5Gclose};
    });
    // This rank's columns; the one with the last cell, or root, adds the end of the pointers.
    const IndexRange mine{signal.first_column, signal.first_column + signal.indices.size()};
    const bool has_end = num_columns_ == 0 ? is_root : !mine.empty() && mine.last == num_columns_;
    std::vector<std::uint64_t> pointers(mine.size() + (has_end ? 1 : 0));
    std::iota(pointers.begin(), pointers.end(), signal.first_column);
    const std::vector<std::uint32_t> zeros(mine.size(), 0);
    const std::vector<float>         middle(mine.size(), 0.5F);

    const auto add = [&](const char*   name,
                         hid_t         type,
                         hid_t         memory,
                         std::uint64_t length,
                         IndexRange    rows,
                         const void*   values) {
        attempt([&] {
            H5Object dataset = h5_fixed_dataset(group.get(), name, type, length, what);
            h5_write_rows(dataset.get(), memory, rows, values, what);
            if (std::string_view{name} == "node_ids") {
                const std::uint8_t sorted = 1;
                h5_write_attribute(dataset.get(), "sorted", H5T_STD_U8LE, &sorted);
            }
            dataset.close(what);
        });
    };
    add("node_ids", H5T_STD_U64LE, H5T_NATIVE_UINT64, num_columns_, mine, signal.indices.data());
    add("index_pointers",
        H5T_STD_U64LE,
        H5T_NATIVE_UINT64,
        num_columns_ + 1,
        {mine.first, mine.first + pointers.size()},
        pointers.data());
    add("element_ids", H5T_STD_U32LE, H5T_NATIVE_UINT32, num_columns_, mine, zeros.data());
    add("element_pos", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, num_columns_, mine, middle.data());
    attempt([&] {
        h5_check(
            H5Lcreate_hard(
                group.get(),
                "index_pointers",
                group.get(),
                "index_pointer",
                H5P_DEFAULT,
                H5P_DEFAULT
            ),
            what
        );
    });
    attempt([&] {
        times_ = h5_fixed_dataset(group.get(), "time", H5T_IEEE_F64LE, 3, what);
        h5_write_attribute(times_.get(), "units", "ms");
        write_time();
    });
    attempt([&] { group.close(what); });
}

std::uint64_t SignalDataset::growth_bytes(std::uint64_t num_samples) const {
    const auto chunk_rows = [this](std::uint64_t rows) {
        return (rows + chunk_[0] - 1) / chunk_[0];
    };
    const auto added  = chunk_rows(num_samples_ + num_samples) - chunk_rows(num_samples_);
    const auto across = (num_columns_ + chunk_[1] - 1) / chunk_[1];
    return added * across * (chunk_[0] * chunk_[1] * value_bytes_ + index_bytes_per_chunk);
}

void SignalDataset::append(
    IndexRange rows, std::uint64_t num_samples, const void* values, Attempts& attempt
) {
    const std::string what = about("write", label_);
    attempt([&] { h5_set_rows(data_.get(), num_samples_ + num_samples, what); });
    attempt([&] {
        const bool collective = h5_write_rows(
            data_.get(),
            memory_type_,
            {num_samples_ + rows.first, num_samples_ + rows.last},
            values,
            what
        );
        ++num_writes_;
        if (collective) ++num_collective_;
    });
    num_samples_ += num_samples;
}

void SignalDataset::promise(Attempts& attempt) {
    attempt([&] { write_time(); });
}

/// Readers find the number of samples from it: libsonata counts, BMTK truncates a quotient.
void SignalDataset::write_time() {
    const auto   samples = static_cast<double>(num_samples_);
    const double start   = time_.ms(first_);
    const double step    = time_.ms(interval_);
    double       stop    = time_.ms(first_ + static_cast<Step>(num_samples_) * interval_);
    while (std::trunc((stop - start) / step) < samples)
        stop = std::nextafter(stop, std::numeric_limits<double>::infinity());
    const std::array<double, 3> values{start, stop, step};
    h5_write_rows(
        times_.get(),
        H5T_NATIVE_DOUBLE,
        {0, is_root_ ? std::size_t{3} : std::size_t{0}},
        values.data(),
        about("write the times of", label_)
    );
}

void SignalDataset::close(Attempts& attempt) {
    const std::string what = about("close", label_);
    attempt([&] { write_time(); });
    attempt([&] { data_.close(what); });
    attempt([&] { times_.close(what); });
}

}  // namespace ranvier::io
