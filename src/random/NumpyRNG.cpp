#include "ranvier/random/NumpyRNG.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/random/RandomDistribution.hpp"

#include "LegacyNumpy.hpp"
#include <fmt/format.h>

namespace ranvier {

using random::Distribution;
using random::LegacyNumpy;

struct NumpyRNG::State {
    struct Use {
        LegacyNumpy begin;
        LegacyNumpy at;         ///< before value `index`, so that pieces in order cost no more than
        std::size_t index = 0;  ///< the whole
    };
    std::uint32_t seed;
    LegacyNumpy   generator;
    // Copies of a generator share them: where one stands in between is a matter of speed alone.
    std::map<std::uint64_t, std::shared_ptr<Use>> uses{};
    std::deque<std::uint64_t> order{};  ///< of the uses; the oldest are forgotten

    /// The use of this key, which begins here if it is new.
    std::pair<Use*, bool> use(random::Key key) {
        const auto [found, is_new] = uses.try_emplace(key.value);
        if (is_new) {
            found->second = std::make_shared<Use>(Use{generator, generator});
            order.push_back(key.value);
            if (order.size() > max_uses) {
                uses.erase(order.front());
                order.pop_front();
            }
        }
        return {found->second.get(), is_new};
    }
};

namespace {

double clip(double x, double low, double high) {
    return std::max(std::min(x, high), low);
}

/// One value of a distribution that needs no second look at the others.
double draw_one(LegacyNumpy& rng, const Distribution& distribution) {
    using Kind   = Distribution::Kind;
    const auto p = distribution.parameters();
    switch (distribution.kind()) {
        case Kind::binomial:
            return rng.binomial(p[0], p[1]);
        case Kind::gamma:
            return p[1] * rng.gamma(p[0]);
        case Kind::exponential:
            return p[0] * rng.exponential();
        case Kind::lognormal:
            return std::exp(p[0] + p[1] * rng.normal());
        case Kind::normal:
        case Kind::normal_clipped:
            return p[0] + p[1] * rng.normal();
        case Kind::normal_clipped_to_boundary:
            return clip(p[0] + p[1] * rng.normal(), p[2], p[3]);
        case Kind::poisson:
            return rng.poisson(p[0]);
        case Kind::uniform:
            return p[0] + (p[1] - p[0]) * rng.uniform();
        case Kind::uniform_int:
            return p[0] +
                   static_cast<double>(rng.interval(static_cast<std::uint64_t>(p[1] - 1 - p[0])));
        case Kind::vonmises:
            break;
    }
    return rng.vonmises(p[0], p[1]);
}

/// All values outside the interval once more, in index order, until there are none.
void redraw_outside(LegacyNumpy& rng, const Distribution& distribution, std::span<double> out) {
    constexpr int            max_rounds = 1000;
    const auto               p          = distribution.parameters();
    std::vector<std::size_t> outside;
    for (std::size_t k = 0; k < out.size(); ++k) {
        if (!(out[k] >= p[2] && out[k] <= p[3])) outside.push_back(k);
    }
    for (int round = 0; !outside.empty(); ++round) {
        if (round == max_rounds) {
            throw ParameterError(fmt::format(
                "NumpyRNG: {} still has {} values outside its interval after {} rounds. Widen the "
                "interval.",
                distribution.describe(),
                outside.size(),
                max_rounds
            ));
        }
        for (const std::size_t k : outside)
            out[k] = draw_one(rng, distribution);
        std::erase_if(outside, [&](std::size_t k) { return out[k] >= p[2] && out[k] <= p[3]; });
    }
}

void draw_all(LegacyNumpy& rng, const Distribution& distribution, std::span<double> out) {
    for (double& x : out)
        x = draw_one(rng, distribution);
    if (distribution.kind() == Distribution::Kind::normal_clipped)
        redraw_outside(rng, distribution, out);
}

}  // namespace

NumpyRNG::NumpyRNG(std::int64_t seed) {
    if (seed < 0 || seed > 0xffffffff) {
        throw ParameterError(
            fmt::format("NumpyRNG: seed must lie in [0, 2^32), got {}.", seed),
            {.label = {}, .parameter = "seed", .index = {}}
        );
    }
    const auto word = static_cast<std::uint32_t>(seed);
    state_          = std::make_shared<State>(State{.seed = word, .generator = LegacyNumpy{word}});
}

std::uint32_t NumpyRNG::seed() const {
    return state_->seed;
}

NumpyRNG NumpyRNG::clone() const {
    return NumpyRNG{std::make_shared<State>(*state_)};
}

NumpyRNG::Restore::Restore(const NumpyRNG& rng)
    : state_(rng.state_),
      before_(std::make_shared<const State>(*rng.state_)) {}

NumpyRNG::Restore::~Restore() {
    if (state_) *state_ = *before_;
}

std::uint64_t NumpyRNG::fingerprint() const {
    NumpyRNG     copy{std::make_shared<State>(State{state_->seed, state_->generator})};
    const double normal = copy.next(random::Distribution::normal(0, 1));  // one may be kept ready
    return hash_of(std::uint64_t{seed()}, bits_of(normal), std::uint64_t{copy.bits32()});
}

std::uint32_t NumpyRNG::bits32() {
    return state_->generator.bits32();
}

double NumpyRNG::uniform() {
    return state_->generator.uniform();
}

std::uint64_t NumpyRNG::interval(std::uint64_t most) {
    return state_->generator.interval(most);
}

void NumpyRNG::next(const Distribution& distribution, std::span<double> out) {
    draw_all(state_->generator, distribution, out);
}

double NumpyRNG::next(const Distribution& distribution) {
    double value = 0;
    next(distribution, {&value, 1});
    return value;
}

std::vector<std::size_t> NumpyRNG::permutation(std::size_t n) {
    std::vector<std::size_t> result(n);
    std::iota(result.begin(), result.end(), std::size_t{0});
    for (std::size_t i = n; i > 1; --i)
        std::swap(result[i - 1], result[interval(i - 1)]);
    return result;
}

NumpyRNG NumpyRNG::begin_of(random::Key use) const {
    const auto        known = state_->uses.find(use.value);
    const LegacyNumpy begin =
        known == state_->uses.end() ? state_->generator : known->second->begin;
    return NumpyRNG{std::make_shared<State>(State{.seed = state_->seed, .generator = begin})};
}

void NumpyRNG::end_of(random::Key use, const NumpyRNG& end) {
    if (state_->use(use).second) state_->generator = end.state_->generator;
}

void NumpyRNG::draw(
    random::Key         use,
    const Distribution& distribution,
    std::size_t         size,
    IndexRange          slice,
    std::span<double>   out
) {
    const auto [use_of_key, is_new] = state_->use(use);
    State::Use& from                = *use_of_key;

    if (distribution.kind() == Distribution::Kind::normal_clipped) {  // decided when all are known
        if (!is_new && slice.empty()) return;
        LegacyNumpy         rng = from.begin;
        std::vector<double> all(size);
        draw_all(rng, distribution, all);
        std::copy_n(all.begin() + std::ptrdiff_t(slice.first), slice.size(), out.begin());
        if (is_new) state_->generator = rng;
        return;
    }
    if (from.index > slice.first) from = {from.begin, from.begin, 0};
    for (; from.index < slice.first; ++from.index)
        draw_one(from.at, distribution);
    draw_all(from.at, distribution, out.first(slice.size()));
    from.index = slice.last;
    if (!is_new) return;
    state_->generator = from.at;
    for (std::size_t k = slice.last; k < size; ++k)
        draw_one(state_->generator, distribution);
}

void detail::refuse_generator(const Distribution& distribution) {
    throw ParameterError(fmt::format(
        "RandomDistribution \"{}\": values of connections are keyed by what they are for and take "
        "no "
        "NumpyRNG. Leave it out, or draw an array with NumpyRNG::next and give that.",
        distribution.name()
    ));
}

}  // namespace ranvier
