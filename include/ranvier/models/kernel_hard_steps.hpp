/// @file
/// Cells whose step has to be divided, side by side.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/models/kernel_arguments.hpp"
#include "ranvier/models/kernel_injected_current.hpp"
#include "ranvier/models/kernel_not_finite.hpp"
#include "ranvier/models/kernel_peaks.hpp"

namespace ranvier::models {

/// A model whose steps may have to be divided: its `advance` can say how hard each lane is instead
/// of doing so, and `divides_above` are the limits at which a step takes more parts.
template <class M>
concept DividesSteps = requires {
    M::divides_above.size();
};

/// The cells of a block whose step is too hard, collected while the others advance: alone in its
/// pack, each would cost as much as a full pack of them.
///
/// They are kept at the end of `spikes`, and their states at the end of `before`: a cell that is
/// here is not among those that have spiked at the beginning.
/// @tparam V lanes of the loop that collects them, whose instruction set it belongs to
template <class M, class V>
class HardSteps {
    using T    = simd::Scalar<V>;
    using Lane = simd::Pack<T>;

    static constexpr std::size_t num_states = sizeof(typename M::template State<T>) / sizeof(T);
    static constexpr std::size_t num_constants =
        sizeof(typename M::template Constants<T>) / sizeof(T);
    static constexpr std::size_t num_levels = M::divides_above.size();
    static constexpr auto        width      = static_cast<std::size_t>(Lane::width);

    // An entry is the cell, its level, and whether it has spiked.
    static constexpr std::uint32_t cell_bits = 28, cell_mask = (1u << cell_bits) - 1,
                                   spiked = 1u << 31;
    static_assert(num_levels << cell_bits <= finely);

public:
    HardSteps(const KernelArguments<T>& arguments, bool off_grid)
        : a_(arguments),
          off_grid_(off_grid) {}

    bool empty() const { return size_ == 0; }

    /// The lanes of `hard` (bits) begin at cell `first`.
    [[gnu::noinline, gnu::cold]] void add(std::size_t first, unsigned hard, const V& hardness) {
        std::array<T, static_cast<std::size_t>(V::width)> how;
        hardness.store(how.data());
        for (unsigned rest = hard; rest != 0; rest &= rest - 1) {
            const auto    lane  = static_cast<std::size_t>(std::countr_zero(rest));
            std::uint32_t level = 0;
            while (level + 1 < num_levels && how[lane] > static_cast<T>(M::divides_above[level + 1])
            )
                ++level;
            entry(size_++) = static_cast<std::uint32_t>(first + lane) | level << cell_bits;
        }
    }

    /// The state of the lanes that begin at cell i, which has not been changed yet.
    RANVIER_INLINE std::array<V, num_states> before(std::size_t i) const {
        std::array<V, num_states> lanes;
#pragma GCC unroll 64
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j] = V::load(a_.state[j] + i);
        return lanes;
    }

    /// Advances them, equally hard ones together. Returns how many cells have spiked then.
    [[gnu::noinline, gnu::cold]] std::size_t advance(
        std::size_t num_spikes, NotFinite<Lane>& not_finite
    ) {
        for (std::uint32_t level = 0; level < num_levels; ++level) {
            Group group;
            for (std::size_t n = 0; n < size_; ++n) {
                if ((entry(n) & ~(spiked | finely)) >> cell_bits != level) continue;
                group.entries[group.size++] = n;
                if (group.size < width) continue;
                advance(group, not_finite);
                group.size = 0;
            }
            if (group.size > 0) advance(group, not_finite);
        }
        return merge(num_spikes);
    }

private:
    struct Group {
        std::array<std::size_t, width> entries;
        std::size_t                    size = 0;
    };

    std::uint32_t& entry(std::size_t n) {
        return a_.spikes[a_.count - 1 - n];
    }
    T* row(std::size_t n) {
        return a_.before + (a_.count - 1 - n) * num_states;
    }
    std::size_t cell(std::size_t n) {
        return entry(n) & cell_mask;
    }

    /// One pack. Lanes without a cell repeat the first one and are forgotten.
    void advance(const Group& group, NotFinite<Lane>& not_finite) {
        std::array<std::size_t, width> cells;
        for (std::size_t lane = 0; lane < width; ++lane)
            cells[lane] = cell(group.entries[lane < group.size ? lane : 0]);
        const auto gathered = [&](const T* from) {
            std::array<T, width> values;
            for (std::size_t lane = 0; lane < width; ++lane)
                values[lane] = from[cells[lane]];
            return Lane::load(values.data());
        };
        std::array<Lane, num_states> before;
        for (std::size_t j = 0; j < num_states; ++j)
            before[j] = gathered(a_.state[j]);
        std::array<Lane, num_constants> constants;
        for (std::size_t j = 0; j < num_constants; ++j)
            constants[j] =
                a_.stride[j] != 0 ? gathered(a_.constants[j]) : Lane::load(a_.constants[j]);

        const auto     k      = std::bit_cast<typename M::template Constants<Lane>>(constants);
        auto           after  = before;
        unsigned       marked = 0;
        const unsigned spiking =
            a_.injected ? advanced(after, k, InjectedCurrent<Lane>{gathered(a_.injected)}, marked)
                        : advanced(after, k, NoCurrent{}, marked);
        for (std::size_t j = 0; j < num_states; ++j) {
            std::array<T, width> values, old;
            after[j].store(values.data());
            before[j].store(old.data());
            for (std::size_t lane = 0; lane < width; ++lane) {
                if (lane < group.size)
                    a_.state[j][cells[lane]] = values[lane];
                else
                    values[lane] = old[lane];
            }
            after[j] = Lane::load(values.data());
        }
        not_finite.look_at(after);
        for (std::size_t lane = 0; lane < group.size; ++lane) {
            if ((spiking >> lane & 1) == 0) continue;
            const std::size_t n = group.entries[lane];
            entry(n) |= spiked | (marked >> lane & 1) * finely;
            for (std::size_t j = 0; a_.before && j < num_states; ++j)
                row(n)[j] = before[j][static_cast<int>(lane)];
        }
    }

    /// Advances one pack. Returns the lanes that spike or, off the grid, may have done so, or that
    /// are `marked` to be made finely.
    template <class K, class I>
    unsigned advanced(std::array<Lane, num_states>& lanes, const K& k, I injected, unsigned& marked)
        const {
        using State        = typename M::template State<Lane>;
        const auto before  = std::bit_cast<State>(lanes);
        auto       state   = before;
        unsigned   spiking = bits(M::advance(state, k, injected));
        lanes              = std::bit_cast<std::array<Lane, num_states>>(state);
        if constexpr (Peaks<M>)
            if (off_grid_) return spiking | to_be_looked_at_with<M>(before, state, k, injected);
        marked = to_be_made_finely<M>(before, state, k, injected);
        return spiking | marked;
    }

    /// Sorts those that have spiked in among the others.
    std::size_t merge(std::size_t num_spikes) {
        std::size_t num_late = 0;
        for (std::size_t n = 0; n < size_; ++n)
            if ((entry(n) & spiked) != 0) ++num_late;
        if (num_late == 0) return num_spikes;

        // What is written below must have been read.
        const std::size_t row_bytes = a_.before ? num_states * sizeof(T) : 0;
        void* const       memory    = std::malloc(num_late * (row_bytes + sizeof(std::uint32_t)));
        if (memory == nullptr) throw std::bad_alloc{};
        auto* const late_rows  = static_cast<unsigned char*>(memory);
        auto* const late_cells = late_rows + num_late * row_bytes;
        for (std::size_t n = 0, late = 0; n < size_; ++n) {
            if ((entry(n) & spiked) == 0) continue;
            const auto of_entry = static_cast<std::uint32_t>(cell(n)) | (entry(n) & finely);
            std::memcpy(late_cells + late * sizeof of_entry, &of_entry, sizeof of_entry);
            if (a_.before) std::memcpy(late_rows + late * row_bytes, row(n), row_bytes);
            ++late;
        }
        const std::size_t total = num_spikes + num_late;
        for (std::size_t early = num_spikes, late = num_late, to = total; late > 0;) {
            std::uint32_t which;
            std::memcpy(&which, late_cells + (late - 1) * sizeof which, sizeof which);
            const bool is_early = early > 0 && (a_.spikes[early - 1] & ~finely) > (which & ~finely);
            if (is_early)
                --early;
            else
                --late;
            --to;
            a_.spikes[to] = is_early ? a_.spikes[early] : which;
            if (!a_.before) continue;
            const void* from = is_early ? static_cast<const void*>(a_.before + early * num_states)
                                        : late_rows + late * row_bytes;
            std::memmove(a_.before + to * num_states, from, row_bytes);
        }
        std::free(memory);
        return total;
    }

    const KernelArguments<T>& a_;
    bool                      off_grid_;
    std::size_t               size_ = 0;
};

/// For a model that does not divide its steps.
struct NoHardSteps {
    template <class T>
    NoHardSteps(const KernelArguments<T>&, bool) {}
};

template <class M, class V>
struct HardStepsFor {
    using Type = NoHardSteps;
};
template <DividesSteps M, class V>
struct HardStepsFor<M, V> {
    using Type = HardSteps<M, V>;
};
template <class M, class V>
using HardStepsOf = typename HardStepsFor<M, V>::Type;

/// A step of the lanes that begin at cell i; those that are too hard stay as they are and are
/// noted.
/// @param hard receives the bits of these lanes
/// @return bits of the lanes that spike
template <class M, class V, std::size_t N, class I>
RANVIER_INLINE unsigned advance_lanes(
    std::array<V, N>&                        lanes,
    const typename M::template Constants<V>& k,
    I                                        injected,
    [[maybe_unused]] HardStepsOf<M, V>&      hard_steps,
    [[maybe_unused]] std::size_t             i,
    unsigned&                                hard
) {
    auto state = std::bit_cast<typename M::template State<V>>(lanes);
    if constexpr (!DividesSteps<M>) {
        hard                   = 0;
        const unsigned spiking = bits(M::advance(state, k, injected));
        lanes                  = std::bit_cast<std::array<V, N>>(state);
        return spiking;
    } else {
        V              hardness;
        const unsigned spiking = bits(M::advance(state, k, injected, hardness));
        lanes                  = std::bit_cast<std::array<V, N>>(state);
        const V limit          = static_cast<simd::Scalar<V>>(M::divides_above[0]);
        hard                   = bits(hardness > limit);
        if (hard == 0) [[likely]]
            return spiking;
        // What a call needs is copied here, so that the rest stays in registers.
        const V how = hardness;
        hard_steps.add(i, hard, how);
        const auto before = hard_steps.before(i);
#pragma GCC unroll 64
        for (std::size_t j = 0; j < N; ++j)
            lanes[j] = simd::select(how > limit, before[j], lanes[j]);
        return spiking & ~hard;
    }
}

}  // namespace ranvier::models
