#include "ranvier/io/SonataSpikeWriter.hpp"

#include <array>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/parallel/collective.hpp"

#include "Attempts.hpp"
#include "FlushTimer.hpp"
#include "OutputFile.hpp"
#include "SpikeDataset.hpp"
#include "SpikeRows.hpp"
#include <fmt/format.h>

namespace ranvier {

struct SonataSpikeWriter::Impl {
    Communicator                  comm;
    std::filesystem::path         path;
    Options                       options;
    std::optional<io::OutputFile> file;
    io::H5Object                  recorded;  ///< the attribute ranvier_recorded_ms
    std::vector<io::SpikeDataset> datasets;
    TimeGrid                      time{1_ms};
    io::FlushTimer                timer{0};
    std::uint64_t                 num_flushes = 0;

    void create_attributes();
    void write_recorded(Step last);
    void create_datasets(std::span<const RecordedPopulation> populations);
    void append(
        std::span<const std::vector<SpikeRecord>> rows, std::span<const std::uint64_t> totals
    );
    void close_datasets();
    void flush();
};

void SonataSpikeWriter::Impl::create_attributes() {
    io::collectively_in_file(comm, [&] {
        io::h5_write_attribute(
            file->id(), "ranvier_number", static_cast<std::uint32_t>(options.number)
        );
        io::h5_write_attribute(
            file->id(), "ranvier_resets", static_cast<std::uint32_t>(options.resets)
        );
        recorded = io::h5_attribute(file->id(), "ranvier_recorded_ms", H5T_IEEE_F64LE, 2);
    });
    write_recorded(options.first);
}

/// Until when spikes are in the file. It goes to the disk with the next flush, as their number.
void SonataSpikeWriter::Impl::write_recorded(Step last) {
    io::collectively_in_file(comm, [&] {
        const std::array<double, 2> values{time.ms(options.first), time.ms(last)};
        io::h5_check(
            H5Awrite(recorded.get(), H5T_NATIVE_DOUBLE, values.data()),
            file->cannot("write the times of recording in")
        );
    });
}

void SonataSpikeWriter::Impl::create_datasets(std::span<const RecordedPopulation> populations) {
    const std::string what = file->cannot("create the group spikes in");
    io::Attempts      attempt;
    io::H5Object      group;
    attempt([&] {
        const io::H5Local list = io::h5_creation_list(H5P_GROUP_CREATE);
        const hid_t id = H5Gcreate2(file->id(), "spikes", H5P_DEFAULT, list.get(), H5P_DEFAULT);
        group          = {io::h5_check(id, what), H5Gclose};
    });
    for (const RecordedPopulation& population : populations)
        datasets.emplace_back(group.get(), population, attempt);
    attempt([&] { group.close(what); });
    attempt.agree(comm);
}

void SonataSpikeWriter::Impl::append(
    std::span<const std::vector<SpikeRecord>> rows, std::span<const std::uint64_t> totals
) {
    std::uint64_t growth = 0;
    for (std::size_t p = 0; p < datasets.size(); ++p)
        growth += datasets[p].growth_bytes(totals[p]);
    file->reserve(growth);

    std::vector<std::uint64_t> before(rows.size());
    for (std::size_t p = 0; p < rows.size(); ++p)
        before[p] = rows[p].size();
    comm.exclusive_sum(std::span<std::uint64_t>{before});

    io::Attempts               attempt;
    std::vector<double>        times;
    std::vector<std::uint64_t> ids;
    for (std::size_t p = 0; p < datasets.size(); ++p) {
        if (totals[p] == 0) continue;  // decided by all ranks alike
        times.clear();
        ids.clear();
        for (const SpikeRecord& spike : rows[p]) {
            times.push_back(time.ms(spike.step) + spike.offset);
            ids.push_back(spike.index);
        }
        datasets[p].append(times, ids, {.first = before[p], .total = totals[p]}, attempt);
    }
    attempt.agree(comm);
    file->note_size();
}

void SonataSpikeWriter::Impl::flush() {
    file->flush();
    timer.restart();
    ++num_flushes;
}

void SonataSpikeWriter::Impl::close_datasets() {
    io::Attempts attempt;
    for (io::SpikeDataset& dataset : datasets)
        dataset.close(attempt);
    attempt([&] { recorded.close(file->cannot("write the times of recording in")); });
    attempt.agree(comm);
}

SonataSpikeWriter::SonataSpikeWriter(
    const Communicator& comm, std::filesystem::path directory, Options options
)
    : impl_(std::make_unique<Impl>()) {
    impl_->comm    = comm;
    impl_->path    = std::move(directory) / (options.name + ".h5");
    impl_->timer   = io::FlushTimer{options.flush_interval_s};
    impl_->options = std::move(options);
}

SonataSpikeWriter::SonataSpikeWriter(const Communicator& comm, std::filesystem::path directory)
    : SonataSpikeWriter(comm, std::move(directory), Options{}) {}

SonataSpikeWriter::~SonataSpikeWriter() = default;

std::filesystem::path SonataSpikeWriter::path() const {
    return impl_->path;
}

SonataSpikeWriter::Transfers SonataSpikeWriter::transfers() const {
    Transfers sum{.num_flushes = impl_->num_flushes};
    for (const io::SpikeDataset& dataset : impl_->datasets) {
        sum.num_writes += dataset.num_writes();
        sum.num_collective += dataset.num_collective();
    }
    return sum;
}

void SonataSpikeWriter::begin(std::span<const RecordedPopulation> populations, double timestep_ms) {
    impl_->time = TimeGrid{Time::in_base_units(timestep_ms)};
    impl_->file.emplace(impl_->comm, impl_->path);
    impl_->file->reserve(populations.size() * io::SpikeDataset::initial_bytes());
    impl_->create_attributes();
    impl_->create_datasets(populations);
    impl_->flush();
}

void SonataSpikeWriter::write(
    Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes_per_population
) {
    Impl& self = *impl_;

    // Totals per population, and in the last place root's wish to flush afterwards.
    std::vector<std::uint64_t> totals;
    for (const auto& list : spikes_per_population)
        totals.push_back(list.size());
    totals.push_back(self.timer.is_due(self.comm) ? 1 : 0);
    self.comm.sum(std::span<std::uint64_t>{totals});
    const bool flush = totals.back() != 0;
    totals.pop_back();

    if (std::accumulate(totals.begin(), totals.end(), std::uint64_t{0}) > 0) {
        const auto rows = io::spikes_of_my_steps(self.comm, first, last, spikes_per_population);
        self.append(rows, totals);
    }
    self.write_recorded(last);
    if (flush) self.flush();
}

void SonataSpikeWriter::finish(bool complete) {
    impl_->close_datasets();
    std::vector<io::WrittenRows> written;
    for (const io::SpikeDataset& dataset : impl_->datasets)
        dataset.add_written(written);
    if (!complete)
        impl_->file->close();
    else if (impl_->options.publish)
        impl_->file->publish(written);
    else
        impl_->file->complete(written);
}

}  // namespace ranvier
