#include "ranvier/io/SonataSignalWriter.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/parallel/collective.hpp"

#include "Attempts.hpp"
#include "FlushTimer.hpp"
#include "OutputFile.hpp"
#include "SignalDataset.hpp"
#include "SignalRows.hpp"

namespace ranvier {

struct SonataSignalWriter::Impl {
    Communicator                            comm;
    std::filesystem::path                   directory;
    Options                                 options;
    std::optional<io::OutputFile>           file;
    std::vector<io::SignalDataset>          datasets;
    std::vector<std::vector<std::uint64_t>> columns;  ///< [signals][ranks]
    io::FlushTimer                          timer;
    std::uint64_t                           num_flushes = 0;
    io::RowExchange<float>                  floats;  ///< the one of the precision asked for
    io::RowExchange<double>                 doubles;

    void create_datasets(std::span<const RecordedSignal> signals, const TimeGrid& time);
    void flush();
    void promise();
    template <class T>
    void append(io::RowExchange<T>& exchange, std::span<const SignalBlock> blocks);
};

void SonataSignalWriter::Impl::create_datasets(
    std::span<const RecordedSignal> signals, const TimeGrid& time
) {
    const std::string what = file->cannot("create the group report in");
    io::Attempts      attempt;
    io::H5Object      group;
    attempt([&] {
        const io::H5Local list = io::h5_creation_list(H5P_GROUP_CREATE);
        const hid_t id = H5Gcreate2(file->id(), "report", H5P_DEFAULT, list.get(), H5P_DEFAULT);
        group          = {io::h5_check(id, what), H5Gclose};
    });
    for (const RecordedSignal& signal : signals)
        datasets.emplace_back(
            group.get(), signal, time, options.double_precision, comm.is_root(), attempt
        );
    attempt([&] { group.close(what); });
    attempt.agree(comm);
}

void SonataSignalWriter::Impl::flush() {
    file->flush();
    promise();
    timer.restart();
    ++num_flushes;
}

void SonataSignalWriter::Impl::promise() {
    io::Attempts attempt;
    for (io::SignalDataset& dataset : datasets)
        dataset.promise(attempt);
    attempt.agree(comm);
}

template <class T>
void SonataSignalWriter::Impl::append(
    io::RowExchange<T>& exchange, std::span<const SignalBlock> blocks
) {
    const auto    rows   = exchange.rows_to_write(comm, columns, blocks);
    std::uint64_t growth = 0;
    for (std::size_t s = 0; s < datasets.size(); ++s)
        growth += datasets[s].growth_bytes(blocks[s].num_samples);
    file->reserve(growth, [this] { promise(); });  // readers are to find what was flushed
    io::Attempts attempt;
    for (std::size_t s = 0; s < datasets.size(); ++s) {
        if (blocks[s].num_samples == 0) continue;  // the same on all ranks
        datasets[s].append(rows[s].rows, blocks[s].num_samples, rows[s].values.data(), attempt);
    }
    attempt.agree(comm);
    file->note_size();
}

SonataSignalWriter::SonataSignalWriter(
    const Communicator& comm, std::filesystem::path directory, Options options
)
    : impl_(std::make_unique<Impl>(Impl{
          .comm      = comm,
          .directory = std::move(directory),
          .options   = std::move(options),
          .file      = {},
          .datasets  = {},
          .columns   = {},
          .timer     = io::FlushTimer{0},
          .floats    = {},
          .doubles   = {}})) {
    impl_->timer = io::FlushTimer{impl_->options.flush_interval_s};
}

SonataSignalWriter::~SonataSignalWriter() = default;

SonataSignalWriter::Transfers SonataSignalWriter::transfers() const {
    Transfers sum{.num_flushes = impl_->num_flushes};
    for (const io::SignalDataset& dataset : impl_->datasets) {
        sum.num_writes += dataset.num_writes();
        sum.num_collective += dataset.num_collective();
    }
    return sum;
}

void SonataSignalWriter::begin(std::span<const RecordedSignal> signals, double timestep_ms) {
    Impl& self = *impl_;
    if (self.options.name.empty() && !signals.empty()) self.options.name = signals[0].variable;
    std::uint64_t bytes = 0;
    for (const RecordedSignal& signal : signals) {
        bytes += io::SignalDataset::initial_bytes(signal);
        self.columns.push_back(self.comm.all_gather(std::uint64_t{signal.indices.size()}));
    }
    self.file.emplace(self.comm, self.directory / (self.options.name + ".h5"));
    self.file->reserve(bytes);
    io::collectively_in_file(self.comm, [&] {
        io::h5_write_attribute(
            self.file->id(), "ranvier_number", static_cast<std::uint32_t>(self.options.number)
        );
        io::h5_write_attribute(
            self.file->id(), "ranvier_resets", static_cast<std::uint32_t>(self.options.resets)
        );
    });
    self.create_datasets(signals, TimeGrid{Time::in_base_units(timestep_ms)});
    self.flush();
}

void SonataSignalWriter::write(std::span<const SignalBlock> blocks) {
    if (impl_->options.double_precision)
        impl_->append(impl_->doubles, blocks);
    else
        impl_->append(impl_->floats, blocks);
    if (impl_->comm.any(impl_->timer.is_due(impl_->comm))) impl_->flush();
}

void SonataSignalWriter::finish(bool complete) {
    io::Attempts attempt;
    for (io::SignalDataset& dataset : impl_->datasets)
        dataset.close(attempt);
    attempt.agree(impl_->comm);
    std::vector<io::WrittenRows> written;
    for (const io::SignalDataset& dataset : impl_->datasets)
        written.push_back(dataset.written());
    if (!complete)
        impl_->file->close();
    else if (impl_->options.publish)
        impl_->file->publish(written);
    else
        impl_->file->complete(written);
}

}  // namespace ranvier
