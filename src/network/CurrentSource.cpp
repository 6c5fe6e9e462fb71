#include "ranvier/network/CurrentSource.hpp"

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

/// All parameters as text, so that ranks can compare what they were given.
std::string text_of(const models::AnyCurrent& current) {
    std::string text{current.model()};
    for (const std::string& name : current.names()) {
        const std::vector<double> values = current.get(name);
        std::uint64_t             hash   = values.size();
        for (const double value : values)
            hash = hash_of(hash, bits_of(value));
        text += values.size() == 1 ? fmt::format(" {}={}", name, values[0])
                                   : fmt::format(" {}={:x}", name, hash);
    }
    return text;
}

}  // namespace

CurrentSource::CurrentSource(
    network::Network& network, std::unique_ptr<models::AnyCurrent> current, const std::string& label
)
    : network_(&network) {
    auto&       sources = network.currents();
    std::string name    = label.empty() ? fmt::format("current{}", sources.size()) : label;
    const parallel::CollectiveCall call{network.comm(), "CurrentSource"};
    require_same(network.comm(), name, "CurrentSource: label");
    require_same(network.comm(), text_of(*current), fmt::format("CurrentSource \"{}\"", name));
    for (const auto& other : sources) {
        if (other->label != name) continue;
        throw ParameterError(
            fmt::format(
                "CurrentSource \"{}\": this label is taken; labels key the noise. Choose another "
                "one.",
                name
            ),
            {.label = name}
        );
    }
    current->check(network.grid());

    auto record      = std::make_unique<network::CurrentRecord>(network::CurrentRecord{
             .label   = name,
             .id      = sources.size(),
             .context = {
                 network.grid(),
                 random::make_key(
                network.options().seed, random::Purpose::injected_current, hash_of_text(name)
            )}});
    record->current  = std::move(current);
    record->waveform = record->current->waveform(record->context);
    record_          = record.get();
    sources.push_back(std::move(record));
}

void CurrentSource::inject(const network::Selection& cells) {
    const std::string what = fmt::format("CurrentSource \"{}\": cells to inject into", label());
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("CurrentSource \"{}\": inject", label())};
    require_same(network_->comm(), cells.size(), what);
    require_same(network_->comm(), cells.fingerprint(), fmt::format("{} (hash)", what));
    for (const auto& part : cells.parts()) {
        const network::PopulationRecord& population = *part.population;
        if (!population.group->is_source()) continue;
        throw ModelError(
            fmt::format(
                "CurrentSource \"{}\": cells of population \"{}\" are of type {}, which has no "
                "membrane to inject into. Inject into neurons.",
                label(),
                population.label,
                population.group->model()
            ),
            {.label = label()}
        );
    }
    record_->targets.push_back(cells);
    ++record_->num_changes;
}

void CurrentSource::change(std::unique_ptr<models::AnyCurrent> current) {
    if (current->model() != type()) {
        throw ModelError(
            fmt::format(
                "CurrentSource \"{}\": it is a {}, and parameters of a {} were given.",
                label(),
                type(),
                current->model()
            ),
            {.label = label()}
        );
    }
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("CurrentSource \"{}\": set", label())};
    require_same(network_->comm(), text_of(*current), fmt::format("CurrentSource \"{}\"", label()));
    current->check(network_->grid());
    record_->waveform = current->waveform(record_->context);
    record_->current  = std::move(current);
    ++record_->num_changes;
}

void CurrentSource::set(std::string_view name, const std::vector<double>& values) {
    set({{name, values}});
}

void CurrentSource::set(
    std::initializer_list<std::pair<std::string_view, std::vector<double>>> values
) {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("CurrentSource \"{}\": set", label())};
    auto copy = record_->current->clone();
    collectively(network_->comm(), [&] {
        for (const auto& [name, numbers] : values)
            copy->set(name, numbers);
    });
    change(std::move(copy));
}

double CurrentSource::get(std::string_view name) const {
    const std::vector<double> values = get_series(name);
    if (values.size() == 1) return values[0];
    throw ParameterError(
        fmt::format(
            "CurrentSource \"{}\": {} is a series of {} values. Use get_series.",
            label(),
            name,
            values.size()
        ),
        {.label = label(), .parameter = std::string{name}}
    );
}

std::vector<double> CurrentSource::get_series(std::string_view name) const {
    return record_->current->get(name);
}

void CurrentSource::record() {
    if (record_->is_recorded) return;
    record_->is_recorded = true;
    record_->first       = network_->now();
}

RecordedCurrent CurrentSource::get_data() const {
    if (!record_->is_recorded) {
        throw RecordingError(
            fmt::format(
                "CurrentSource \"{}\": it is not recorded. Call record() before the run.", label()
            ),
            {.label = label(), .parameter = "i"}
        );
    }
    RecordedCurrent data{{}, record_->samples};
    data.amplitudes.push_back(record_->waveform(network_->now()));
    for (std::size_t k = 0; k < data.amplitudes.size(); ++k)
        data.times.push_back(network_->grid().ms(record_->first + static_cast<Step>(k)));
    return data;
}

}  // namespace ranvier
