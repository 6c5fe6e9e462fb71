// How the connections of a projection are made.

#include "connect.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "GeneratorGuard.hpp"
#include "agree.hpp"
#include "number_range.hpp"
#include <fmt/format.h>

namespace ranvier::network {

namespace {

bool share_a_population(const Selection& a, const Selection& b) {
    for (const Selection::Part& x : a.parts()) {
        for (const Selection::Part& y : b.parts()) {
            if (x.population == y.population) return true;
        }
    }
    return false;
}

/// Which cells are on both sides, where the sides are not the same.
std::shared_ptr<const connectors::Overlap> overlap_of(const Selection& pre, const Selection& post) {
    if (!share_a_population(pre, post)) return nullptr;
    return std::make_shared<const connectors::Overlap>(connectors::Overlap{
        [pre, post](std::size_t j) {
            const Selection::Place cell = post.place(j);
            return pre.find(cell.population, cell.index);
        },
        [pre, post](std::size_t i) {
            const Selection::Place cell = pre.place(i);
            return post.find(cell.population, cell.index);
        }});
}

/// All of a space, to compare.
std::string text_of(const Space& space) {
    std::string text = fmt::format(
        "axes {}, scale_factor ({}, {}, {}), offset ({}, {}, {}), periods",
        static_cast<unsigned>(space.axes),
        space.scale_factor.x,
        space.scale_factor.y,
        space.scale_factor.z,
        space.offset.x,
        space.offset.y,
        space.offset.z
    );
    for (const auto& period : space.periodic_boundaries)
        text +=
            period ? fmt::format(" {} to {}", period->min.value(), period->max.value()) : " none";
    return text;
}

/// A connection that a rule makes.
struct Pair {
    std::size_t   post;
    std::uint32_t pre;
};

/// The last source that is in both lists; those of most rules ascend.
std::optional<std::uint32_t> last_in_both(
    const connectors::Sources& a, const connectors::Sources& b, bool ascending
) {
    for (auto source = a.rbegin(); source != a.rend(); ++source) {
        if (ascending ? std::binary_search(b.begin(), b.end(), *source)
                      : std::find(b.begin(), b.end(), *source) != b.end())
            return *source;
    }
    return std::nullopt;
}

/// The last connection onto this rank's targets that the rule makes by one key and by the other. It
/// is among those of the last targets as a rule: the plan is made for more and more of them.
std::optional<Pair> last_by_both(
    const Selection& post, const ConnectRequest& request, random::Key key, random::Key other
) {
    connectors::Rule& rule = *request.rule;
    const std::size_t most =
        std::min<std::size_t>(1024, std::max<std::size_t>(1, rule.targets_per_plan(request.shape)));
    std::size_t                      at_a_time = std::min<std::size_t>(8, most);
    std::vector<connectors::Sources> by_key;
    connectors::Sources              sources;
    const auto                       runs = post.local_runs();
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        for (std::size_t end = run->members.last; end > run->members.first;) {
            const std::size_t begin = end - std::min(at_a_time, end - run->members.first);
            by_key.resize(end - begin);
            rule.plan(request.shape, key, {begin, end});
            for (std::size_t target = begin; target < end; ++target)
                rule.presynaptic(target, by_key[target - begin]);
            rule.plan(request.shape, other, {begin, end});
            for (; end > begin; --end) {
                tick();
                rule.presynaptic(end - 1, sources);
                const auto pre =
                    last_in_both(by_key[end - 1 - begin], sources, !rule.keeps_order());
                if (pre) return Pair{end - 1, *pre};
            }
            at_a_time = std::min(2 * at_a_time, most);
        }
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t Network::identity(const ProjectionRequest& request, const std::string& receptor) {
    const std::uint64_t pair = hash_of(
        hash_of_text(request.pre_label), hash_of_text(request.post_label), hash_of_text(receptor)
    );
    if (!request.label.empty()) return hash_of(pair, hash_of_text(request.label));
    std::uint64_t ordinal = 0;
    while (keys_.contains(hash_of(pair, ordinal)))
        ++ordinal;
    return hash_of(pair, ordinal);
}

/// Decides where the connections are kept; from facts that all ranks share.
void Network::choose_channels(
    const ProjectionRequest& request, ProjectionRecord& projection, const ConnectRequest& connect
) {
    const bool  whole  = request.pre.is_whole_population() && request.post.is_whole_population();
    const auto* source = dynamic_cast<models::SourceGroup*>(request.pre.population(0).group.get());
    // What makes a drive does not depend on whether drives are fused, nor on other projections.
    projection.drive = whole && source && source->is_addressable() &&
                       request.rule->is_one_to_one() && request.pre.size() == request.post.size() &&
                       connect.delay.constant().has_value();
    projection.fused = projection.drive && options_.tuning.fuse_poisson;
    for (const Selection::Part& part : request.post.parts()) {
        const auto& receptors = part.population->group->receptors();
        const auto  found =
            std::find_if(receptors.begin(), receptors.end(), [&](const models::ReceptorInfo& r) {
                return r.name == projection.receptor;
            });
        projection.targets.push_back(
            {part.population->id, static_cast<std::size_t>(found - receptors.begin()), 0}
        );
    }
    for (const auto& other : projections_) {
        if (other->receptor == projection.receptor &&
            share_a_population(other->pre, projection.pre) &&
            share_a_population(other->post, projection.post))
            projection.ordinal = std::max<std::uint16_t>(
                projection.ordinal, static_cast<std::uint16_t>(other->ordinal + 1)
            );
    }
    if (projection.fused) return;
    for (ProjectionRecord::Target& target : projection.targets) {
        Channel channel;
        channel.epoch    = connect.since < 0 ? 0 : num_resets_;
        channel.since    = connect.since;
        channel.ordinal  = projection.ordinal;
        channel.receptor = static_cast<std::uint16_t>(target.receptor);
        channel.drive    = projection.drive;
        channel.quantum  = connect.quantum;
        if (const auto weight = connect.weight.constant(); weight && !connect.weight_column) {
            channel.constant = true;
            channel.weight   = *weight;
        }
        target.channel =
            std::visit([&](auto& store) { return store.channel_for(channel); }, store_);
    }
}

/// Where the local connections onto each part of the targets begin in the projection's list, given
/// their numbers here.
std::vector<std::uint64_t> Network::places_in_list(
    const Selection& post, const std::vector<std::uint64_t>& counts, std::uint64_t& total
) const {
    std::vector<std::uint64_t> sums = counts, before = counts, first(counts.size());
    comm_.sum(std::span<std::uint64_t>{sums});
    comm_.exclusive_sum(std::span<std::uint64_t>{before});
    total = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        // Members in descending order: those of higher ranks come first.
        const bool ascending = post.part(k).indices.is_ascending();
        first[k]             = total + (ascending ? before[k] : sums[k] - before[k] - counts[k]);
        total += sums[k];
    }
    return first;
}

void Network::check_length(
    const std::string&                         name,
    const char*                                what,
    const parameters::ConnectionSpecification& values,
    std::uint64_t                              total
) {
    if (values.length() && *values.length() != total)
        refuse_projection(
            name,
            fmt::format(
                "the {} was given as an array of {} values for {} connections. Give one value per "
                "connection, in the order in which the projection lists them, or one for all.",
                what,
                *values.length(),
                total
            )
        );
}

/// Where a function in C++ gives the weights and no receptor is named, the last connection decides:
/// with a negative weight the projection goes to the second receptor, and is keyed for that.
///
/// The function is asked for connections only, once each: it is asked for the last connection that
/// the projection has whichever receptor it will be, and what it says of this one is kept. Random
/// connections of the two receptors that have no pair in common are judged by the last one of the
/// first.
/// @return the function, which will not be called for that connection again; nothing where the
///         receptor is known already
std::optional<parameters::ConnectionSpecification> Network::judge_last_connection(
    const ProjectionRequest& request, ProjectionRecord& projection, const ConnectRequest& connect
) {
    const auto&                    weight = request.synapse.weight.specification();
    const std::vector<std::string> names  = receptors_of(request.post, projection.label);
    if (!request.receptor_type.empty() || !weight.is_function() || connect.weight_column ||
        names.size() < 2 ||
        input_of(request.post, projection.label) == models::Input::conductance ||
        (weight.needs_distance() && !request.geometry))
        return std::nullopt;

    std::array<random::Key, 2> keys;
    for (std::size_t k = 0; k < keys.size(); ++k) {
        ConnectRequest as_receptor;
        set_keys(identity(request, names[k]), 0, as_receptor);
        keys[k] = as_receptor.connectivity_key;
    }
    std::uint64_t last = 0, last_here = 0;  // targets, counted from 1
    std::uint32_t pre  = 0;
    const auto    find = [&](random::Key other) {
        const auto found = collectively(comm_, [&] {
            return last_by_both(request.post, connect, keys[0], other);
        });
        last_here        = found ? found->post + 1 : 0;
        pre              = found ? found->pre : 0;
        last             = comm_.max(last_here);
    };
    find(keys[1]);
    if (last == 0) find(keys[0]);
    if (last == 0) return std::nullopt;
    const bool                         here  = last_here == last;
    const int                          owner = comm_.min(here ? comm_.rank() : comm_.size());
    double                             value = 0, distance = 0;
    const parameters::ConnectionColumn one{
        .post      = static_cast<std::size_t>(last - 1),
        .sources   = {&pre, 1},
        .distances = {&distance, 1}};
    collectively(comm_, [&] {
        if (!here) return;
        if (weight.needs_distance())
            request.geometry->distances(one.post, one.sources, {&distance, 1});
        weight.resolve(one, {&value, 1});
    });
    if (comm_.broadcast(value, owner) < 0) projection.receptor = names[1];
    return here ? weight.reusing(value, one) : weight;
}

void Network::generate(ProjectionRecord& projection, ConnectRequest& connect) {
    GeneratorGuard generators;
    generators.watch(connect.weight);
    generators.watch(connect.delay);
    std::visit(
        [&](auto& store) {
            if (connect.weight.is_sequential() || connect.delay.is_sequential()) {
                const auto counts =
                    collectively(comm_, [&] { return store.count(projection, connect); });
                std::uint64_t total = 0;
                connect.first       = places_in_list(projection.post, counts, total);
                connect.weight      = connect.weight.sequence(total, connect.weight_key);
                connect.delay       = connect.delay.sequence(total, connect.delay_key);
                check_length(projection.label, "weight", connect.weight, total);
                check_length(projection.label, "delay", connect.delay, total);
            }
            try {
                const Violation violation =
                    collectively(comm_, [&] { return store.connect(projection, connect); });
                agree(violation, projection, connect);
            } catch (...) {
                store.undo_connect();
                throw;
            }
        },
        store_
    );
    generators.keep();
    projection.size = comm_.sum(projection.local_size);
    agree_on_delays(projection);
}

void Network::agree_on_delays(ProjectionRecord& projection) const {
    projection.min_delay = comm_.min(
        projection.local_size > 0 ? projection.min_delay : std::numeric_limits<Step>::max()
    );
    projection.max_delay = comm_.max(projection.max_delay);
}

/// Arguments that differ between ranks would make different networks, or leave some waiting.
void Network::require_same_request(const ProjectionRequest& request, const std::string& label) {
    const Weight& resolution = request.weight_resolution;
    agree_on_call(
        comm_,
        fmt::format("Projection \"{}\"", label),
        {{"connector",
          std::string{request.rule->name()},
          request.rule->fingerprint(),
          "its arguments"},
         asked_of("the presynaptic group", request.pre),
         asked_of("the postsynaptic group", request.post),
         {"receptor_type", fmt::format("\"{}\"", request.receptor_type)},
         {"space", request.geometry ? text_of(request.geometry->space) : "not given"},
         asked_of("weight", request.synapse.weight.specification()),
         asked_of("delay", request.synapse.delay.specification().value_or(0.0)),
         {"weight_resolution",
          resolution.is_given() ? resolution.specification().describe() : "not given"}},
        [] {}
    );
}

ProjectionRecord& Network::add(ProjectionRequest request) {
    auto projection        = std::make_unique<ProjectionRecord>();
    projection->label      = request.label.empty()
                                 ? fmt::format("{}\u2192{}", request.pre_label, request.post_label)
                                 : request.label;
    projection->pre_label  = request.pre_label;
    projection->post_label = request.post_label;
    const parallel::CollectiveCall call{comm_, fmt::format("Projection \"{}\"", projection->label)};
    require_same_request(request, projection->label);

    ConnectRequest connect;
    connect.rule  = request.rule.get();
    connect.shape = {request.pre.size(), request.post.size(), request.pre == request.post};
    if (!connect.shape.same) connect.shape.overlap = overlap_of(request.pre, request.post);
    connect.shape.geometry = request.geometry;
    connect.since          = now_ > 0 ? now_ : -1;
    connect.largest        = largest_number(options_.precision);
    collectively(comm_, [&] {  // a rule may look at files
        if (const std::string problem = request.rule->check(connect.shape); !problem.empty())
            refuse_projection(
                projection->label, fmt::format("{}: {}", request.rule->name(), problem)
            );
    });
    projection->receptor = choose_receptor(request, projection->label);
    check_columns(projection->label, connect);
    const auto known_weight = judge_last_connection(request, *projection, connect);
    projection->key         = identity(request, projection->receptor);
    if (keys_.contains(projection->key))
        refuse_projection(
            projection->label,
            fmt::format(
                "there is already a projection of this label between \"{}\" and \"{}\" on the same "
                "receptor. Choose another label: it keys the random streams.",
                request.pre_label,
                request.post_label
            )
        );
    set_keys(projection->key, 0, connect);
    connect.receptor = projection->receptor;
    check_resolution(request.weight_resolution, request.post, projection->label, connect);
    check_weight(request.synapse.weight, request.post, projection->label, connect);
    if (known_weight) connect.weight = *known_weight;
    check_delay(request.synapse.delay, projection->label, connect);

    projection->id        = projections_.size();
    projection->pre       = request.pre;
    projection->post      = request.post;
    projection->geometry  = connect.shape.geometry;
    projection->connector = request.rule->name();
    projection->quantum   = connect.quantum;
    choose_channels(request, *projection, connect);
    generate(*projection, connect);

    keys_.insert(projection->key);
    for (const Selection::Part& part : projection->pre.parts())
        part.population->emits = part.population->emits || !projection->fused;
    projections_.push_back(std::move(projection));
    return *projections_.back();
}

/// Values given later are drawn from streams of their own.
void Network::set_keys(std::uint64_t projection, std::uint64_t num_sets, ConnectRequest& connect)
    const {
    using random::Purpose;
    const auto key = [&](Purpose purpose, const char* detail) {
        std::uint64_t what = hash_of_text(detail);
        if (num_sets > 0) what = hash_of(what, num_sets);
        return random::make_key(options_.seed, purpose, projection, what);
    };
    connect.connectivity_key = key(Purpose::connectivity, "connector");
    connect.weight_key       = key(Purpose::synapse_parameter, "weight");
    connect.delay_key        = key(Purpose::synapse_parameter, "delay");
}

}  // namespace ranvier::network
