#include "ranvier/network/CurrentSource.hpp"

#include <algorithm>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "agree.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

/// All parameters, so that ranks can compare what they were given.
std::vector<network::Asked> asked_of(const models::AnyCurrent& current) {
    std::vector<network::Asked> all{{"its type", std::string{current.model()}}};
    for (const std::string& name : current.names()) {
        const std::vector<double> values = current.get(name);
        if (current.is_series(name))
            all.push_back(
                {name,
                 fmt::format("a series of {} values", values.size()),
                 hash_of_numbers(values),
                 "its numbers"}
            );
        else
            all.push_back({name, fmt::format("the number {}", number(values[0]))});
    }
    return all;
}

void check(const network::Network& network, const models::AnyCurrent& current) {
    current.check(network.grid());
    if (network.options().precision == Precision::float32) current.check_single();
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
    network::agree_on_call(
        network.comm(), fmt::format("CurrentSource \"{}\"", name), asked_of(*current), [] {}
    );
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
    check(network, *current);

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
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("CurrentSource \"{}\": inject", label())};
    network::agree_on_call(
        network_->comm(),
        fmt::format("CurrentSource \"{}\"", label()),
        {network::asked_of("cells to inject into", cells)},
        [] {}
    );
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
    network::agree_on_call(
        network_->comm(), fmt::format("CurrentSource \"{}\"", label()), asked_of(*current), [] {}
    );
    check(*network_, *current);
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
        for (auto value = values.begin(); value != values.end(); ++value) {
            const auto same = [&](const auto& other) { return other.first == value->first; };
            if (std::any_of(values.begin(), value, same))
                throw ParameterError(
                    fmt::format(
                        "CurrentSource \"{}\": {} is given twice. Give one value for each name.",
                        label(),
                        value->first
                    ),
                    {.label = label(), .parameter = std::string{value->first}}
                );
            copy->set(value->first, value->second);
        }
    });
    change(std::move(copy));
}

double CurrentSource::get(std::string_view name) const {
    const std::vector<double> values = record_->current->get(name);
    if (!record_->current->is_series(name)) return values[0];
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
    if (record_->current->is_series(name)) return record_->current->get(name);
    throw ParameterError(
        fmt::format("CurrentSource \"{}\": {} is one number. Use get.", label(), name),
        {.label = label(), .parameter = std::string{name}}
    );
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
