#include "ranvier/network/Projection.hpp"

#include <algorithm>
#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

using Lists = network::Store<double>;

const std::vector<std::string> names_of_values{
    "weight", "delay", "presynaptic_index", "postsynaptic_index"};

[[noreturn]] void refuse_name(const std::string& label, std::string_view name, std::size_t known) {
    throw ParameterError(
        fmt::format(
            "Projection \"{}\": its connections have no \"{}\". They have {}.",
            label,
            name,
            quoted_names(
                {names_of_values.begin(),
                 names_of_values.begin() + static_cast<std::ptrdiff_t>(known)},
                name
            )
        ),
        {.label = label, .parameter = std::string{name}}
    );
}

unsigned wanted_for(const std::string& label, std::string_view name) {
    if (name == "weight") return Lists::weights;
    if (name == "delay") return Lists::delays;
    if (name == "presynaptic_index") return Lists::sources;
    if (name == "postsynaptic_index") return 0;
    refuse_name(label, name, 4);
}

/// The k-th connection's value, which belongs to the t-th local target.
double value_of(
    const network::Listing& listing,
    const TimeGrid&         grid,
    std::string_view        name,
    std::size_t             t,
    std::size_t             k
) {
    if (name == "weight") return listing.weight[k];
    if (name == "delay") return grid.ms(listing.steps[k]);
    return name == "presynaptic_index" ? listing.pre[k] : listing.posts[t];
}

/// Calls f(local target, place) for each connection of a listing.
template <class F>
void for_each(const network::Listing& listing, F&& f) {
    for (std::size_t t = 0; t < listing.posts.size(); ++t) {
        for (auto k = static_cast<std::size_t>(listing.first[t]); k < listing.first[t + 1]; ++k)
            f(t, k);
    }
}

double combined(double before, double value, MultipleSynapses multiple) {
    if (std::isnan(before)) return value;
    switch (multiple) {
        case MultipleSynapses::sum:
            return before + value;
        case MultipleSynapses::first:
            return before;
        case MultipleSynapses::last:
            return value;
        case MultipleSynapses::min:
            return std::min(before, value);
        default:
            return std::max(before, value);
    }
}

/// Both ends lie in the same network.
network::Network& common(network::Network* pre, network::Network* post, const std::string& label) {
    if (pre != post)
        throw ConnectionError(fmt::format(
            "Projection \"{}\": the two populations belong to different simulations.", label
        ));
    return *pre;
}

/// Positions of the members of a group.
std::function<Position(std::size_t)> positions_of(const network::Selection& cells) {
    return [cells](std::size_t i) {
        const network::Selection::Part& part = cells.part(cells.part_of(i));
        return part.population->position(part.indices[i - part.first]);
    };
}

}  // namespace

Projection::Projection(
    End                               pre,
    End                               post,
    std::unique_ptr<connectors::Rule> rule,
    const StaticSynapse&              synapse,
    ProjectionOptions                 options
)
    : network_(&common(pre.network, post.network, fmt::format("{}\u2192{}", pre.label, post.label))
      ) {
    if (!rule)
        throw ConnectionError(fmt::format(
            "Projection \"{}\u2192{}\": the connector takes the pairs of a projection between "
            "other "
            "groups. Connect the same groups.",
            pre.label,
            post.label
        ));
    options.space.check();
    auto geometry = std::make_shared<connectors::Geometry>();
    *geometry     = {options.space, positions_of(pre.cells), positions_of(post.cells)};
    record_       = &network_->add(network::ProjectionRequest{
        std::move(pre.cells),
        std::move(post.cells),
        std::move(pre.label),
        std::move(post.label),
        std::move(options.label),
        std::move(options.receptor_type),
        std::move(rule),
        synapse,
        std::move(geometry),
        std::move(options.weight_resolution)});
}

std::vector<Connection> Projection::local_connections() const {
    return network_->local_connections(*record_);
}

std::vector<Connection> Projection::connections() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": connections", label())};
    auto all = network_->comm()
                   .all_gather(collectively(network_->comm(), [&] { return local_connections(); }))
                   .values;
    // A target lies on one rank; parts of a group may interleave ranks.
    std::stable_sort(all.begin(), all.end(), [](const Connection& a, const Connection& b) {
        return a.post < b.post;
    });
    return all;
}

std::vector<double> Projection::get_local(std::string_view name) const {
    const network::Listing listing = network_->list(*record_, wanted_for(label(), name));
    std::vector<double>    values;
    values.reserve(static_cast<std::size_t>(listing.size()));
    for_each(listing, [&](std::size_t t, std::size_t k) {
        values.push_back(value_of(listing, network_->grid(), name, t, k));
    });
    return values;
}

std::vector<double> Projection::get(std::string_view name) const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": get {}", label(), name)};
    const unsigned wanted = wanted_for(label(), name);
    struct Value {
        std::uint32_t post;
        double        value;
    };
    const auto mine = collectively(network_->comm(), [&] {
        const network::Listing listing = network_->list(*record_, wanted);
        std::vector<Value>     values;
        for_each(listing, [&](std::size_t t, std::size_t k) {
            values.push_back({listing.posts[t], value_of(listing, network_->grid(), name, t, k)});
        });
        return values;
    });
    auto       all  = network_->comm().all_gather(mine).values;
    std::stable_sort(all.begin(), all.end(), [](const Value& a, const Value& b) {
        return a.post < b.post;
    });
    std::vector<double> values;
    for (const Value& v : all)
        values.push_back(v.value);
    return values;
}

std::vector<std::vector<double>> Projection::get_list(std::initializer_list<std::string_view> names
) const {
    for (const std::string_view name : names)
        wanted_for(label(), name);
    std::vector<std::vector<double>> rows;
    for (const Connection& c : connections()) {
        std::vector<double>& row = rows.emplace_back();
        row                      = {static_cast<double>(c.pre), static_cast<double>(c.post)};
        for (const std::string_view name : names) {
            if (name == "weight") row.push_back(c.weight);
            if (name == "delay") row.push_back(c.delay);
            if (name == "presynaptic_index") row.push_back(static_cast<double>(c.pre));
            if (name == "postsynaptic_index") row.push_back(static_cast<double>(c.post));
        }
    }
    return rows;
}

Matrix<double> Projection::get_local_array(std::string_view name, MultipleSynapses multiple) const {
    const network::Listing listing =
        network_->list(*record_, wanted_for(label(), name) | Lists::sources);
    Matrix<double> result(num_pre(), num_post(), std::numeric_limits<double>::quiet_NaN());
    for_each(listing, [&](std::size_t t, std::size_t k) {
        const double value = value_of(listing, network_->grid(), name, t, k);
        auto&&       place = result(listing.pre[k], listing.posts[t]);
        place              = combined(place, value, multiple);
    });
    return result;
}

Matrix<double> Projection::get_array(std::string_view name, MultipleSynapses multiple) const {
    const bool is_delay = name == "delay";
    if (name != "weight" && !is_delay) wanted_for(label(), name);
    Matrix<double> result(num_pre(), num_post(), std::numeric_limits<double>::quiet_NaN());
    for (const Connection& c : connections()) {
        double value = is_delay ? c.delay : c.weight;
        if (name == "presynaptic_index") value = static_cast<double>(c.pre);
        if (name == "postsynaptic_index") value = static_cast<double>(c.post);
        result(c.pre, c.post) = combined(result(c.pre, c.post), value, multiple);
    }
    return result;
}

void Projection::set(const StaticSynapse& values) {
    std::optional<Weight> weight;
    std::optional<Delay>  delay;
    if (values.weight.is_given()) weight = values.weight;
    if (values.delay.specification()) delay = values.delay;
    network_->set_connections(*record_, weight, delay);
}

void Projection::set(
    std::initializer_list<std::pair<std::string_view, parameters::ConnectionSpecification>> values
) {
    std::string text = fmt::format("Projection \"{}\": set", label());
    for (const auto& [name, value] : values)
        text += fmt::format(" {}", name);
    const parallel::CollectiveCall call{network_->comm(), text};
    std::optional<Weight>          weight;
    std::optional<Delay>           delay;
    for (const auto& [name, value] : values) {
        if (name != "weight" && name != "delay") refuse_name(label(), name, 2);
        if (name == "weight" ? weight.has_value() : delay.has_value())
            throw ParameterError(
                fmt::format(
                    "Projection \"{}\": {} is given twice. Give one value for each name.",
                    label(),
                    name
                ),
                {.label = label(), .parameter = std::string{name}}
            );
        if (name == "weight")
            weight = value;
        else
            delay = value;
    }
    network_->set_connections(*record_, weight, delay);
}

void Projection::set_with_unit(std::string_view name, const StaticSynapse& values) {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": set {}", label(), name)};
    if (name != "weight" && name != "delay") refuse_name(label(), name, 2);
    if ((name == "weight") != values.weight.is_given())
        throw ParameterError(
            fmt::format(
                "Projection \"{}\": the {} was given in the unit of a {}. Give {}.",
                label(),
                name,
                name == "weight" ? "delay" : "weight",
                name == "weight" ? "a current, a conductance or a voltage" : "a time"
            ),
            {.label = label(), .parameter = std::string{name}}
        );
    set(values);
}

std::vector<std::uint64_t> Projection::in_degrees() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": in_degrees", label())};
    std::vector<std::uint64_t> degrees(num_post());
    collectively(network_->comm(), [&] {
        const network::Listing listing = network_->list(*record_, 0);
        for (std::size_t t = 0; t < listing.posts.size(); ++t)
            degrees[listing.posts[t]] = listing.first[t + 1] - listing.first[t];
    });
    network_->comm().sum(std::span{degrees});
    return degrees;
}

std::vector<std::uint64_t> Projection::out_degrees() const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": out_degrees", label())};
    std::vector<std::uint64_t> degrees(num_pre());
    collectively(network_->comm(), [&] {
        for (const std::uint32_t pre : network_->list(*record_, Lists::sources).pre)
            ++degrees[pre];
    });
    network_->comm().sum(std::span{degrees});
    return degrees;
}

Histogram Projection::weight_histogram(
    std::size_t num_bins, std::optional<double> min, std::optional<double> max
) const {
    const parallel::CollectiveCall call{
        network_->comm(), fmt::format("Projection \"{}\": weight_histogram", label())};
    require_same(
        network_->comm(),
        fmt::format(
            "{} bins from {} to {}",
            num_bins,
            min ? number(*min) : "the smallest",
            max ? number(*max) : "the largest"
        ),
        fmt::format("Projection \"{}\": weight_histogram: the bins", label())
    );
    const auto weights = collectively(network_->comm(), [&] { return get_local("weight"); });
    const auto range   = std::minmax_element(weights.begin(), weights.end());
    double     low     = weights.empty() ? std::numeric_limits<double>::infinity() : *range.first;
    double     high    = weights.empty() ? -std::numeric_limits<double>::infinity() : *range.second;
    low                = min.value_or(network_->comm().min(low));
    high               = max.value_or(network_->comm().max(high));
    if (size() == 0 && !(min && max)) low = high = 0;
    if (low == high) {  // as NumPy does
        low -= 0.5;
        high += 0.5;
    }
    if (num_bins == 0 || !(low < high))
        throw ParameterError(fmt::format(
            "Projection \"{}\": a histogram needs at least one bin between two weights, got {} "
            "bins from {} to {}.",
            label(),
            num_bins,
            number(low),
            number(high)
        ));
    Histogram result{std::vector<std::uint64_t>(num_bins), linspace(low, high, num_bins + 1)};
    for (const double weight : weights) {
        if (!(weight >= low && weight <= high)) continue;
        const auto above = std::upper_bound(result.edges.begin(), result.edges.end(), weight);
        const auto bin   = static_cast<std::size_t>(above - result.edges.begin()) - 1;
        ++result.counts[std::min(bin, num_bins - 1)];
    }
    network_->comm().sum(std::span{result.counts});
    return result;
}

std::string Projection::describe() const {
    return fmt::format(
        "Projection \"{}\" from {} to {} cells\n"
        "    connector: {}\n"
        "    synapse type: {}\n"
        "    receptor type: {}\n"
        "    weights: {}\n"
        "    connections: {} on all ranks, {} on this rank\n",
        label(),
        num_pre(),
        num_post(),
        record_->connector,
        StaticSynapse::name,
        receptor_type(),
        record_->quantum > 0
            ? fmt::format("in 16 bits, multiples of {}", ranvier::number(record_->quantum))
            : "exact",
        size(),
        local_size()
    );
}

}  // namespace ranvier
