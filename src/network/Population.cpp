#include "ranvier/network/Population.hpp"

#include <algorithm>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/activity.hpp"

#include <fmt/format.h>

namespace ranvier {

Population::Population(network::Network& network, network::PopulationRecord& record)
    : PopulationView(&network, network::Selection{record}, record.label),
      record_(&record) {}

std::string Population::name() const {
    return fmt::format("Population \"{}\"", label());
}

void Population::set_structure(const Structure& structure) {
    network_->set_structure(*record_, structure);
}

void Population::set_positions(std::vector<Position> positions) {
    network_->set_positions(*record_, std::move(positions));
}

void Population::record(std::initializer_list<std::string_view> variables) {
    for (const std::string_view variable : variables) {
        if (variable == "spikes") continue;
        throw RecordingError(
            fmt::format(
                "Population \"{}\": cannot record \"{}\". {} records \"spikes\".",
                label(),
                variable,
                celltype()
            ),
            {.label = label(), .parameter = std::string{variable}}
        );
    }
    if (variables.size() == 0) return;
    record_->records_spikes = true;
    record_->spike_counts.resize(record_->slice.size());
}

void Population::require_recorded() const {
    if (record_->records_spikes) return;
    throw RecordingError(
        fmt::format(
            "Population \"{}\": its spikes are not recorded. Call record({{\"spikes\"}}) before "
            "the "
            "run.",
            label()
        ),
        {.label = label(), .parameter = "spikes"}
    );
}

std::vector<std::uint64_t> Population::spike_counts() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Population \"{}\": spike_counts", label())};
    require_recorded();
    return network_->comm().all_gather(record_->spike_counts).values;
}

const std::vector<std::uint64_t>& Population::local_spike_counts() const {
    require_recorded();
    return record_->spike_counts;
}

std::uint64_t Population::num_spikes() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Population \"{}\": num_spikes", label())};
    require_recorded();
    std::uint64_t total = 0;
    for (const std::uint64_t count : record_->spike_counts)
        total += count;
    return network_->comm().sum(total);
}

double Population::mean_spike_count() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Population \"{}\": mean_spike_count", label())};
    const std::uint64_t total = num_spikes();
    return size() == 0 ? 0 : static_cast<double>(total) / static_cast<double>(size());
}

}  // namespace ranvier
