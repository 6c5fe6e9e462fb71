#include "support/RandomNetwork.hpp"

#include <algorithm>
#include <cmath>

#include "support/RandomNetwork_models.hpp"

namespace ranvier::test {

namespace {

using random::Distribution;

class Planner {
public:
    explicit Planner(std::uint64_t seed)
        : dice_(hash_of(seed, 0x6e6574)),
          weights_dice_(hash_of(seed, 0x313662)) {
        plan_.seed = seed;
    }

    RandomNetwork plan() {
        choose_options();
        choose_populations();
        const std::size_t count = dice_.below(2 * plan_.populations.size() + 3);
        for (std::size_t k = 0; k < count; ++k)
            plan_.projections.push_back(projection());
        if (dice_.chance(0.4)) add_drives();
        choose_runs();
        return std::move(plan_);
    }

private:
    double dt() const { return plan_.options.timestep.value(); }

    void choose_options() {
        SimulationOptions& options = plan_.options;
        options.timestep = dice_.one_of({0.1_ms, 0.1_ms, 0.1_ms, 0.05_ms, 0.25_ms, 0.5_ms, 1_ms});
        options.seed     = dice_.word();
        if (dice_.chance(0.3)) {
            shortest_         = static_cast<Step>(1 + dice_.below(8));
            options.min_delay = Time::in_base_units(static_cast<double>(shortest_) * dt());
        }
        if (dice_.chance(0.2)) options.max_delay = Time::in_base_units(1000 * dt());
        if (dice_.chance(0.35)) options.spike_timing = SpikeTiming::off_grid;
        options.tuning.block_cells = dice_.one_of<std::size_t>({16, 32, 64, 128, 256, 1 << 20});
        if (options.tuning.block_cells <= 256)
            options.tuning.page_cells = options.tuning.block_cells == 128 ? 32 : 16;
        plan_.window_steps = dice_.one_of<Step>({19, 50, 100, 1000});
    }

    // ------------------------------------------------------------------ values per cell

    Distribution distribution(double low, double high, bool open) {
        const double middle = (low + high) / 2;
        const double width  = (high - low) / 4;
        switch (dice_.below(open ? 10 : 3)) {
            case 0:
                return Distribution::uniform(low, high);
            case 1:
                return Distribution::normal_clipped(middle, width, low, high);
            case 2:
                return Distribution::normal_clipped_to_boundary(middle, 2 * width, low, high);
            case 3:
                return Distribution::normal(middle, width);
            case 4:
                return Distribution::exponential(middle);
            case 5:
                return Distribution::gamma(2, middle / 2);
            case 6:
                return Distribution::lognormal(-1.2, 0.4);
            case 7:
                return Distribution::binomial(2, 0.3);
            case 8:
                return Distribution::poisson(0.3);
            default:
                return Distribution::vonmises(0.3, 5);
        }
    }

    Values values(const Range& range, std::size_t size) {
        const double      low = range.low, high = range.high;
        const std::size_t form = dice_.below(20);
        if (form < 8) return dice_.uniform(low, high);
        if (form < 14) return distribution(low, high, range.name == "i_offset" && high > 0.1);
        if (form < 17) {
            std::vector<double> array(size);
            for (double& value : array)
                value = dice_.uniform(low, high);
            return array;
        }
        const std::uint64_t seed = dice_.word();
        return std::function<double(std::size_t)>{[=](std::size_t index) {
            return low + (high - low) * static_cast<double>(hash_of(seed, index) >> 11) * 0x1p-53;
        }};
    }

    std::vector<NamedValues> some(const std::vector<Range>& ranges, std::size_t size) {
        std::vector<NamedValues> chosen;
        for (const Range& range : ranges) {
            if (dice_.chance(range.given)) chosen.push_back({range.name, values(range, size)});
        }
        return chosen;
    }

    /// Ascending times, a few of them equal, 0, negative or past the end.
    static Sequence train(std::uint64_t seed, double mean_interval, double end) {
        Dice                dice{seed};
        std::vector<double> times;
        double              t = dice.chance(0.2) ? -2 : 0;
        while (t < end) {
            if (dice.chance(0.8)) times.push_back(dice.chance(0.3) ? std::floor(t) : t);
            if (dice.chance(0.1)) times.insert(times.end(), dice.below(3), t);
            t += dice.uniform(0, 2 * mean_interval);
        }
        std::sort(times.begin(), times.end());
        return Sequence::in_ms(times);
    }

    Trains trains(std::size_t size, double first_ms) {
        const double        interval = dice_.uniform(10, 60) * dt();
        const double        end      = first_ms + 900 * dt();
        const std::uint64_t seed     = dice_.word();
        const auto of = [=](std::size_t i) { return train(hash_of(seed, i), interval, end); };
        switch (dice_.below(3)) {
            case 0:
                return of(0);
            case 1: {
                std::vector<Sequence> one_per_cell;
                for (std::size_t i = 0; i < size; ++i)
                    one_per_cell.push_back(of(i));
                return one_per_cell;
            }
            default:
                return std::function<Sequence(std::size_t)>{of};
        }
    }

    // ------------------------------------------------------------------ populations

    std::size_t some_size() {
        const double kind = dice_.uniform(0, 1);
        if (kind < 0.07) return 0;
        if (kind < 0.17) return 1;
        if (kind < 0.35) return 2 + dice_.below(7);
        if (kind < 0.75) return 9 + dice_.below(52);
        return 61 + dice_.below(240);
    }

    PlannedPopulation population(const std::string& model, std::size_t size) {
        PlannedPopulation p{
            .model = model,
            .size  = size,
            .label = std::string{model.starts_with("SpikeSource") ? "source " : "cells "} +
                     std::to_string(plan_.populations.size())};
        if (model == PointNeuron::name) p.composition = dice_.below(num_compositions);
        if (model == GIF_cond_exp::name && dice_.chance(0.7)) p.elements = dice_.word();
        p.parameters     = some(parameter_ranges(p), size);
        p.initial_values = some(state_ranges(p), size);
        if (model == "SpikeSourceArray") p.spike_times = trains(size, 0);
        p.recorded = dice_.chance(0.7);
        return p;
    }

    void choose_populations() {
        const std::size_t count  = 1 + dice_.below(6);
        const auto        neuron = [&]() -> std::string {
            if (dice_.chance(0.25)) return dice_.one_of({"IF_curr_exp", "IF_cond_exp"});
            return neuron_models()[dice_.below(neuron_models().size())];
        };
        plan_.populations.push_back(population(neuron(), 2 + dice_.below(200)));
        while (plan_.populations.size() < count) {
            const double kind = dice_.uniform(0, 1);
            // Sources are often as many as the cells they drive.
            const std::size_t same  = plan_.populations[dice_.below(plan_.populations.size())].size;
            const std::size_t other = some_size();
            if (kind < 0.55)
                plan_.populations.push_back(population(neuron(), other));
            else if (kind < 0.85)
                plan_.populations.push_back(
                    population("SpikeSourcePoisson", dice_.chance(0.7) ? same : other)
                );
            else
                plan_.populations.push_back(
                    population("SpikeSourceArray", dice_.chance(0.3) ? same : other)
                );
        }
    }

    // ------------------------------------------------------------------ projections

    std::size_t some_target() {
        for (;;) {
            const std::size_t k = dice_.below(plan_.populations.size());
            if (!plan_.populations[k].is_source()) return k;
        }
    }

    AnyConnector connector(const PlannedPopulation& pre, const PlannedPopulation& post, bool same) {
        const double n_pre      = static_cast<double>(pre.size);
        const double n_post     = static_cast<double>(post.size);
        const bool   one_to_one = dice_.chance(pre.model == "SpikeSourcePoisson" ? 0.6 : 0.15);
        const auto   self =
            same ? dice_.one_of(
                       {SelfConnections::allow, SelfConnections::forbid, SelfConnections::no_mutual}
                   )
                   : SelfConnections::allow;
        if (one_to_one) return OneToOneConnector{};
        const double kind = dice_.uniform(0, 1);
        if (kind < 0.15 && n_pre * n_post < 4000) return AllToAllConnector{self};
        const double in_degree = dice_.uniform(0, 25);
        if (kind < 0.65) {
            const double p = dice_.chance(0.05) ? 1 : std::min(1.0, in_degree / (n_pre + 1));
            return FixedProbabilityConnector{dice_.chance(0.03) ? 0 : p, self};
        }
        const bool forbid = self != SelfConnections::allow && n_pre > 1;
        const bool none   = n_pre * n_post == 0;
        return FixedTotalNumberConnector{
            none ? 0 : static_cast<std::uint64_t>(in_degree * n_post),
            forbid ? SelfConnections::forbid : SelfConnections::allow};
    }

    /// How much input a target gets at once, for the size of weights.
    static double in_degree(const AnyConnector& connector, double n_pre, double n_post) {
        if (std::holds_alternative<AllToAllConnector>(connector)) return n_pre;
        if (const auto* c = std::get_if<FixedProbabilityConnector>(&connector))
            return c->p_connect * n_pre;
        if (const auto* c = std::get_if<FixedTotalNumberConnector>(&connector))
            return static_cast<double>(c->n) / std::max(1.0, n_post);
        return 1;
    }

    template <class Q>
    Weight weight(double size, int sign) {
        const double w    = size * sign;
        const auto   of   = [](const Distribution& d) { return Weight{RandomDistribution<Q>{d}}; };
        const double zero = 0, far = 1e9;
        switch (dice_.below(sign > 0 ? 12 : 8)) {
            case 0:
                return dice_.chance(0.3) ? Weight{} : Weight{Q::in_base_units(w)};
            case 1:
            case 2:
            case 3:
                return Q::in_base_units(w);
            case 4:
            case 5:
                return of(Distribution::normal_clipped(
                    w, 0.2 * size, sign > 0 ? zero : -far, sign > 0 ? far : zero
                ));
            case 6:
                return of(Distribution::uniform(std::min(w / 2, w * 2), std::max(w / 2, w * 2)));
            case 7:
                return of(Distribution::normal_clipped_to_boundary(
                    w, size, std::min(zero, 2 * w), std::max(zero, 2 * w)
                ));
            case 8:
                return of(Distribution::exponential(w));
            case 9:
                return of(Distribution::gamma(2, w / 2));
            case 10:
                return of(Distribution::lognormal(std::log(w), 0.5));
            default:
                return of(Distribution::uniform(0, w));
        }
    }

    /// Of a size that lets some of them move a cell.
    static double largest_weight(const PlannedPopulation& post) {
        switch (input_of(post)) {
            case models::Input::conductance:
                return 0.04;
            case models::Input::current:
                return 0.8;
            case models::Input::voltage:
                break;
        }
        return 8;
    }
    Weight weight_onto(const PlannedPopulation& post, double part, int sign) {
        const double size = largest_weight(post) * part;
        switch (input_of(post)) {
            case models::Input::conductance:
                return weight<Conductance>(size, 1);
            case models::Input::current:
                return weight<Current>(size, sign);
            case models::Input::voltage:
                break;
        }
        return weight<Voltage>(size, sign);
    }

    /// Now and then 16 bits: coarse, so that many weights are equal, or fine; either reaches to
    /// more than 30 times the largest weight, far into the tails of the distributions.
    Weight resolution(const PlannedPopulation& post) {
        if (!weights_dice_.chance(0.3)) return {};
        const double fineness = weights_dice_.one_of({20.0, 500.0});
        return parameters::ConnectionSpecification{largest_weight(post) / fineness};
    }

    Delay delay() {
        const double least = static_cast<double>(shortest_) * dt();
        const auto   steps = [&](std::size_t most) {
            return (static_cast<double>(shortest_) + static_cast<double>(dice_.below(most))) * dt();
        };
        const auto of = [](const Distribution& d) { return RandomDistribution<Time>{d}; };
        switch (dice_.below(12)) {
            case 0:
                return {};
            case 1:
                return Time::in_base_units(least);
            case 2:
            case 3:
                return Time::in_base_units(steps(20));
            case 4:
                return Time::in_base_units(steps(20) + 0.4 * dt());
            case 5:
                return Time::in_base_units(steps(300));
            case 6:
            case 7:
                return of(Distribution::uniform(least, least + steps(15)));
            case 8:
                return of(Distribution::uniform(least, least + steps(400)));
            case 9:
                return of(Distribution::normal_clipped(least + steps(10), 6 * dt(), least, 1e3));
            case 10:
                return of(Distribution::normal_clipped_to_boundary(
                    least + steps(100), 50 * dt(), least, 700 * dt()
                ));
            default:
                return of(Distribution::uniform_int(std::ceil(least), std::ceil(least) + 5));
        }
    }

    StaticSynapse synapse(
        const AnyConnector&      connector,
        const PlannedPopulation& pre,
        const PlannedPopulation& post,
        bool                     inhibitory
    ) {
        const double degree =
            in_degree(connector, static_cast<double>(pre.size), static_cast<double>(post.size));
        const double part = dice_.uniform(0.2, 1) / std::sqrt(std::max(1.0, degree));
        return {weight_onto(post, part, inhibitory ? -1 : 1), delay()};
    }

    PlannedProjection projection() {
        const std::size_t pre        = dice_.below(plan_.populations.size());
        const std::size_t post       = some_target();
        const auto&       from       = plan_.populations[pre];
        const auto&       to         = plan_.populations[post];
        const bool        inhibitory = dice_.chance(0.3);
        AnyConnector      rule       = connector(from, to, pre == post);
        PlannedProjection p{pre, post, rule, synapse(rule, from, to, inhibitory), {}};
        // The receptor is often left to the sign of the weight, which a conductance and a draw of 0
        // do not have.
        const auto* weights = p.synapse.weight.specification().distribution();
        const bool  has_sign =
            input_of(to) != models::Input::conductance &&
            !(weights && weights->kind() == Distribution::Kind::normal_clipped_to_boundary);
        const auto receptors = receptors_of(to);
        if (inhibitory && (!has_sign || dice_.chance(0.5)))
            p.options.receptor_type = receptors[1 + dice_.below(receptors.size() - 1)];
        if (!inhibitory && dice_.chance(0.4))
            p.options.receptor_type = receptors[receptors.size() > 2 ? dice_.below(3) : 0];
        if (dice_.chance(0.2)) p.options.label = "projection " + std::to_string(num_labels_++);
        p.options.weight_resolution = resolution(to);
        return p;
    }

    /// Background of several Poisson populations at rates where a step holds several spikes.
    void add_drives() {
        const std::size_t post  = some_target();
        const std::size_t count = 1 + dice_.below(5);
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t size = plan_.populations[post].size + (dice_.chance(0.2) ? 3 : 0);
            PlannedPopulation p    = population("SpikeSourcePoisson", size);
            const double      rate = dice_.uniform(2000, 20000);
            p.parameters           = {{"rate", values({"rate", 0.2 * rate, rate}, size)}};
            p.recorded             = dice_.chance(0.2);
            plan_.populations.push_back(p);
            const double strength = dice_.uniform(0.2, 0.8) / (rate / 1000 * 3);
            const Weight drive    = weight_onto(plan_.populations[post], 1.25 * strength, 1);
            // Mostly of one delay, as fused drives are; sums of three and more show their order.
            const double steps =
                static_cast<double>(shortest_) + static_cast<double>(dice_.below(9));
            const Delay later =
                dice_.chance(0.8) ? Delay{Time::in_base_units(steps * dt())} : delay();
            plan_.projections.push_back(
                {plan_.populations.size() - 1,
                 post,
                 OneToOneConnector{},
                 {drive, later},
                 {.receptor_type     = receptors_of(plan_.populations[post])[0],
                  .weight_resolution = resolution(plan_.populations[post])}}
            );
        }
    }

    // ------------------------------------------------------------------ runs

    PlannedChange change(Step now) {
        PlannedChange change{.population = dice_.below(plan_.populations.size())};
        const auto&   p = plan_.populations[change.population];
        if (dice_.chance(0.2)) {
            change.projection = projection();
        } else if (p.model == "SpikeSourceArray") {
            change.spike_times = trains(p.size, static_cast<double>(now) * dt() - 3);
        } else if (!p.is_source() && dice_.chance(0.4)) {
            change.states = some(state_ranges(p), p.size);
        } else if (p.elements && dice_.chance(0.4)) {
            change.elements = dice_.word();
        } else {
            change.parameters = some(parameter_ranges(p), p.size);
        }
        return change;
    }

    void choose_runs() {
        const std::size_t count = 1 + dice_.below(3);
        Step              now   = 0;
        for (std::size_t k = 0; k < count; ++k) {
            PlannedRun run{.steps = static_cast<Step>(60 + dice_.below(240))};
            now += run.steps;
            const std::size_t changes = k + 1 < count ? dice_.below(4) : 0;
            for (std::size_t c = 0; c < changes; ++c)
                run.changes.push_back(change(now));
            plan_.runs.push_back(std::move(run));
        }
    }

    Dice          dice_;
    Dice          weights_dice_;  ///< for how they are kept: all else is as without that choice
    RandomNetwork plan_;
    Step          shortest_   = 1;  ///< delay
    std::size_t   num_labels_ = 0;
};

}  // namespace

bool RandomNetwork::has_explicit_delays() const {
    const auto is_explicit = [](const PlannedProjection& p) {
        return p.synapse.delay.specification().has_value();
    };
    bool all = std::all_of(projections.begin(), projections.end(), is_explicit);
    for (const PlannedRun& run : runs) {
        for (const PlannedChange& change : run.changes)
            all = all && (!change.projection || is_explicit(*change.projection));
    }
    return all;
}

RandomNetwork random_network(std::uint64_t seed) {
    return Planner{seed}.plan();
}

}  // namespace ranvier::test
