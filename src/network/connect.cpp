// How a projection is checked and its connections are made.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include <fmt/format.h>

namespace ranvier::network {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
    throw ConnectionError(fmt::format("Projection \"{}\": {}", name, reason), {.label = name});
}

/// The sign that a weight must have, by PyNN's table: conductances are never negative; currents
/// and voltage steps follow the name of the receptor.
int required_sign(models::Input input, const std::string& receptor) {
    if (input == models::Input::conductance) return 1;
    if (receptor == "excitatory" || receptor == "AMPA" || receptor == "NMDA") return 1;
    if (receptor == "inhibitory" || receptor == "GABA" || receptor == "GABAA" ||
        receptor == "GABAB")
        return -1;
    return 0;
}

std::string_view input_name(models::Input input) {
    switch (input) {
        case models::Input::current:
            return "a current (nA)";
        case models::Input::conductance:
            return "a conductance (uS)";
        case models::Input::voltage:
            break;
    }
    return "a voltage step (mV)";
}

std::string sign_text(int sign, models::Input input) {
    return fmt::format("{} 0 {}", sign > 0 ? ">=" : "<=", models::weight_unit(input));
}

}  // namespace

/// The receptor asked for, or the first for a weight >= 0 and the second otherwise; a random weight
/// is judged by one draw that belongs to no connection.
std::size_t Network::choose_receptor(const ProjectionRequest& request, const std::string& name)
    const {
    const PopulationRecord& post      = *populations_[request.post];
    const auto&             receptors = post.group->receptors();
    if (receptors.empty())
        refuse(
            name,
            fmt::format(
                "the targets are cells of type {}, which receive nothing. Use a population of "
                "neurons.",
                post.group->model()
            )
        );
    if (request.receptor_type.empty()) {
        const auto& weight = request.synapse.weight.specification();
        double      value  = weight.constant().value_or(0);
        if (const auto* distribution = weight.distribution()) {
            random::Stream stream{
                random::make_key(
                    options_.seed, random::Purpose::synapse_parameter, hash_of_text(name)
                ),
                0};
            value = distribution->draw(stream);
        }
        return value < 0 && receptors.size() > 1 ? 1 : 0;
    }
    std::vector<std::string> names;
    for (std::size_t r = 0; r < receptors.size(); ++r) {
        if (receptors[r].name == request.receptor_type) return r;
        names.push_back(receptors[r].name);
    }
    refuse(
        name,
        fmt::format(
            "{} has no receptor \"{}\". Its receptors are {}.",
            post.group->model(),
            request.receptor_type,
            quoted_names(names, request.receptor_type)
        )
    );
}

std::uint64_t Network::identity(const ProjectionRequest& request, std::size_t receptor) {
    const PopulationRecord& pre  = *populations_[request.pre];
    const PopulationRecord& post = *populations_[request.post];
    const std::uint64_t     pair = hash_of(
        hash_of_text(pre.label),
        hash_of_text(post.label),
        hash_of_text(post.group->receptors()[receptor].name)
    );
    if (!request.label.empty()) return hash_of(pair, hash_of_text(request.label));
    std::uint64_t ordinal = 0;
    while (keys_.contains(hash_of(pair, ordinal)))
        ++ordinal;
    return hash_of(pair, ordinal);
}

/// The weight as far as it is known without drawing.
void Network::check_weight(
    const ProjectionRequest& request, const std::string& name, ConnectRequest& connect
) {
    const PopulationRecord& post          = *populations_[request.post];
    const models::Input     input         = post.group->input();
    const auto              receptor      = choose_receptor(request, name);
    const std::string&      receptor_name = post.group->receptors()[receptor].name;
    const Weight&           weight        = request.synapse.weight;
    if (weight.input() && *weight.input() != input)
        refuse(
            name,
            fmt::format(
                "the weight is {}, but receptor \"{}\" of {} takes {}.",
                input_name(*weight.input()),
                receptor_name,
                post.group->model(),
                input_name(input)
            )
        );
    connect.weight      = weight.specification();
    connect.weight_sign = required_sign(input, receptor_name);
    if (const auto value = connect.weight.constant()) {
        if (!std::isfinite(*value) || *value * connect.weight_sign < 0)
            refuse(
                name,
                fmt::format(
                    "weights onto receptor \"{}\" must be {}, got {} {}.",
                    receptor_name,
                    std::isfinite(*value) ? sign_text(connect.weight_sign, input) : "finite",
                    number(*value),
                    models::weight_unit(input)
                )
            );
    }
}

/// The delay as far as it is known without drawing.
void Network::check_delay(
    const ProjectionRequest& request, const std::string& name, ConnectRequest& connect
) {
    const double step_ms = options_.timestep.value();
    const Time   fallback{options_.min_delay.value_or(options_.timestep)};
    connect.delay     = request.synapse.delay.specification().value_or(fallback.value());
    connect.min_delay = options_.min_delay ? grid_.nearest(options_.min_delay->value()) : 1;
    connect.max_delay = ConnectionTable<double>::max_delay;
    if (options_.max_delay)
        connect.max_delay = std::min(connect.max_delay, grid_.nearest(options_.max_delay->value()));
    if (const auto value = connect.delay.constant()) {
        if (std::isnan(*value)) refuse(name, "the delay must be a number, got nan ms.");
        if (!(std::floor(*value * 1000 + 0.5) >= step_ms * 1000))
            refuse(
                name,
                fmt::format(
                    "delay {} ms is shorter than the time step {} ms. Use at least {} ms, or a "
                    "smaller timestep.",
                    number(*value),
                    number(step_ms),
                    number(step_ms)
                )
            );
        const Step steps = grid_.nearest(*value);
        if (steps < connect.min_delay || steps > connect.max_delay)
            refuse(
                name,
                fmt::format(
                    "delay {} ms lies outside [min_delay, max_delay] = [{}, {}] ms.",
                    number(*value),
                    number(grid_.ms(connect.min_delay)),
                    number(grid_.ms(connect.max_delay))
                )
            );
    }
}

/// Decides where the connections are kept; from facts that all ranks share.
void Network::choose_channel(
    const ProjectionRequest& request, ProjectionRecord& projection, const ConnectRequest& connect
) {
    const PopulationRecord& pre    = *populations_[request.pre];
    const PopulationRecord& post   = *populations_[request.post];
    const auto*             source = dynamic_cast<models::SourceGroup*>(pre.group.get());

    Channel channel;
    channel.since    = connect.since;
    channel.receptor = static_cast<std::uint16_t>(projection.receptor);
    // What makes a drive does not depend on whether drives are fused, nor on other projections.
    channel.drive = source && source->is_addressable() && request.rule->is_one_to_one() &&
                    pre.size == post.size && connect.delay.constant().has_value();
    for (const auto& other : projections_) {
        if (other->pre == projection.pre && other->post == projection.post &&
            other->receptor == projection.receptor)
            ++channel.ordinal;
    }
    projection.fused = channel.drive && options_.tuning.fuse_poisson;
    if (projection.fused) return;
    if (const auto weight = connect.weight.constant()) {
        channel.constant = true;
        channel.weight   = *weight;
    }
    projection.channel =
        std::visit([&](auto& store) { return store.channel_for(channel); }, store_);
}

/// Turns the first violation over all ranks into the same error everywhere.
void Network::agree(
    const Violation& mine, const ProjectionRecord& projection, const ConnectRequest& connect
) const {
    if (!comm_.any(mine.what != Violation::What::none)) return;
    const std::uint64_t first = comm_.min(mine.post);
    const bool          here  = mine.post == first && mine.what != Violation::What::none;
    const auto          what =
        static_cast<Violation::What>(comm_.max(here ? static_cast<int>(mine.what) : 0));
    const std::uint64_t count = comm_.sum(mine.counts[static_cast<std::size_t>(what)]);
    const double        value =
        std::bit_cast<double>(comm_.max(here ? bits_of(mine.value) : std::uint64_t{0}));
    std::string where = fmt::format(" at target {}", first);
    if (count > 1) where += fmt::format(" (and {} more)", count - 1);

    const PopulationRecord& post  = *populations_[projection.post];
    const models::Input     input = post.group->input();
    const std::string       unit{models::weight_unit(input)};
    const std::string       receptor = post.group->receptors()[projection.receptor].name;
    const std::string       step     = number(options_.timestep.value());
    switch (what) {
        case Violation::What::weight_finite:
            refuse(
                projection.label,
                fmt::format("weights must be finite, got {} {}{}.", number(value), unit, where)
            );
        case Violation::What::weight_sign:
            refuse(
                projection.label,
                fmt::format(
                    "weights onto receptor \"{}\" must be {}, got {} {}{}. Check the "
                    "RandomDistribution; normal_clipped keeps values in range.",
                    receptor,
                    sign_text(connect.weight_sign, input),
                    number(value),
                    unit,
                    where
                )
            );
        case Violation::What::delay_short:
            refuse(
                projection.label,
                fmt::format(
                    "delay {} ms is shorter than the time step {} ms{}. Clip it with {{.low = "
                    "{}_ms}}.",
                    number(value),
                    step,
                    where,
                    step
                )
            );
        default:
            refuse(
                projection.label,
                fmt::format(
                    "delay {} ms{} lies outside [min_delay, max_delay] = [{}, {}] ms.",
                    number(value),
                    where,
                    number(grid_.ms(connect.min_delay)),
                    number(grid_.ms(connect.max_delay))
                )
            );
    }
}

void Network::generate(ProjectionRecord& projection, const ConnectRequest& connect) {
    const PopulationRecord& pre  = *populations_[projection.pre];
    const PopulationRecord& post = *populations_[projection.post];
    std::visit(
        [&](auto& store) {
            try {
                const Violation violation = collectively(comm_, [&] {
                    return store.connect(projection, pre, post, connect);
                });
                agree(violation, projection, connect);
            } catch (...) {
                store.undo_connect();
                throw;
            }
        },
        store_
    );
    projection.size      = comm_.sum(projection.local_size);
    projection.min_delay = comm_.min(
        projection.local_size > 0 ? projection.min_delay : std::numeric_limits<Step>::max()
    );
    projection.max_delay = comm_.max(projection.max_delay);
}

ProjectionRecord& Network::add(ProjectionRequest request) {
    PopulationRecord&       pre        = *populations_[request.pre];
    const PopulationRecord& post       = *populations_[request.post];
    auto                    projection = std::make_unique<ProjectionRecord>();
    projection->label =
        request.label.empty() ? fmt::format("{}\u2192{}", pre.label, post.label) : request.label;
    const parallel::CollectiveCall call{comm_, fmt::format("Projection \"{}\"", projection->label)};

    ConnectRequest connect;
    connect.rule  = request.rule.get();
    connect.shape = {pre.size, post.size, request.pre == request.post};
    connect.since = now_ > 0 ? now_ : -1;
    if (const std::string problem = request.rule->check(connect.shape); !problem.empty())
        refuse(projection->label, fmt::format("{}: {}", request.rule->name(), problem));
    check_weight(request, projection->label, connect);
    check_delay(request, projection->label, connect);

    projection->id        = projections_.size();
    projection->pre       = request.pre;
    projection->post      = request.post;
    projection->receptor  = choose_receptor(request, projection->label);
    projection->connector = request.rule->name();
    projection->key       = identity(request, projection->receptor);
    if (keys_.contains(projection->key))
        refuse(
            projection->label,
            fmt::format(
                "there is already a projection of this label between \"{}\" and \"{}\" on the same "
                "receptor. Choose another label: it keys the random streams.",
                pre.label,
                post.label
            )
        );
    using random::Purpose;
    const auto key = [&](Purpose purpose, const char* detail) {
        return random::make_key(options_.seed, purpose, projection->key, hash_of_text(detail));
    };
    connect.connectivity_key = key(Purpose::connectivity, "connector");
    connect.weight_key       = key(Purpose::synapse_parameter, "weight");
    connect.delay_key        = key(Purpose::synapse_parameter, "delay");
    choose_channel(request, *projection, connect);
    generate(*projection, connect);

    keys_.insert(projection->key);
    pre.emits = pre.emits || !projection->fused;
    projections_.push_back(std::move(projection));
    return *projections_.back();
}

}  // namespace ranvier::network
