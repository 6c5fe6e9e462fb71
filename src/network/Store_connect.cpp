// How the connections of a projection are drawn and filed.

#include <algorithm>
#include <numeric>

#include "ranvier/base/progress.hpp"
#include "ranvier/network/Store.hpp"

#include "Checks.hpp"

namespace ranvier::network {

namespace {

/// Whether some source stands beside itself.
bool has_pairs(const connectors::Sources& sources) {
    std::uint32_t equal = 0;
    for (std::size_t k = 1; k < sources.size(); ++k)
        equal |= static_cast<std::uint32_t>(sources[k] == sources[k - 1]);
    return equal != 0;
}

/// Of several connections of a pair, that with the shorter delay is the first.
void sort_pairs(const connectors::Sources& sources, std::span<std::uint32_t> steps) {
    for (std::size_t k = 1; k < steps.size(); ++k) {
        const bool stays = (sources[k] != sources[k - 1]) | (steps[k - 1] <= steps[k]);
        if (stays) continue;
        const std::uint32_t step = steps[k];
        std::size_t         at   = k;
        for (; at > 0 && sources[at - 1] == sources[k] && steps[at - 1] > step; --at)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
}

void note_delays(ProjectionRecord& projection, std::span<const std::uint32_t> steps) {
    std::uint32_t low = std::numeric_limits<std::uint32_t>::max(), high = 0;
    for (const std::uint32_t step : steps) {
        low  = std::min(low, step);
        high = std::max(high, step);
    }
    if (steps.empty()) return;
    projection.min_delay = std::min<Step>(projection.min_delay, low);
    projection.max_delay = std::max<Step>(projection.max_delay, high);
}

/// Whether the values of a target are numbers, or draws keyed by the target.
bool are_drawn_by_target(const ConnectRequest& request) {
    const auto is = [](const parameters::ConnectionSpecification& values) {
        return values.constant() || (values.distribution() && !values.is_sequential());
    };
    return is(request.weight) && is(request.delay) && !request.weight_column &&
           !request.delay_column;
}

/// What ConnectionSpecification::resolve gives for the first connection of each of some targets.
void fill_by_target(
    const parameters::ConnectionSpecification& values,
    random::Key                                key,
    std::size_t                                first_target,
    std::span<double>                          out
) {
    if (const auto* distribution = values.distribution())
        distribution->fill_indices(key, first_target, out);
    else
        std::fill(out.begin(), out.end(), *values.constant());
}

}  // namespace

template <class T>
struct Store<T>::Draws {
    connectors::Sources        sources;
    std::vector<double>        distances;
    std::vector<double>        weights;
    std::vector<double>        delays;
    std::vector<std::uint32_t> steps;
    std::vector<std::uint32_t> order;
};

/// What `note_order` has found so far.
template <class T>
struct Store<T>::Order {
    bool                       begun = false;  ///< whether `created` is needed
    std::vector<std::uint32_t> natural;        ///< before: numbers of connections of the targets
};

/// The block and the tables of the target at hand, for targets in ascending order.
template <class T>
struct Store<T>::Filing {
    Store&                           store;
    const ProjectionRecord&          projection;
    const Selection::LocalRun&       run;
    const Placement*                 placement = nullptr;
    std::vector<ConnectionTable<T>*> tables{};  ///< by part of the presynaptic group
    std::vector<std::uint32_t>       cells{};   ///< sources as cells of one part's population
    std::vector<std::uint32_t>       targets{};
    bool                             from_whole = projection.pre.is_whole_population();

    const Selection::Part& part() const { return projection.post.part(run.part); }

    /// The cell of the block that a member of the run is.
    std::uint32_t open(std::size_t member) {
        const PopulationRecord& post = *part().population;
        const std::size_t       cell = part().indices[member - part().first] - post.slice.first;
        if (!placement || !placement->cells.contains(cell)) open_block(post, cell);
        return static_cast<std::uint32_t>(placement->slot + cell - placement->cells.first);
    }

    void open_block(const PopulationRecord& post, std::size_t cell) {
        placement =
            &*std::find_if(post.placements.begin(), post.placements.end(), [&](const Placement& p) {
                return p.cells.contains(cell);
            });
        Block<T>& block = store.blocks_[placement->block];
        tables.clear();
        for (const Selection::Part& from : projection.pre.parts()) {
            const std::size_t id = from.population->id;
            if (block.tables.size() <= id) block.tables.resize(id + 1);
            auto& table = block.tables[id];
            if (!table) table = std::make_unique<ConnectionTable<T>>(store.page_cells_);
            const auto marked =
                std::find_if(store.marks_.begin(), store.marks_.end(), [&](const Mark& mark) {
                    return mark.table == table.get();
                });
            if (marked == store.marks_.end()) store.marks_.push_back({table.get(), table->mark()});
            tables.push_back(table.get());
        }
        const ProjectionRecord::Target& target = projection.targets[run.part];
        if (store.channels_[target.channel].drive && block.drive[target.receptor].size() == 0)
            block.drive[target.receptor] = AlignedArray<T>(store.capacity_);
    }

    /// Files the connections of one target.
    void add(
        std::uint32_t                  cell,
        std::span<const std::uint32_t> sources,
        std::span<const std::uint32_t> steps,
        std::span<const double>        weights
    ) {
        const ChannelId channel = projection.targets[run.part].channel;
        if (from_whole) {
            tables[0]->add(sources, channel, cell, steps, weights);
            return;
        }
        for (std::size_t k = 0; k < sources.size();) {
            const std::size_t p    = projection.pre.part_of(sources[k]);
            const auto&       from = projection.pre.part(p);
            cells.clear();
            std::size_t end = k;
            for (; end < sources.size() && sources[end] - from.first < from.indices.size(); ++end)
                cells.push_back(static_cast<std::uint32_t>(from.indices[sources[end] - from.first])
                );
            const std::size_t count = end - k;
            tables[p]->add(
                cells, channel, cell, steps.subspan(k, count), weights.subspan(k, count)
            );
            k = end;
        }
    }

    /// Files one connection onto each of the members from `first` on.
    void add_one_each(
        std::size_t                    first,
        std::span<const std::uint32_t> sources,
        std::span<const std::uint32_t> steps,
        std::span<const double>        weights
    ) {
        const Selection::Part& to     = part();
        const std::size_t      offset = to.population->slice.first;
        for (std::size_t k = 0; k < sources.size(); k += targets.size()) {
            targets.assign(1, open(first + k));
            // Those onto the same page together.
            const std::size_t page = targets[0] / store.page_cells_;
            for (std::size_t m = first + k + 1; from_whole && m < first + sources.size(); ++m) {
                const std::size_t cell = to.indices[m - to.first] - offset;
                const std::size_t slot = placement->slot + cell - placement->cells.first;
                if (!placement->cells.contains(cell) || slot / store.page_cells_ != page) break;
                targets.push_back(static_cast<std::uint32_t>(slot));
            }
            const std::size_t count = targets.size();
            if (from_whole)
                tables[0]->add(
                    sources.subspan(k, count),
                    projection.targets[run.part].channel,
                    targets,
                    steps.subspan(k, count),
                    weights.subspan(k, count)
                );
            else
                add(targets[0], sources.subspan(k, 1), steps.subspan(k, 1), weights.subspan(k, 1));
        }
    }
};

/// Sources, weights and delays of one target; the first violation is noted.
template <class T>
void Store<T>::draw_target(
    const ProjectionRecord& projection,
    std::size_t             post,
    std::uint64_t           first,
    const ConnectRequest&   request,
    Draws&                  draws,
    Violation&              violation
) const {
    request.rule->presynaptic(post, draws.sources);
    const std::size_t            count = draws.sources.size();
    Checks                       checks{post, violation};
    parameters::ConnectionColumn column{post, draws.sources, first, {}, {}};
    if (request.weight.needs_distance() || request.delay.needs_distance()) {
        draws.distances.resize(count);
        projection.geometry->distances(post, draws.sources, draws.distances);
        column.distances = draws.distances;
    }
    draws.steps.resize(count);
    if (const auto delay = request.delay.constant(); delay && !request.delay_column) {
        std::fill(
            draws.steps.begin(),
            draws.steps.end(),
            static_cast<std::uint32_t>(grid_.nearest(*delay))
        );
    } else {
        draws.delays.resize(count);
        column.key = request.delay_key;
        if (request.delay_column)
            request.rule->values(post, *request.delay_column, draws.delays);
        else
            request.delay.resolve(column, draws.delays);
        checks.delays(draws.delays, grid_, request, draws.steps);
        if (request.delay.is_drawn() && !request.delay_column && has_pairs(draws.sources))
            sort_pairs(draws.sources, draws.steps);
    }
    draws.weights.resize(count);
    if (const auto weight = request.weight.constant(); weight && !request.weight_column) {
        std::fill(draws.weights.begin(), draws.weights.end(), *weight);
        return;
    }
    column.key = request.weight_key;
    if (request.weight_column)
        request.rule->values(post, *request.weight_column, draws.weights);
    else
        request.weight.resolve(column, draws.weights);
    checks.weights(draws.weights, request);
    checks.round(draws.weights, request.quantum);
}

/// Remembers the order of creation where it is not that of source and delay, in which the
/// connections are stored; from the first target on that needs it.
template <class T>
void Store<T>::note_order(ProjectionRecord& projection, Draws& draws, Order& noted) const {
    const auto count  = static_cast<std::uint32_t>(draws.sources.size());
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        if (draws.sources[a] != draws.sources[b]) return draws.sources[a] < draws.sources[b];
        return draws.steps[a] < draws.steps[b];
    };
    bool natural = true;
    for (std::uint32_t k = 1; k < count && natural; ++k)
        natural = !before(k, k - 1);
    if (natural && !noted.begun) {
        noted.natural.push_back(count);
        return;
    }
    std::vector<std::uint32_t>& order = draws.order;
    const auto                  note  = [&](std::uint32_t size, bool is_sorted) {
        order.resize(size);
        std::iota(order.begin(), order.end(), 0u);
        if (!is_sorted) std::stable_sort(order.begin(), order.end(), before);
        projection.created.insert(projection.created.end(), order.begin(), order.end());
    };
    noted.begun = true;
    for (const std::uint32_t size : noted.natural)
        note(size, true);
    noted.natural = {};
    note(count, natural);
}

template <class T>
void Store<T>::connect_run(
    ProjectionRecord&          projection,
    const Selection::LocalRun& run,
    const ConnectRequest&      request,
    Violation&                 violation,
    Order&                     noted
) {
    const bool ordered = request.rule->keeps_order() || request.delay.length().has_value();
    if (request.rule->is_one_to_one() && are_drawn_by_target(request))
        return connect_one_to_one(projection, run, request, violation);
    Draws             draws;
    Filing            filing{*this, projection, run};
    const std::size_t at_a_time =
        std::max<std::size_t>(1, request.rule->targets_per_plan(request.shape));
    std::uint64_t first = request.first.empty() ? 0 : request.first[run.part];
    for (std::size_t begin = run.members.first; begin < run.members.last;) {
        const std::size_t end = begin + std::min(at_a_time, run.members.last - begin);
        request.rule->plan(request.shape, request.connectivity_key, {begin, end});
        for (std::size_t post = begin; post < end; ++post) {
            tick();
            draw_target(projection, post, first, request, draws, violation);
            if (ordered) note_order(projection, draws, noted);
            filing.add(filing.open(post), draws.sources, draws.steps, draws.weights);
            note_delays(projection, draws.steps);
            projection.local_size += draws.sources.size();
            first += draws.sources.size();
        }
        begin = end;
    }
}

/// As any rule, with the draws of many targets at once: each has one connection at most.
template <class T>
void Store<T>::connect_one_to_one(
    ProjectionRecord&          projection,
    const Selection::LocalRun& run,
    const ConnectRequest&      request,
    Violation&                 violation
) {
    constexpr std::size_t batch = 512;
    Draws                 draws, one;
    Filing                filing{*this, projection, run};
    const std::size_t     end = std::min(run.members.last, request.shape.num_pre);
    for (std::size_t begin = run.members.first; begin < end; begin += batch) {
        tick();
        const IndexRange posts{begin, std::min(begin + batch, end)};
        draws.sources.resize(posts.size());
        std::iota(draws.sources.begin(), draws.sources.end(), static_cast<std::uint32_t>(begin));
        draws.weights.resize(posts.size());
        draws.delays.resize(posts.size());
        draws.steps.resize(posts.size());
        fill_by_target(request.weight, request.weight_key, begin, draws.weights);
        fill_by_target(request.delay, request.delay_key, begin, draws.delays);
        Violation some;
        Checks    checks{begin, some};
        checks.delays(draws.delays, grid_, request, draws.steps);
        checks.weights(draws.weights, request);
        checks.round(draws.weights, request.quantum);
        for (std::size_t k = 0; k < posts.size() && some.what != Violation::What::none; ++k) {
            request.rule->plan(request.shape, request.connectivity_key, {begin + k, begin + k + 1});
            draw_target(projection, begin + k, 0, request, one, violation);  // which ones
        }
        filing.add_one_each(begin, draws.sources, draws.steps, draws.weights);
        note_delays(projection, draws.steps);
        projection.local_size += posts.size();
    }
}

template <class T>
Violation Store<T>::connect(ProjectionRecord& projection, const ConnectRequest& request) {
    Violation violation;
    marks_.clear();
    last_was_fused_ = projection.fused;
    if (projection.fused) {
        connect_fused(projection, request, violation);
    } else {
        projection.min_delay = std::numeric_limits<Step>::max();
        Order noted;
        for (const Selection::LocalRun& run : projection.post.local_runs())
            connect_run(projection, run, request, violation, noted);
        projection.created.shrink_to_fit();
    }
    if (violation.what != Violation::What::none) undo_connect();
    return violation;
}

template <class T>
std::vector<std::uint64_t> Store<T>::count(
    const ProjectionRecord& projection, const ConnectRequest& request
) const {
    std::vector<std::uint64_t> counts(projection.post.num_parts());
    connectors::Sources        pre;
    const std::size_t          at_a_time =
        std::max<std::size_t>(1, request.rule->targets_per_plan(request.shape));
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        for (std::size_t begin = run.members.first; begin < run.members.last;) {
            const std::size_t end = begin + std::min(at_a_time, run.members.last - begin);
            request.rule->plan(request.shape, request.connectivity_key, {begin, end});
            for (std::size_t post = begin; post < end; ++post) {
                tick();
                request.rule->presynaptic(post, pre);
                counts[run.part] += pre.size();
            }
            begin = end;
        }
    }
    return counts;
}

template <class T>
void Store<T>::connect_fused(
    ProjectionRecord& projection, const ConnectRequest& request, Violation& violation
) {
    const PopulationRecord& pre   = projection.pre.population(0);
    const PopulationRecord& post  = projection.post.population(0);
    const Step              delay = grid_.nearest(*request.delay.constant());
    FusedDrive<T>           drive{
        projection.id,
        pre.id,
        post.id,
        projection.targets[0].receptor,
        delay,
        request.since,
        {},
        dynamic_cast<models::SourceGroup*>(pre.group.get())};
    if (request.weight.constant()) {
        drive.weight.push_back(static_cast<T>(*request.weight.constant()));
    } else {
        Draws         draws;
        std::uint64_t first = request.first.empty() ? 0 : request.first[0];
        request.rule->plan(request.shape, request.connectivity_key, post.slice);
        for (std::size_t i = post.slice.first; i < post.slice.last; ++i) {
            draw_target(projection, i, first++, request, draws, violation);
            drive.weight.push_back(static_cast<T>(draws.weights.front()));
        }
    }
    drive.source->keep(delay);
    projection.local_size = post.slice.size();
    projection.min_delay  = delay;
    projection.max_delay  = delay;
    fused_.push_back(std::move(drive));
    sort_drives();
}

/// Drives of one target add up in the order of (emission step, source), as events would.
template <class T>
void Store<T>::sort_drives() {
    std::stable_sort(fused_.begin(), fused_.end(), [](const auto& a, const auto& b) {
        return a.delay != b.delay ? a.delay > b.delay : a.pre < b.pre;
    });
}

/// Files connections that were listed and taken out, in list order.
template <class T>
void Store<T>::file_again(ProjectionRecord& projection, const Listing& listing) {
    Draws draws;
    projection.created.clear();
    projection.min_delay = std::numeric_limits<Step>::max();
    projection.max_delay = 0;
    marks_.clear();
    std::size_t target = 0;
    Order       noted;
    for (const Selection::LocalRun& run : projection.post.local_runs()) {
        Filing filing{*this, projection, run};
        for (std::size_t post = run.members.first; post < run.members.last; ++post, ++target) {
            const auto first = static_cast<std::size_t>(listing.first[target]);
            const auto count = static_cast<std::size_t>(listing.first[target + 1]) - first;
            draws.sources.assign(&listing.pre[first], &listing.pre[first] + count);
            draws.steps.assign(&listing.steps[first], &listing.steps[first] + count);
            note_order(projection, draws, noted);
            filing.add(
                filing.open(post),
                draws.sources,
                draws.steps,
                std::span{listing.weight}.subspan(first, count)
            );
            note_delays(projection, draws.steps);
        }
    }
    marks_.clear();
}

template class Store<double>;
template class Store<float>;

}  // namespace ranvier::network
