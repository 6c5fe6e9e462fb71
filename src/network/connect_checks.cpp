// What is wrong with a projection, in the words of its user.

#include <algorithm>
#include <bit>
#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/collective.hpp"

#include "Checks.hpp"
#include "connect.hpp"
#include "number_range.hpp"
#include <fmt/format.h>

namespace ranvier::network {

void refuse_projection(const std::string& name, const std::string& reason) {
    throw ConnectionError(fmt::format("Projection \"{}\": {}", name, reason), {.label = name});
}

namespace {

constexpr auto refuse = refuse_projection;

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

/// What is wrong with a weight that is not finite or beyond single precision.
std::string size_text(double weight, const std::string& where, int sign, std::string_view unit) {
    return fmt::format(
        "weights must be {}, got {} {}{}.",
        std::isfinite(weight) ? range_of_single(sign, unit) : "finite",
        number(weight),
        unit,
        where
    );
}

/// What is wrong with a weight that 16 bits cannot hold, and which resolution would do for the
/// largest of them.
std::string range_text(
    double weight, const std::string& where, double largest, double quantum, std::string_view unit
) {
    double enough = quantum;
    while (std::abs(nearest_multiple(largest, enough)) > max_weight_multiple * enough)
        enough *= 2;
    return fmt::format(
        "weight {} {}{} does not fit 16 bits, which as multiples of {} {} go up to {} {}. Use "
        "a weight_resolution of at least {} {}, or exact weights.",
        number(weight),
        unit,
        where,
        number(quantum),
        unit,
        number(max_weight_multiple * quantum),
        unit,
        number(enough),
        unit
    );
}

/// What an array or a matrix must fit is the same on all ranks.
void check_shape(
    const std::string&                         name,
    const char*                                what,
    const parameters::ConnectionSpecification& values,
    const connectors::Shape&                   shape
) {
    values.for_each_operand([&](const parameters::ConnectionSpecification& operand) {
        const Matrix<double>* matrix = operand.matrix();
        if (!matrix || (matrix->rows() == shape.num_pre && matrix->columns() == shape.num_post))
            return;
        refuse(
            name,
            fmt::format(
                "the {} was given as a matrix of {} x {} values, but {} presynaptic and {} "
                "postsynaptic cells need {} x {}.",
                what,
                matrix->rows(),
                matrix->columns(),
                shape.num_pre,
                shape.num_post,
                shape.num_pre,
                shape.num_post
            )
        );
    });
    if (values.needs_distance() && !shape.geometry)
        refuse(
            name,
            fmt::format("the {} depends on the distance, but these cells have no positions.", what)
        );
}

}  // namespace

models::Input Network::input_of(const Selection& post, const std::string& name) {
    const models::Input input = post.population(0).group->input();
    for (const Selection::Part& part : post.parts()) {
        if (part.population->group->input() != input)
            refuse(
                name,
                fmt::format(
                    "the targets take different kinds of weights: \"{}\" {}, \"{}\" {}. Make one "
                    "projection for each kind.",
                    post.population(0).label,
                    input_name(input),
                    part.population->label,
                    input_name(part.population->group->input())
                )
            );
    }
    return input;
}

/// The receptors that all targets have, in the order of the first.
std::vector<std::string> Network::receptors_of(const Selection& post, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& receptor : post.population(0).group->receptors())
        names.push_back(receptor.name);
    for (const Selection::Part& part : post.parts()) {
        const auto& group = *part.population->group;
        if (group.receptors().empty())
            refuse(
                name,
                fmt::format(
                    "the targets are cells of type {}, which receive nothing. Use a population of "
                    "neurons.",
                    group.model()
                )
            );
        std::erase_if(names, [&](const std::string& known) {
            return std::none_of(group.receptors().begin(), group.receptors().end(), [&](auto& r) {
                return r.name == known;
            });
        });
    }
    if (names.empty()) refuse(name, "the targets have no receptor in common.");
    return names;
}

/// The weight of the last pair; what decides where no receptor is named. A random weight is judged
/// by one draw that belongs to no connection, a function in C++ when connections are known.
double Network::typical_weight(const ProjectionRequest& request, const std::string& name) {
    const auto& weight = request.synapse.weight.specification();
    if (const auto value = weight.constant()) return *value;
    const random::Key key =
        random::make_key(options_.seed, random::Purpose::synapse_parameter, hash_of_text(name));
    if (const auto* distribution = weight.distribution()) {
        random::Stream stream{key, 0};
        return distribution->draw(stream);
    }
    if (const auto* values = weight.values()) return values->empty() ? 0 : values->back();
    const std::size_t num_pre = request.pre.size(), num_post = request.post.size();
    if (num_pre == 0 || num_post == 0) return 0;
    if (const Matrix<double>* matrix = weight.matrix())
        return matrix->values().empty() ? 0 : matrix->values().back();
    if (weight.is_function()) return 0;
    if (weight.needs_distance() && !request.geometry) return 0;  // refused in a moment
    connectors::Shape shape{num_pre, num_post};
    shape.geometry = request.geometry;
    check_shape(name, "weight", weight, shape);
    if (weight.length() == std::size_t{0}) return 0;
    double     value = 0, distance = 0;
    const auto pre = static_cast<std::uint32_t>(num_pre - 1);
    collectively(comm_, [&] {  // a formula or a combination, which every rank evaluates
        if (weight.needs_distance())
            request.geometry->distances(num_post - 1, {&pre, 1}, {&distance, 1});
        weight.resolve(
            {.post      = num_post - 1,
             .sources   = {&pre, 1},
             .first     = weight.length().value_or(1) - 1,
             .key       = key,
             .distances = {&distance, 1}},
            {&value, 1}
        );
    });
    return value;
}

/// The receptor asked for, or the first for a weight >= 0 and the second otherwise.
std::string Network::choose_receptor(const ProjectionRequest& request, const std::string& name) {
    const std::vector<std::string> names = receptors_of(request.post, name);
    if (request.receptor_type.empty()) {
        // Conductances are never negative: nothing to find out.
        const bool conductance = input_of(request.post, name) == models::Input::conductance;
        if (names.size() < 2 || (conductance && !request.synapse.weight.specification().constant()))
            return names[0];
        const auto& weight = request.synapse.weight.specification();
        if (weight.is_combination() && weight.has_function())
            refuse(
                name,
                fmt::format(
                    "the weight combines a function with other values, so its sign is not known "
                    "before connections are. Give the receptor_type, one of {}.",
                    quoted_names(names, {})
                )
            );
        return names[typical_weight(request, name) < 0 ? 1 : 0];
    }
    if (std::find(names.begin(), names.end(), request.receptor_type) != names.end())
        return request.receptor_type;
    refuse(
        name,
        fmt::format(
            "{} has no receptor \"{}\". Its receptors are {}.",
            request.post.population(0).group->model(),
            request.receptor_type,
            quoted_names(names, request.receptor_type)
        )
    );
    return {};
}

/// Of which power of two the weights are multiples. It is such that these are normal numbers in
/// both precisions.
void Network::check_resolution(
    const Weight&      resolution,
    const Selection&   post,
    const std::string& name,
    ConnectRequest&    connect
) {
    if (!resolution.is_given()) return;
    constexpr double    low = 1e-30, high = 1e30;
    const models::Input input = input_of(post, name);
    const auto          unit  = models::weight_unit(input);
    if (resolution.input() && *resolution.input() != input)
        refuse(
            name,
            fmt::format(
                "weight_resolution is {}, but receptor \"{}\" of {} takes {}.",
                input_name(*resolution.input()),
                connect.receptor,
                post.population(0).group->model(),
                input_name(input)
            )
        );
    const auto value = resolution.specification().constant();
    if (!value)
        refuse(
            name,
            fmt::format(
                "weight_resolution must be one number, got {}.",
                resolution.specification().describe()
            )
        );
    if (!(*value >= low && *value <= high))
        refuse(
            name,
            fmt::format(
                "weight_resolution must lie between {} and {} {}, got {} {}.",
                number(low),
                number(high),
                unit,
                number(*value),
                unit
            )
        );
    constexpr std::uint64_t exponent = 0x7ff0000000000000;
    connect.quantum                  = std::bit_cast<double>(bits_of(*value) & exponent);
}

/// The weight as far as it is known without drawing.
void Network::check_weight(
    const Weight& weight, const Selection& post, const std::string& name, ConnectRequest& connect
) {
    const std::string&  receptor = connect.receptor;
    const models::Input input    = input_of(post, name);
    if (weight.input() && *weight.input() != input)
        refuse(
            name,
            fmt::format(
                "the weight is {}, but receptor \"{}\" of {} takes {}.",
                input_name(*weight.input()),
                receptor,
                post.population(0).group->model(),
                input_name(input)
            )
        );
    connect.weight      = weight.specification();
    connect.weight_sign = required_sign(input, receptor);
    // Lists may give weights of both signs where the cell can take them, as in PyNN.
    if (connect.weight_column && input != models::Input::conductance) connect.weight_sign = 0;
    check_shape(name, "weight", connect.weight, connect.shape);
    if (const auto value = connect.weight.constant()) {
        if (std::isfinite(*value) && std::abs(*value) > connect.largest)
            refuse(
                name,
                fmt::format(
                    "the weight must be {}, got {} {}.",
                    range_of_single(connect.weight_sign, models::weight_unit(input)),
                    number(*value),
                    models::weight_unit(input)
                )
            );
        if (!std::isfinite(*value) || *value * connect.weight_sign < 0)
            refuse(
                name,
                fmt::format(
                    "weights onto receptor \"{}\" must be {}, got {} {}.",
                    receptor,
                    std::isfinite(*value) ? sign_text(connect.weight_sign, input) : "finite",
                    number(*value),
                    models::weight_unit(input)
                )
            );
        if (connect.quantum == 0 || connect.weight_column) return;
        const double multiple = nearest_multiple(*value, connect.quantum);
        if (!(std::abs(multiple) <= max_weight_multiple * connect.quantum))
            refuse(
                name,
                range_text(
                    *value, "", std::abs(*value), connect.quantum, models::weight_unit(input)
                )
            );
        connect.weight = multiple;
    }
}

/// The delay as far as it is known without drawing.
void Network::check_delay(const Delay& delay, const std::string& name, ConnectRequest& connect) {
    const double step_ms = options_.timestep.value();
    const Time   fallback{options_.min_delay.value_or(options_.timestep)};
    connect.delay     = delay.specification().value_or(fallback.value());
    connect.min_delay = options_.min_delay ? grid_.nearest(options_.min_delay->value()) : 1;
    connect.max_delay = ConnectionTable<double>::max_delay;
    if (options_.max_delay)
        connect.max_delay = std::min(connect.max_delay, grid_.nearest(options_.max_delay->value()));
    check_shape(name, "delay", connect.delay, connect.shape);
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

/// Columns of the rule stand in for values of the synapse.
void Network::check_columns(const std::string& name, ConnectRequest& connect) {
    const std::vector<std::string> columns = connect.rule->columns();
    const std::vector<std::string> known{"weight", "delay"};
    for (std::size_t k = 0; k < columns.size(); ++k) {
        if (columns[k] == "weight")
            connect.weight_column = k;
        else if (columns[k] == "delay")
            connect.delay_column = k;
        else
            refuse(
                name,
                fmt::format(
                    "{}: there is no parameter \"{}\". StaticSynapse has {}.",
                    connect.rule->name(),
                    columns[k],
                    quoted_names(known, columns[k])
                )
            );
    }
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
    const auto  largest = std::bit_cast<double>(comm_.max(bits_of(mine.largest)));
    std::string where   = fmt::format(" at target {}", first);
    if (count > 1) where += fmt::format(" (and {} more)", count - 1);

    const models::Input input = input_of(projection.post, projection.label);
    const std::string   unit{models::weight_unit(input)};
    const std::string   step = number(options_.timestep.value());
    std::string         text;
    switch (what) {
        case Violation::What::weight_finite:
        case Violation::What::weight_single:
            text = size_text(value, where, connect.weight_sign, unit);
            break;
        case Violation::What::weight_sign:
            text = fmt::format(
                "weights onto receptor \"{}\" must be {}, got {} {}{}.{}",
                projection.receptor,
                sign_text(connect.weight_sign, input),
                number(value),
                unit,
                where,
                connect.weight.distribution()
                    ? " Check the RandomDistribution; normal_clipped keeps values in range."
                    : ""
            );
            break;
        case Violation::What::weight_range:
            text = range_text(value, where, largest, connect.quantum, unit);
            break;
        case Violation::What::delay_short:
            text = fmt::format(
                "delay {} ms is shorter than the time step {} ms{}.{}",
                number(value),
                step,
                where,
                connect.delay.distribution() ? fmt::format(" Clip it with {{.low = {}_ms}}.", step)
                                             : ""
            );
            break;
        default:
            text = fmt::format(
                "delay {} ms{} lies outside [min_delay, max_delay] = [{}, {}] ms.",
                number(value),
                where,
                number(grid_.ms(connect.min_delay)),
                number(grid_.ms(connect.max_delay))
            );
    }
    refuse(projection.label, text);
}

}  // namespace ranvier::network
