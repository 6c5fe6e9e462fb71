#include "ranvier/engine/Engine.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/engine/PeerSpikes.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "CurrentInjection.hpp"
#include "FlushDenormals.hpp"
#include "Sampler.hpp"
#include <fmt/format.h>

namespace ranvier::engine {

namespace {

/// Intervals are not longer than this many steps even if no connection limits them: spikes of an
/// interval are packed with their step, and progress and signals are looked at between intervals.
constexpr Step longest_interval = 1000;
static_assert(longest_interval <= static_cast<Step>(PackedSpike::max_lag));

class Stopwatch {
public:
    using Clock = std::chrono::steady_clock;
    explicit Stopwatch(Statistics& statistics) : statistics_(statistics), last_(Clock::now()) {}
    /// Books the time since the last call.
    void book(Phase phase) {
        const auto now = Clock::now();
        statistics_.seconds[static_cast<std::size_t>(phase)] +=
            std::chrono::duration<double>(now - last_).count();
        last_ = now;
    }

private:
    Statistics&       statistics_;
    Clock::time_point last_;
};

double seconds_since(Stopwatch::Clock::time_point start) {
    return std::chrono::duration<double>(Stopwatch::Clock::now() - start).count();
}

template <class T>
class EngineOf final : public Engine {
public:
    explicit EngineOf(network::Network& network)
        : network_(network),
          store_(network.store<T>()),
          delivery_(network),
          exchange_(network.comm()),
          peers_(network),
          currents_(network),
          sampler_(network) {}

    void run(Step last, const Hooks& hooks) override {
        const auto start = Stopwatch::Clock::now();
        collectively(network_.comm(), [&] {
            refresh();
            sampler_.refresh();
        });
        statistics_.build_s += seconds_since(start);
        const auto begin = Stopwatch::Clock::now();
        if (network_.now() == 0 && last > 0 && !step_0_emitted_) emit_step_0();
        for (bool stop = false; network_.now() < last && !stop;) {
            const Step end =
                std::min(last, network_.now() + std::min(interval_, hooks.longest_interval));
            stop = interval(network_.now(), end, hooks);
            network_.set_now(end);
            parallel::set_simulated_time(network_.grid().ms(end));
            if (!hooks.after_interval) continue;
            Stopwatch watch{statistics_};
            hooks.after_interval(end);
            watch.book(Phase::record);
        }
        statistics_.run_s += seconds_since(begin);
        statistics_.events = delivery_.num_events();
    }

    void simulate_peers(Frequency rate) override { peers_.set_rate(rate); }

    void reset() override {
        delivery_.reset();
        spikes_.clear();
        step_0_emitted_ = false;
    }

    const Statistics& statistics() const override { return statistics_; }

private:
    /// Everything that depends on the network's structure, which may have changed between runs.
    void refresh() {
        delivery_.refresh(network_.now());
        currents_.refresh();
        peers_.refresh();
        interval_ = std::min(network_.min_delay_steps(), longest_interval);
        sources_.clear();
        settles_ = false;
        for (const auto& block : store_.blocks()) {
            for (const auto& piece : block.pieces)
                settles_ = settles_ || piece.group->settles();
        }
        for (const auto& population : network_.populations()) {
            auto* group = dynamic_cast<models::SourceGroup*>(population->group.get());
            if (group && (population->emits || population->recording.records_spikes))
                sources_.push_back({population.get(), group});
        }
    }

    /// Spike times of 0 come before the first step.
    void emit_step_0() {
        step_0_emitted_ = true;
        spikes_.clear();
        std::exception_ptr failure;
        try {
            emit_sources(0, 0);
        } catch (...) {
            failure = std::current_exception();
        }
        exchange(0, failure, false, {});
    }

    /// Steps first + 1 ... last, then one exchange. Returns whether some rank asked to stop.
    bool interval(Step first, Step last, const Hooks& hooks) {
        spikes_.clear();
        std::exception_ptr failure;
        bool               stop = false;
        try {
            const FlushDenormals flush;
            Stopwatch            watch{statistics_};
            for (Step step = first + 1; step <= last; ++step) {
                currents_.apply(step);
                for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                    update(store_.blocks()[b], step, first + 1);
                watch.book(Phase::update);
                emit_sources(step, first + 1);
                watch.book(Phase::sources);
                for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                    delivery_.deliver(b, step);
                watch.book(Phase::deliver);
                if (settles_) {
                    for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                        settle(store_.blocks()[b], step, first + 1);
                    watch.book(Phase::update);
                }
                sort_off_grid(step);
                if (sampler_.is_due(step)) {
                    sampler_.take(step);
                    watch.book(Phase::record);
                }
                tick();
            }
            if (hooks.watch || hooks.stop) stop = call_hooks(last, hooks);
        } catch (...) {
            failure = std::current_exception();
        }
        const auto peers = peer_spikes(first + 1, last);
        Stopwatch  watch{statistics_};
        stop = exchange(first + 1, failure, stop, peers);
        watch.book(Phase::exchange);
        return stop;
    }

    /// What stands in for messages, and its cost apart from theirs.
    std::span<const std::uint64_t> peer_spikes(Step first, Step last) {
        if (!network_.comm().is_stand_in()) return {};
        const auto begin  = Stopwatch::Clock::now();
        const auto spikes = peers_.draw(first, last);
        statistics_.peers_s += seconds_since(begin);
        return spikes;
    }

    static bool call_hooks(Step now, const Hooks& hooks) {
        const parallel::Activity activity{"a function called during the run"};
        if (hooks.watch) hooks.watch(now);
        return hooks.stop && hooks.stop();
    }

    void update(network::Block<T>& block, Step step, Step base) {
        for (const auto& piece : block.pieces) {
            note_all(piece, piece.group->advance(piece.piece, step), step, base);
            statistics_.updates += piece.cells.size();
            if (const auto found = piece.group->not_finite(piece.piece))
                refuse_not_finite(piece, *found, step);
        }
    }

    [[noreturn]] void refuse_not_finite(
        const typename network::Block<T>::Piece&          piece,
        const typename models::NeuronGroup<T>::NotFinite& found,
        Step                                              step
    ) const {
        const network::PopulationRecord& population = *network_.populations()[piece.population];
        const std::size_t                index      = population.slice.first + found.cell;
        const std::string&               variable   = piece.group->states()[found.state].name;
        throw RunError(
            fmt::format(
                "Population \"{}\": {} is no longer finite, got {} at cell {}{} at t = {} ms. "
                "Check "
                "weights, injected currents and parameters, or use a smaller timestep.",
                population.label,
                variable,
                number(found.value),
                index,
                found.count > 1 ? fmt::format(" (and {} more)", found.count - 1) : "",
                number(network_.grid().ms(step))
            ),
            {.label = population.label, .parameter = variable, .index = index}
        );
    }

    /// Where input steps the potential, what has arrived acts now.
    void settle(network::Block<T>& block, Step step, Step base) {
        for (const auto& piece : block.pieces) {
            if (!piece.group->settles()) continue;
            note_all(piece, piece.group->settle(piece.piece, step), step, base);
        }
    }

    void note_all(
        const typename network::Block<T>::Piece& piece,
        const models::CellSpikes&                spiking,
        Step                                     step,
        Step                                     base
    ) {
        if (spiking.cells.empty()) return;
        network::PopulationRecord& population = *network_.populations()[piece.population];
        for (std::size_t k = 0; k < spiking.cells.size(); ++k) {
            const double offset = spiking.offsets.empty() ? 0 : spiking.offsets[k];
            note(population, spiking.cells[k], 1, step, base, offset);
        }
    }

    /// Recorded spikes of one step in the order of their times, where they have times of their own.
    void sort_off_grid(Step step) {
        if (network_.options().spike_timing == SpikeTiming::on_grid && !settles_) return;
        for (const auto& population : network_.populations()) {
            auto& spikes = population->recording.spikes;
            auto  first  = spikes.end();
            while (first != spikes.begin() && std::prev(first)->step == step)
                --first;
            std::sort(first, spikes.end());
        }
    }

    void emit_sources(Step step, Step base) {
        for (const Source& source : sources_) {
            emissions_.clear();
            source.group->emit(step, emissions_);
            for (const models::Emission& emission : emissions_)
                note(*source.population, emission.cell, emission.count, step, base);
        }
    }

    /// Records a spike and files it for exchange.
    void note(
        network::PopulationRecord& population,
        std::uint32_t              cell,
        std::uint32_t              count,
        Step                       step,
        Step                       base,
        double                     offset = 0
    ) {
        const std::uint64_t index     = population.slice.first + cell;
        network::Recording& recording = population.recording;
        if (recording.records_spikes && recording.spike_cells.contains(cell)) {
            recording.spike_counts[cell] += count;
            recording.spikes.insert(recording.spikes.end(), count, {step, index, offset});
        }
        if (!population.emits) return;
        const auto lag = static_cast<std::uint64_t>(step - base);
        for (std::uint64_t left = count; left > 0;) {
            const std::uint64_t part = std::min(left, PackedSpike::max_count);
            spikes_.push_back(PackedSpike::pack(lag, population.first_gid + index, part));
            left -= part;
        }
    }

    bool exchange(
        Step                           base,
        const std::exception_ptr&      failure,
        bool                           stop,
        std::span<const std::uint64_t> peers
    ) {
        std::sort(spikes_.begin(), spikes_.end());
        const auto result = exchange_.exchange(
            spikes_, (failure ? SpikeExchange::failed : 0) | (stop ? SpikeExchange::stop : 0), peers
        );
        if (result.status & SpikeExchange::failed)
            parallel::agree_on_failure(network_.comm(), failure);
        arrived_.clear();
        for (const std::uint64_t spike : result.spikes) {
            arrived_.push_back(
                {base + static_cast<Step>(PackedSpike::lag(spike)),
                 PackedSpike::gid(spike),
                 PackedSpike::count(spike)}
            );
        }
        delivery_.add(arrived_);
        return (result.status & SpikeExchange::stop) != 0;
    }

    struct Source {
        network::PopulationRecord* population;
        models::SourceGroup*       group;
    };

    network::Network&             network_;
    network::Store<T>&            store_;
    Delivery<T>                   delivery_;
    SpikeExchange                 exchange_;
    PeerSpikes                    peers_;
    CurrentInjection<T>           currents_;
    Sampler                       sampler_;
    std::vector<Source>           sources_;
    std::vector<models::Emission> emissions_;
    std::vector<std::uint64_t>    spikes_;
    std::vector<PendingSpike>     arrived_;
    Step                          interval_       = 1;
    bool                          settles_        = false;  ///< some input steps the potential
    bool                          step_0_emitted_ = false;
    Statistics                    statistics_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(network::Network& network) {
    if (network.options().precision == Precision::float64)
        return std::make_unique<EngineOf<double>>(network);
    return std::make_unique<EngineOf<float>>(network);
}

}  // namespace ranvier::engine
