/// @file
/// PyNN's default generator, for programs that must reproduce its numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/random/Distribution.hpp"
#include "ranvier/random/Key.hpp"

namespace ranvier {

/// NumPy's legacy `RandomState(seed)`, bit for bit: the Mersenne Twister MT19937
/// (doi:10.1145/272991.272995) and the legacy algorithms of all distributions.
///
///     NumpyRNG   rng{85524};
///     Population p{sim, 7, IF_cond_exp{.tau_m = normal(20_ms, 2_ms, rng)}};
///     // 20.031324546935146 20.097776... as PyNN gives
///
/// It is sequential: the values of a group are the next numbers of the stream, in index order, so
/// every rank draws all of them and keeps its own. That costs each rank the time of the whole
/// group; without a generator, each value is keyed by its index and each rank draws its own alone.
/// Memory for the whole group on every rank is needed, too, where numbers depend on later ones or
/// are asked for later: by normal_clipped while it draws, by `permutation` (samples, grids in
/// random order), by a RandomStructure or a grid in random order as long as it lasts, and by values
/// of connections while they are made.
///
/// A variable names a generator, as in Python: copies continue the same stream, `clone()` makes an
/// independent one. **One rule of reuse:** every use continues the stream where the one before
/// ended. A use is one value for one group: a parameter given at construction or by one call of
/// `set` or `initialize`, a structure given to a population at construction or by one call of
/// `set_structure`. Asking for the numbers of the same use
/// again (the same seed of the simulation, label, parameter and number of the call) gives the same
/// numbers and moves nothing; the latest `max_uses` are remembered. A call that is refused is no
/// use: the generator stands where it stood before, on every rank.
///
/// Logarithms and the like are the C library's, as NumPy's are; a machine whose C library rounds
/// differently may differ from NumPy elsewhere in the last bit.
class NumpyRNG {
public:
    static constexpr std::size_t max_uses = 256;

    /// @param seed 0 to 2^32 - 1, as in NumPy
    /// @throws ParameterError
    explicit NumpyRNG(std::int64_t seed);

    std::uint32_t seed() const;

    /// A generator of its own that continues from here with the same numbers.
    NumpyRNG clone() const;

    class Restore;

    /// Differs if the seed or the numbers that come next differ; takes none of them. @local
    std::uint64_t fingerprint() const;

    /// 32 uniform bits, the raw output.
    std::uint32_t bits32();

    /// Uniform in `[0, 1)`, a multiple of 2^-53: `random_sample()`.
    double uniform();

    /// Uniform integer in `[0, most]`, by rejection with the smallest mask that holds `most`.
    std::uint64_t interval(std::uint64_t most);

    /// The next `out.size()` values of a distribution: PyNN's `next(n)`.
    ///
    /// Numbers that normal_clipped refuses are drawn again behind all others, as PyNN does; it
    /// gives up after 1000 rounds.
    /// @throws ParameterError if it gives up
    void next(const random::Distribution& distribution, std::span<double> out);

    /// One value.
    double next(const random::Distribution& distribution);

    /// 0, 1, ... n - 1, shuffled: `permutation(n)`.
    std::vector<std::size_t> permutation(std::size_t n);

    /// The values of one use: `size` of them are drawn, those of `slice` are given.
    ///
    /// @local Every rank must call it for every use, also for an empty slice.
    /// @param use what the values are for; asking again gives the same values
    /// @throws ParameterError as `next`
    void draw(
        random::Key                 use,
        const random::Distribution& distribution,
        std::size_t                 size,
        IndexRange                  slice,
        std::span<double>           out
    );

    /// The generator at the beginning of a use, which `numbers` are taken from by every rank alike;
    /// for what is no distribution. The stream continues behind them.
    ///
    /// @local As `draw`.
    template <class Numbers>
    auto in_use(random::Key use, Numbers numbers) {
        NumpyRNG begin  = begin_of(use);
        auto     result = numbers(begin);
        end_of(use, begin);
        return result;
    }

    /// Whether both name the same generator.
    friend bool operator==(const NumpyRNG&, const NumpyRNG&) = default;

private:
    struct State;

    explicit NumpyRNG(std::shared_ptr<State> state) : state_(std::move(state)) {}

    NumpyRNG begin_of(random::Key use) const;
    void     end_of(random::Key use, const NumpyRNG& end);

    std::shared_ptr<State> state_;
};

/// Puts a generator back to where it stood when this was made, and lets it forget the uses since,
/// unless what was drawn is kept: what a refused call has drawn counts as not drawn. @local
class NumpyRNG::Restore {
public:
    explicit Restore(const NumpyRNG& rng);
    Restore(Restore&&) = default;
    ~Restore();

    /// What was drawn stays drawn.
    void keep() { state_.reset(); }

private:
    std::shared_ptr<State>       state_;
    std::shared_ptr<const State> before_;
};

}  // namespace ranvier
