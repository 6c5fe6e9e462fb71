// How the connections of a projection are listed and given new values.

#include <algorithm>
#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "Checks.hpp"
#include "GeneratorGuard.hpp"
#include "agree.hpp"
#include "connect.hpp"
#include "number_range.hpp"
#include <fmt/format.h>

namespace ranvier::network {

namespace {

/// New values of the local connections, in list order.
std::vector<double> resolved(
    const ProjectionRecord&                    projection,
    const parameters::ConnectionSpecification& values,
    const Listing&                             listing,
    const std::vector<std::uint64_t>&          first_of_part,
    random::Key                                key
) {
    std::vector<double>        result(static_cast<std::size_t>(listing.size()));
    std::vector<double>        distances;
    std::vector<std::uint64_t> place = first_of_part;
    for (std::size_t t = 0; t < listing.posts.size(); ++t) {
        const auto        first = static_cast<std::size_t>(listing.first[t]);
        const auto        count = static_cast<std::size_t>(listing.first[t + 1]) - first;
        const std::size_t part  = projection.post.part_of(listing.posts[t]);
        const std::span   sources{&listing.pre[first], count};
        if (values.needs_distance()) {
            distances.resize(count);
            projection.geometry->distances(listing.posts[t], sources, distances);
        }
        values.resolve(
            {listing.posts[t], sources, place[part], key, distances},
            std::span{result}.subspan(first, count)
        );
        place[part] += count;
    }
    return result;
}

/// Numbers of local connections per part of the targets.
std::vector<std::uint64_t> counts_per_part(
    const ProjectionRecord& projection, const Listing& listing
) {
    std::vector<std::uint64_t> counts(projection.post.num_parts());
    for (std::size_t t = 0; t < listing.posts.size(); ++t)
        counts[projection.post.part_of(listing.posts[t])] +=
            listing.first[t + 1] - listing.first[t];
    return counts;
}

/// Calls f(checks, place) for each connection of a listing.
template <class F>
Violation check_each(const Listing& listing, F&& f) {
    Violation violation;
    for (std::size_t t = 0; t < listing.posts.size(); ++t) {
        Checks checks{listing.posts[t], violation};
        for (auto k = static_cast<std::size_t>(listing.first[t]); k < listing.first[t + 1]; ++k)
            f(checks, k);
    }
    return violation;
}

}  // namespace

Listing Network::list(const ProjectionRecord& projection, unsigned wanted) {
    return std::visit([&](auto& store) { return store.list(projection, wanted); }, store_);
}

std::vector<Connection> Network::local_connections(const ProjectionRecord& projection) {
    const Listing           listing = list(projection, 7);
    std::vector<Connection> result;
    result.reserve(static_cast<std::size_t>(listing.size()));
    for (std::size_t t = 0; t < listing.posts.size(); ++t) {
        for (auto k = static_cast<std::size_t>(listing.first[t]); k < listing.first[t + 1]; ++k)
            result.push_back(
                {listing.pre[k], listing.posts[t], listing.weight[k], grid_.ms(listing.steps[k])}
            );
    }
    return result;
}

void Network::set_connections(
    ProjectionRecord&            projection,
    const std::optional<Weight>& weight,
    const std::optional<Delay>&  delay
) {
    const std::string text = fmt::format(
        "Projection \"{}\": set{}{}",
        projection.label,
        weight ? " weight" : "",
        delay ? " delay" : ""
    );
    const parallel::CollectiveCall call{comm_, text};
    std::vector<Asked>             asked;
    if (weight) asked.push_back(asked_of("weight", weight->specification()));
    if (delay) asked.push_back(asked_of("delay", delay->specification().value_or(0.0)));
    agree_on_call(comm_, text, asked, [] {});
    ConnectRequest connect;
    connect.shape          = {projection.pre.size(), projection.post.size()};
    connect.shape.geometry = projection.geometry;
    connect.receptor       = projection.receptor;
    connect.quantum        = projection.quantum;
    connect.largest        = largest_number(options_.precision);
    if (weight) check_weight(*weight, projection.post, projection.label, connect);
    if (delay) check_delay(*delay, projection.label, connect);
    set_keys(projection.key, projection.num_sets + 1, connect);
    // Everything is found out and agreed on before anything changes.
    GeneratorGuard             generators;
    std::vector<double>        weights;
    std::vector<std::uint32_t> steps;
    if (weight) generators.watch(connect.weight);
    if (delay) generators.watch(connect.delay);
    if (weight && !connect.weight.constant()) weights = new_weights(projection, connect);
    const bool moves_drive = delay && connect.delay.constant() && projection.drive;
    if (delay && !moves_drive) steps = new_delays(projection, connect);
    generators.keep();
    ++projection.num_sets;
    if (weight) commit_weights(projection, connect, weights);
    if (delay) commit_delays(projection, connect, std::move(steps));
    agree_on_delays(projection);  // known to the owners of targets only
}

std::vector<double> Network::new_weights(
    const ProjectionRecord& projection, const ConnectRequest& connect
) {
    Listing listing;
    auto    values = new_values(projection, connect.weight, connect.weight_key, "weight", listing);
    Violation violation = check_each(listing, [&](Checks& checks, std::size_t k) {
        checks.weight(values[k], connect);
        values[k] = checks.rounded(values[k], connect.quantum);
    });
    agree(violation, projection, connect);
    return values;
}

std::vector<std::uint32_t> Network::new_delays(
    const ProjectionRecord& projection, const ConnectRequest& connect
) {
    Listing    listing;
    const auto values = new_values(projection, connect.delay, connect.delay_key, "delay", listing);
    std::vector<std::uint32_t> steps(values.size());
    const Violation            violation = check_each(listing, [&](Checks& checks, std::size_t k) {
        steps[k] = checks.delay(values[k], grid_, connect);
    });
    agree(violation, projection, connect);
    return steps;
}

/// One weight for all, or these, one per connection.
void Network::commit_weights(
    ProjectionRecord& projection, const ConnectRequest& connect, const std::vector<double>& weights
) {
    const auto each = [&](auto&& f) {
        collectively(comm_, [&] { std::visit([&](auto& store) { f(store); }, store_); });
    };
    if (const auto constant = connect.weight.constant()) {
        const bool is_constant =
            !projection.fused &&
            std::visit(
                [&](auto& store) {
                    return store.channels()[projection.targets[0].channel].constant;
                },
                store_
            );
        if (is_constant)
            each([&](auto& store) { store.set_constant(projection, constant); });
        else
            each([&](auto& store) { store.set_weights(projection, {&*constant, 1}, true); });
        return;
    }
    each([&](auto& store) {
        store.set_constant(projection, std::nullopt);
        store.set_weights(projection, weights, false);
    });
}

/// One delay for a drive, or these, one per connection.
void Network::commit_delays(
    ProjectionRecord& projection, const ConnectRequest& connect, std::vector<std::uint32_t> steps
) {
    const Step since = now_ > 0 ? now_ : -1;
    if (const auto constant = connect.delay.constant(); constant && projection.drive) {
        const Step moved = grid_.nearest(*constant);
        collectively(comm_, [&] {
            std::visit(
                [&](auto& store) { store.set_drive_delay(projection, moved, since); }, store_
            );
        });
        return;
    }
    collectively(comm_, [&] {
        Listing listing = list(projection, Store<double>::sources | Store<double>::weights);
        listing.steps   = std::move(steps);
        std::visit([&](auto& store) { store.set_delays(projection, listing, since); }, store_);
    });
    for (const Selection::Part& part : projection.pre.parts())
        part.population->emits = true;
}

std::vector<double> Network::new_values(
    const ProjectionRecord&                    projection,
    const parameters::ConnectionSpecification& given,
    random::Key                                key,
    const char*                                what,
    Listing&                                   listing
) {
    listing = collectively(comm_, [&] { return list(projection, Store<double>::sources); });
    std::uint64_t total = 0;
    const auto first = places_in_list(projection.post, counts_per_part(projection, listing), total);
    const auto values = given.sequence(total, key);
    check_length(projection.label, what, values, total);
    return collectively(comm_, [&] { return resolved(projection, values, listing, first, key); });
}

}  // namespace ranvier::network
