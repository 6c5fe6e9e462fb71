#include "ranvier/engine/Engine.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/TickClock.hpp"
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

/// Books the time of runs, without gaps.
class Stopwatch {
public:
    using Ticks = TickClock::Ticks;

    void start() { last_ = clock_.now(); }
    /// Books the time since the last call of any of these.
    void book(Phase phase) { ticks_[static_cast<std::size_t>(phase)] += lap(); }
    void book_build() { build_ += lap(); }
    void book_peers() { peers_ += lap(); }

    /// Adds what has been booked since the last call, so that no time becomes shorter as the rate
    /// of the clock becomes known better.
    void tell(Statistics& statistics) {
        const double tick = clock_.seconds_per_tick();
        const auto   take = [tick](Ticks& ticks) {
            return tick * static_cast<double>(std::exchange(ticks, 0));
        };
        statistics.build_s += take(build_);
        const double peers = take(peers_);
        statistics.peers_s += peers;
        statistics.run_s += peers;
        for (std::size_t p = 0; p < num_phases; ++p) {
            const double seconds = take(ticks_[p]);
            statistics.seconds[p] += seconds;
            statistics.run_s += seconds;
        }
    }

private:
    Ticks lap() {
        const Ticks now = clock_.now();
        // Another core's counter may be a little behind.
        const Ticks spent = now > last_ ? now - last_ : 0;
        last_             = now;
        return spent;
    }

    TickClock                     clock_;
    Ticks                         last_ = 0;
    std::array<Ticks, num_phases> ticks_{};
    Ticks                         build_ = 0, peers_ = 0;
};

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
        watch_.start();
        collectively(network_.comm(), [&] {
            refresh();
            sampler_.refresh();
        });
        watch_.book_build();
        if (network_.now() == 0 && last > 0 && !step_0_emitted_) emit_step_0();
        for (bool stop = false; network_.now() < last && !stop;) {
            const Step end =
                std::min(last, network_.now() + std::min(interval_, hooks.longest_interval));
            stop = interval(network_.now(), end, hooks);
            network_.set_now(end);
            parallel::set_simulated_time(network_.grid().ms(end));
            if (!hooks.after_interval) continue;
            hooks.after_interval(end);
            watch_.book(Phase::record);
        }
        watch_.tell(statistics_);
        statistics_.wait_s = std::max(statistics_.wait_s, exchange_.wait_s());
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
        watch_.book(Phase::sources);
        exchange(0, failure, false, {});
        watch_.book(Phase::exchange);
    }

    /// Steps first + 1 ... last, then one exchange. Returns whether some rank asked to stop.
    bool interval(Step first, Step last, const Hooks& hooks) {
        spikes_.clear();
        std::exception_ptr failure;
        bool               stop = false;
        try {
            const FlushDenormals flush;
            for (Step step = first + 1; step <= last; ++step) {
                currents_.apply(step);
                for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                    update(store_.blocks()[b], step, first + 1);
                watch_.book(Phase::update);
                if (!sources_.empty()) {
                    emit_sources(step, first + 1);
                    watch_.book(Phase::sources);
                }
                for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                    delivery_.deliver(b, step);
                watch_.book(Phase::deliver);
                if (settles_) {
                    for (std::size_t b = 0; b < store_.blocks().size(); ++b)
                        settle(store_.blocks()[b], step, first + 1);
                    watch_.book(Phase::update);
                }
                sort_off_grid(step);
                if (sampler_.is_due(step)) {
                    sampler_.take(step);
                    watch_.book(Phase::record);
                }
                tick();
            }
            if (hooks.watch || hooks.stop) {
                stop = call_hooks(last, hooks);
                watch_.book(Phase::record);
            }
        } catch (...) {
            failure = std::current_exception();
        }
        const auto peers = peer_spikes(first + 1, last);
        stop             = exchange(first + 1, failure, stop, peers);
        watch_.book(Phase::exchange);
        return stop;
    }

    /// What stands in for messages, and its cost apart from theirs.
    std::span<const std::uint64_t> peer_spikes(Step first, Step last) {
        if (!network_.comm().is_stand_in()) return {};
        const auto spikes = peers_.draw(first, last);
        watch_.book_peers();
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
            if (const auto found = piece.group->endless(piece.piece))
                refuse_endless(piece, *found, step);
        }
    }

    [[noreturn]] void refuse_endless(
        const typename network::Block<T>::Piece& piece, std::size_t cell, Step step
    ) const {
        const network::PopulationRecord& population = *network_.populations()[piece.population];
        const std::size_t                index      = population.slice.first + cell;
        throw RunError(
            fmt::format(
                "Population \"{}\": cell {} spikes without end within the time step before t = {} "
                "ms. Check that v_reset lies below the threshold, tau_refrac, weights and injected "
                "currents.",
                population.label,
                index,
                number(network_.grid().ms(step))
            ),
            {.label = population.label, .index = index}
        );
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
    Stopwatch                     watch_;
    Statistics                    statistics_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(network::Network& network) {
    if (network.options().precision == Precision::float64)
        return std::make_unique<EngineOf<double>>(network);
    return std::make_unique<EngineOf<float>>(network);
}

}  // namespace ranvier::engine
