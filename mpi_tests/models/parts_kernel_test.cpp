#include "ranvier/models/parts_kernel.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/cells/GIF_cond_exp.hpp"

#include "models/Cells.hpp"
#include "models/cells/ComposedNeuron.hpp"

namespace ranvier::models {
namespace {

constexpr std::size_t count = 64;

/// Cells that differ in state and, if wanted, in time constants; cell 17 is held.
template <class M, class T>
struct Arrays {
    Arrays(
        const std::vector<Given>& given,
        std::vector<Part>         parts,
        std::size_t               parameters,
        bool                      uniform
    )
        : columns(parameters) {
        for (auto& [place, column] : test::columns_of(given, count, {0, count}))
            columns[place] = column;
        if (!uniform) {
            Column& tau_m    = columns[place_of_tau_m()];
            tau_m.is_uniform = false;
            tau_m.numbers.resize(count);
            for (std::size_t i = 0; i < count; ++i)
                tau_m.numbers[i] = 5 + random::Stream{{3}, i}.uniform();
        }
        piece.bind({{0, count}, {}}, {}, std::move(parts));
        piece.derive(columns, uniform, TimeGrid{0.1_ms});
        for (std::size_t i = 0; i < count; ++i) {
            random::Stream stream{{4}, i};
            for (std::size_t s = 0; s < piece.num_states(); ++s) {
                const double x    = stream.uniform();
                piece.state[s][i] = static_cast<T>(s == 0 ? -75 + 35 * x : 0.1 * x);
            }
        }
        piece.state[0][17] = std::numeric_limits<T>::quiet_NaN();
    }
    static std::size_t place_of_tau_m() {
        using Listed = std::conditional_t<std::is_same_v<M, GIF_cond_exp>, GIF_cond_exp, LIF>;
        if constexpr (std::is_same_v<M, ComposedNeuron<AdExp>>)
            return test::place_of(parameter_infos<AdExp>(), "tau_m");
        else
            return test::place_of(parameter_infos<Listed>(), "tau_m");
    }

    std::vector<std::uint32_t> advance(
        const KernelTable& table, bool off_grid, std::vector<T>& before
    ) {
        const Kernel<T> kernel = off_grid ? table.advance_off_grid<T>() : table.advance<T>();
        std::vector<std::uint32_t> spikes(count);
        before.assign(count * piece.num_states(), 0);
        std::size_t not_finite = 0;
        spikes.resize(kernel(
            {piece.state.data(),
             piece.constants.data(),
             piece.stride.data(),
             piece.uniform,
             piece.padded,
             spikes.data(),
             nullptr,
             before.data(),
             &not_finite,
             piece.parts.data(),
             piece.parts.size()}
        ));
        EXPECT_EQ(not_finite, 1u) << "the cell that is held";
        before.resize(keeps_states(off_grid) ? spikes.size() * piece.num_states() : 0);
        return spikes;
    }
    /// The same, one cell after the other, as the model reads.
    std::vector<std::uint32_t> advance_one_by_one(bool off_grid, std::vector<T>& before) {
        std::vector<std::uint32_t> spikes;
        before.clear();
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto from   = piece.load(i);
            const auto k      = piece.constants_of(i);
            auto       state  = from;
            const bool spiked = Whole<M>::advance(state, k, NoCurrent{});
            const bool looked_at =
                off_grid && to_be_looked_at_with<Whole<M>>(from, state, k, NoCurrent{}) != 0;
            const bool marked =
                !off_grid && to_be_made_finely<Whole<M>>(from, state, k, NoCurrent{}) != 0;
            if (spiked || looked_at || marked) {
                spikes.push_back(i | (marked ? finely : 0));
                if (keeps_states(off_grid))
                    piece.take_apart(from, [&](std::size_t, T value) { before.push_back(value); });
            }
            piece.store(i, state);
        }
        return spikes;
    }
    static bool keeps_states(bool off_grid) { return off_grid || ChangesConductances<M>; }
    /// Bits of all states; all NaN are one.
    std::vector<std::uint64_t> bits() const {
        std::vector<std::uint64_t> result;
        for (const T* state : piece.state)
            for (std::size_t i = 0; i < count; ++i)
                result.push_back(std::isnan(state[i]) ? 0x7ff : bits_of(state[i]));
        return result;
    }

    std::vector<Column> columns;
    NeuronPiece<M, T>   piece;
};

template <class M, class T>
void expect_same_bits(
    const KernelTable&        table,
    const std::vector<Given>& given,
    std::vector<Part>         parts,
    std::size_t               parameters
) {
    for (const bool uniform : {true, false}) {
        Arrays<M, T>   scalar{given, parts, parameters, uniform};
        Arrays<M, T>   vector{given, parts, parameters, uniform};
        std::vector<T> expected_before, before;
        std::size_t    num_spikes = 0;
        for (int step = 0; step < 20; ++step) {
            const bool off_grid = step % 2 == 1;
            const auto expected = scalar.advance_one_by_one(off_grid, expected_before);
            EXPECT_EQ(vector.advance(table, off_grid, before), expected);
            EXPECT_EQ(before, expected_before);
            ASSERT_EQ(vector.bits(), scalar.bits()) << "uniform: " << uniform << " " << step;
            num_spikes += expected.size();
        }
        EXPECT_GT(num_spikes, 0u);
    }
}

template <class M, class Build>
void expect_scalar_bits(
    const std::vector<Given>& given, const std::vector<Part>& parts, std::size_t parameters
) {
    const KernelTable& table = library_kernels<M, Build>();
    expect_same_bits<M, double>(table, given, parts, parameters);
    expect_same_bits<M, float>(table, given, parts, parameters);
}

template <class Build>
void expect_scalar_bits_of_all() {
    const GIF_cond_exp  gif{.lambda0 = 1_kHz};
    std::vector<Column> columns(model_info<GIF_cond_exp>().parameters.size());
    for (auto& [place, column] : test::columns_of(given_parameters(gif), 1, {0, 1}))
        columns[place] = column;
    expect_scalar_bits<GIF_cond_exp, Build>(
        given_parameters(gif), GIF_cond_exp::parts(columns, {0, 1}), columns.size()
    );

    const PointNeuron currents{
        LIF{}, {{"a", CurrExpPostSynapticResponse{}}, {"b", CurrExpPostSynapticResponse{}}}};
    expect_scalar_bits<LinearNeuron, Build>(
        currents.given_parameters(), placed<LinearNeuron>({{0, 7}, {0, 8}}), 9
    );
    const std::vector<PointNeuron::Receptor> receptors{
        {"a", ExpPSR{}}, {"b", AlphaPSR{}}, {"c", BetaPSR{}}};
    const PointNeuron lif{LIF{}, receptors}, adex{AdExp{}, receptors};
    expect_scalar_bits<ComposedNeuron<LIF>, Build>(
        lif.given_parameters(), placed<ComposedNeuron<LIF>>({{1, 7}, {2, 9}, {3, 11}}), 14
    );
    expect_scalar_bits<ComposedNeuron<AdExp>, Build>(
        adex.given_parameters(), placed<ComposedNeuron<AdExp>>({{1, 12}, {2, 14}, {3, 16}}), 19
    );
}

TEST(parts_kernel, of_the_baseline_has_the_bits_of_the_scalar_model) {
    expect_scalar_bits_of_all<BaselineBuild>();
}

TEST(parts_kernel, of_avx2_has_the_bits_of_the_scalar_model) {
    if (!is_supported(Isa::avx2)) GTEST_SKIP() << "this processor has no AVX2";
    expect_scalar_bits_of_all<Avx2Build>();
}

TEST(parts_kernel, counts_lanes_in_which_a_part_is_not_finite) {
    const PointNeuron        model{LIF{}, {{"a", AlphaPSR{}}}};
    test::Cells<PointNeuron> cells{model, 5};
    cells.receive(0, 3, std::numeric_limits<double>::infinity());
    cells.advance();
    const auto bad = cells.group().not_finite(0);

    ASSERT_TRUE(bad.has_value());
    EXPECT_EQ(bad->cell, 3u);
    EXPECT_EQ(bad->count, 1u);
}

}  // namespace
}  // namespace ranvier::models
