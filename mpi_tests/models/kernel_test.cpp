#include "ranvier/models/kernel.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/CellModel.hpp"

#include "CellTypes.hpp"
#include "models/Cells.hpp"
#include "random/statistics.hpp"

namespace ranvier::models {
namespace {

constexpr std::size_t count = 64;

/// State and constants of `count` cells that differ in everything, some of them about to spike.
template <class M, class T>
class Arrays {
public:
    using State                                = typename M::template State<T>;
    using Constants                            = typename M::template Constants<T>;
    static constexpr std::size_t num_states    = sizeof(State) / sizeof(T);
    static constexpr std::size_t num_constants = sizeof(Constants) / sizeof(T);

    explicit Arrays(bool uniform) : uniform_(uniform) {
        Columns columns(std::tuple_size_v<decltype(M::parameters())>);
        for (std::size_t i = 0; i < count; ++i) {
            random::Stream stream{{3}, uniform ? 0 : i};
            for (auto& [place, column] : test::columns_of(given_parameters(M{}), 1, {0, 1})) {
                column.numbers[0] *= 0.9 + 0.2 * stream.uniform();
                columns[place] = column;
            }
            const auto constants = std::bit_cast<std::array<double, num_constants>>(
                M::prepare(CellValues<M>{columns, 0}, 0.1_ms).constants
            );
            for (std::size_t j = 0; j < num_constants; ++j)
                constants_[j][i] = static_cast<T>(constants[j]);
            random::Stream state{{4}, i};
            for (std::size_t s = 0; s < num_states; ++s) {
                const double value = s == 0 ? -75 + 35 * state.uniform() : state.uniform();
                states_[s][i]      = static_cast<T>(value);
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            injected_[i] = static_cast<T>(random::Stream{{5}, i}.uniform());
        if (!uniform) std::fill(stride_.begin(), stride_.end(), std::uint8_t{1});
        states_[0][17] = std::numeric_limits<T>::quiet_NaN();
    }

    void set_state(std::size_t state, std::size_t cell, T value) { states_[state][cell] = value; }

    /// A step with or without a current, on the grid or off it: there, those cells that may have
    /// spiked within the step count as spiking.
    struct Wanted {
        bool injected = false, off_grid = false;
    };

    std::vector<std::uint32_t> advance(
        Kernel<T> kernel, std::size_t* not_finite = nullptr, const Wanted& wanted = {}
    ) {
        std::array<T*, num_states>          states;
        std::array<const T*, num_constants> constants;
        for (std::size_t s = 0; s < num_states; ++s)
            states[s] = states_[s].data();
        for (std::size_t j = 0; j < num_constants; ++j)
            constants[j] = constants_[j].data();
        std::vector<std::uint32_t> spikes(count);
        KernelArguments<T>         arguments{
            states.data(), constants.data(), stride_.data(), uniform_, count, spikes.data()};
        arguments.not_finite = not_finite;
        before_.assign(count * num_states, T{});
        arguments.before = before_.data();
        if (wanted.injected) arguments.injected = injected_.data();
        spikes.resize(kernel(arguments));
        before_.resize(keeps_states(wanted) ? spikes.size() * num_states : 0);
        return spikes;
    }
    /// States of the cells that spiked before they did, in the order of the spikes.
    const std::vector<T>& before() const { return before_; }
    static bool           keeps_states(const Wanted& wanted) {
                  return wanted.off_grid || ChangesConductances<M>;
    }

    /// The same, one cell after the other, as the model reads.
    std::vector<std::uint32_t> advance_one_by_one(const Wanted& wanted = {}) {
        std::vector<std::uint32_t> spikes;
        before_.clear();
        for (std::size_t i = 0; i < count; ++i) {
            std::array<T, num_states>    values;
            std::array<T, num_constants> constants;
            for (std::size_t s = 0; s < num_states; ++s)
                values[s] = states_[s][i];
            for (std::size_t j = 0; j < num_constants; ++j)
                constants[j] = constants_[j][i];
            auto       state    = std::bit_cast<State>(values);
            const auto k        = std::bit_cast<Constants>(constants);
            bool       marked   = false;
            const auto advanced = [&](auto injected) {
                const auto before = state;
                const bool spiked = M::advance(state, k, injected);
                if (wanted.off_grid)
                    return spiked || to_be_looked_at_with<M>(before, state, k, injected) != 0;
                marked = to_be_made_finely<M>(before, state, k, injected) != 0;
                return spiked || marked;
            };
            if (wanted.injected ? advanced(InjectedCurrent<T>{injected_[i]})
                                : advanced(NoCurrent{})) {
                spikes.push_back(static_cast<std::uint32_t>(i) | (marked ? finely : 0));
                if (keeps_states(wanted))
                    before_.insert(before_.end(), values.begin(), values.end());
            }
            values = std::bit_cast<std::array<T, num_states>>(state);
            for (std::size_t s = 0; s < num_states; ++s)
                states_[s][i] = values[s];
        }
        return spikes;
    }

    /// Bits of all states; all NaN are one.
    std::vector<std::uint64_t> bits() const {
        std::vector<std::uint64_t> result;
        for (const auto& state : states_)
            for (const T value : state)
                result.push_back(std::isnan(value) ? 0x7ff : bits_of(value));
        return result;
    }

private:
    using Columns = std::vector<Column>;

    static std::vector<AlignedArray<T>> arrays(std::size_t number) {
        std::vector<AlignedArray<T>> result;
        for (std::size_t k = 0; k < number; ++k)
            result.emplace_back(count);
        return result;
    }

    bool                                    uniform_;
    std::vector<AlignedArray<T>>            states_    = arrays(num_states);
    std::vector<AlignedArray<T>>            constants_ = arrays(num_constants);
    std::array<std::uint8_t, num_constants> stride_{};
    std::array<T, count>                    injected_{};
    std::vector<T>                          before_;
};

/// Calls `test.operator()<M>()` for each neuron model of the library.
template <class Test>
void for_each_neuron(Test test) {
    std::size_t num_models = 0;
    const auto  one        = [&]<class M>() {
        if constexpr (CellModel<M>) {
            SCOPED_TRACE(M::name);
            test.template operator()<M>();
            ++num_models;
        }
    };
    [&]<class... M>(std::type_identity<std::tuple<M...>>) {
        (one.template operator()<M>(), ...);
    }(std::type_identity<CellTypes>{});
    EXPECT_GE(num_models, 2u);
}

template <class M, class T>
void expect_same_bits(const KernelTable& table) {
    for (const bool uniform : {true, false}) {
        Arrays<M, T> scalar(uniform);
        Arrays<M, T> vector(uniform);
        std::size_t  num_spikes = 0;
        for (int step = 0; step < 20; ++step) {
            const typename Arrays<M, T>::Wanted wanted{
                .injected = step % 4 > 1, .off_grid = step % 2 == 1};
            const Kernel<T> kernel =
                wanted.off_grid ? table.advance_off_grid<T>() : table.advance<T>();
            const auto expected = scalar.advance_one_by_one(wanted);
            EXPECT_EQ(vector.advance(kernel, nullptr, wanted), expected);
            EXPECT_EQ(vector.before(), scalar.before());
            ASSERT_EQ(vector.bits(), scalar.bits()) << "uniform: " << uniform << " " << step;
            num_spikes += expected.size();
        }
        EXPECT_GT(num_spikes, 0u);
    }
}

/// All cells of a model spike in one step, in which every third one is hard for a model that
/// divides its steps.
template <class M>
void expect_spikes_in_order() {
    Arrays<M, double> scalar(true), vector(true);
    for (Arrays<M, double>* arrays : {&scalar, &vector}) {
        for (std::size_t i = 0; i < count; ++i)
            arrays->set_state(0, i, i % 3 == 0 ? -39 : -37.99);
    }
    const typename Arrays<M, double>::Wanted wanted{.off_grid = true};
    const auto                               expected = scalar.advance_one_by_one(wanted);
    EXPECT_EQ(vector.advance(kernels_of<M>().off_grid_double, nullptr, wanted), expected);
    EXPECT_EQ(vector.before(), scalar.before());
    EXPECT_EQ(expected.size(), count);
}

TEST(kernel, lists_spikes_of_divided_steps_among_the_others) {
    test::for_each_isa([] {
        expect_spikes_in_order<EIF_cond_exp_isfa_ista>();
        expect_spikes_in_order<EIF_cond_alpha_isfa_ista>();
    });
}

TEST(kernel, of_the_baseline_has_the_bits_of_the_scalar_model) {
    for_each_neuron([]<class M>() {
        expect_same_bits<M, double>(library_kernels<M, BaselineBuild>());
        expect_same_bits<M, float>(library_kernels<M, BaselineBuild>());
    });
}

TEST(kernel, of_avx2_has_the_bits_of_the_scalar_model) {
    if (!is_supported(Isa::avx2)) GTEST_SKIP() << "this processor has no AVX2";
    for_each_neuron([]<class M>() {
        expect_same_bits<M, double>(library_kernels<M, Avx2Build>());
        expect_same_bits<M, float>(library_kernels<M, Avx2Build>());
    });
}

TEST(kernel, is_that_of_the_instruction_set_in_use) {
    test::for_each_isa([] {
        for_each_neuron([]<class M>() {
            const KernelTable& expected = active_isa() == Isa::avx2
                                              ? library_kernels<M, Avx2Build>()
                                              : library_kernels<M, BaselineBuild>();
            EXPECT_EQ(kernels_of<M>().advance_double, expected.advance_double);
            EXPECT_EQ(kernels_of<M>().advance_single, expected.advance_single);
        });
    });
}

TEST(kernel, differs_between_instruction_sets) {
    for_each_neuron([]<class M>() {
        EXPECT_NE(
            (library_kernels<M, BaselineBuild>().advance_double),
            (library_kernels<M, Avx2Build>().advance_double)
        );
    });
}

TEST(kernel, never_lets_cells_without_potential_spike) {
    for_each_neuron([]<class M>() {
        Arrays<M, double> arrays(false);
        for (int step = 0; step < 20; ++step) {
            for (const std::uint32_t cell : arrays.advance(kernels_of<M>().advance_double))
                EXPECT_NE(cell & ~finely, 17u);
        }
    });
}

/// How many of the lanes are not finite after a step from states that `spoil` has changed.
template <class T, class Spoil>
std::size_t not_finite_after(Spoil spoil) {
    Arrays<IF_curr_exp, T> arrays(true);
    spoil(arrays);
    std::size_t not_finite = 0;
    arrays.advance(
        kernels_of<IF_curr_exp>().*
            [] {
                if constexpr (sizeof(T) == 8)
                    return &KernelTable::advance_double;
                else
                    return &KernelTable::advance_single;
            }(),
        &not_finite
    );
    return not_finite;
}

template <class T>
void expect_every_lane_that_is_not_finite_to_be_counted() {
    const T inf     = std::numeric_limits<T>::infinity();
    const T nan     = std::numeric_limits<T>::quiet_NaN();
    const T largest = std::numeric_limits<T>::max() / 4;
    EXPECT_EQ(not_finite_after<T>([](auto&) {}), 1u);  // the cell that has no v
    EXPECT_EQ(not_finite_after<T>([=](auto& a) { a.set_state(1, 17, nan); }), 1u);
    EXPECT_EQ(not_finite_after<T>([=](auto& a) { a.set_state(2, 40, inf); }), 2u);
    EXPECT_EQ(not_finite_after<T>([=](auto& a) { a.set_state(2, 40, -inf); }), 2u);
    EXPECT_EQ(not_finite_after<T>([=](auto& a) { a.set_state(0, 63, -inf); }), 2u);
    EXPECT_EQ(not_finite_after<T>([=](auto& a) { a.set_state(0, 63, inf); }), 1u);  // and spikes
    // Only the sum over the cells is too large, which is no mistake of theirs.
    EXPECT_EQ(
        not_finite_after<T>([=](auto& a) {
            for (std::size_t i = 0; i < count; ++i)
                a.set_state(1, i, largest);
        }),
        1u
    );
}

TEST(kernel, counts_the_lanes_that_are_not_finite) {
    test::for_each_isa([] {
        expect_every_lane_that_is_not_finite_to_be_counted<double>();
        expect_every_lane_that_is_not_finite_to_be_counted<float>();
    });
}

}  // namespace
}  // namespace ranvier::models
