// Rules with a fixed number of connections per cell.

#include <algorithm>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/connectors/FixedNumberPostConnector.hpp"
#include "ranvier/connectors/FixedNumberPreConnector.hpp"
#include "ranvier/random/choose.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace connectors {

std::string Count::check() const {
    using Kind = random::Distribution::Kind;
    if (!distribution_) {
        if (fixed_ < 0 || fixed_ >= std::int64_t{1} << 31)
            return fmt::format("n must lie in [0, 2^31), got {}.", fixed_);
        return {};
    }
    if (has_generator_)
        return "n is drawn for each cell from keyed streams. Give the distribution without a "
               "generator.";
    const Kind kind = distribution_->kind();
    if (kind != Kind::binomial && kind != Kind::poisson && kind != Kind::uniform_int)
        return fmt::format(
            "n must be an integer, or drawn from binomial, poisson or uniform_int, got {}.",
            distribution_->describe()
        );
    if (kind == Kind::uniform_int && distribution_->parameters()[0] < 0)
        return fmt::format("n must not be negative, got {}.", distribution_->describe());
    return {};
}

double Count::mean() const {
    if (!distribution_) return static_cast<double>(fixed_);
    const auto p = distribution_->parameters();
    switch (distribution_->kind()) {
        case random::Distribution::Kind::binomial:
            return p[0] * p[1];
        case random::Distribution::Kind::uniform_int:
            return (p[0] + p[1]) / 2;
        default:
            return p[0];
    }
}

std::size_t Count::of(random::Key key, std::size_t cell) const {
    if (!distribution_) return static_cast<std::size_t>(fixed_);
    random::Stream stream{key, cell};
    return static_cast<std::size_t>(distribution_->draw(stream));
}

std::uint64_t Count::fingerprint() const {
    return distribution_ ? hash_of_text(distribution_->describe())
                         : static_cast<std::uint64_t>(fixed_);
}

namespace {

std::string check_fixed_number(
    const Count&    n,
    SelfConnections self,
    const Shape&    shape,
    std::size_t     choices,
    const char*     others
) {
    if (std::string problem = n.check(); !problem.empty()) return problem;
    if (n.is_zero() || shape.num_pre == 0 || shape.num_post == 0) {
        if (n.is_zero() || (shape.num_pre == 0 && shape.num_post == 0) || choices > 0) return {};
        return fmt::format("n must be 0 where there are no {}.", others);
    }
    if (shape.same && self == SelfConnections::forbid && choices == 1)
        return "a single cell has no other cell to connect with. Allow self-connections.";
    return {};
}

/// `count` numbers below `choices`, ascending: more than `choices` take each as often as it fits.
void choose_all(
    random::Key   key,
    std::uint64_t index,
    std::size_t   choices,
    std::size_t   count,
    bool          replace,
    Sources&      out
) {
    thread_local random::Chooser chooser;  // buffers only
    if (replace) return chooser.with_replacement(key, index, choices, count, out);
    const std::size_t copies = count / choices, rest = count % choices;
    chooser.without_replacement(key, index, choices, rest, out);
    if (copies == 0) return;
    const Sources extra = std::move(out);
    out.clear();
    auto next = extra.begin();
    for (std::uint32_t value = 0; value < choices; ++value) {
        const bool more = next != extra.end() && *next == value;
        out.insert(out.end(), copies + (more ? 1 : 0), value);
        if (more) ++next;
    }
}

/// The targets of one source that lie in a range, found by splitting its number over ranges.
class TargetsOfSource {
public:
    TargetsOfSource(random::Key key, std::size_t choices, bool replace, IndexRange wanted)
        : key_(key),
          choices_(choices),
          replace_(replace),
          wanted_(wanted) {}

    template <class F>
    void each(std::uint64_t count, F&& f) {
        descend({0, choices_}, count, f);
    }

private:
    template <class F>
    void descend(IndexRange range, std::uint64_t count, F&& f) {
        if (count == 0 || range.last <= wanted_.first || range.first >= wanted_.last) return;
        const std::uint64_t node = hash_of(range.first, range.last);
        if (count <= 64 || range.size() == 1) {
            leaf(range, node, count, f);
            return;
        }
        const std::size_t   half = range.size() / 2;
        random::Stream      stream{{key_.value ^ 0x5bd1e995u}, node};
        const std::uint64_t left =
            replace_ ? stream.binomial(
                           count, static_cast<double>(half) / static_cast<double>(range.size())
                       )
                     : random::hypergeometric(stream, half, range.size() - half, count);
        descend({range.first, range.first + half}, left, f);
        descend({range.first + half, range.last}, count - left, f);
    }

    template <class F>
    void leaf(IndexRange range, std::uint64_t node, std::uint64_t count, F&& f) {
        thread_local random::Chooser chooser;  // buffers only
        thread_local Sources         chosen;
        if (replace_)
            chooser.with_replacement(
                key_, node, range.size(), static_cast<std::size_t>(count), chosen
            );
        else
            chooser.without_replacement(
                key_, node, range.size(), static_cast<std::size_t>(count), chosen
            );
        for (const std::uint32_t k : chosen)
            f(range.first + k);
    }

    random::Key key_;
    std::size_t choices_;
    bool        replace_;
    IndexRange  wanted_;
};

}  // namespace
}  // namespace connectors

std::string FixedNumberPreConnector::check(const connectors::Shape& shape) const {
    return connectors::check_fixed_number(n, self_connections, shape, shape.num_pre, "sources");
}

void FixedNumberPreConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&,
    random::Key          key,
    connectors::Sources& sources
) const {
    const bool        forbid  = self_connections == SelfConnections::forbid;
    const std::size_t self    = forbid ? shape.self(post) : shape.num_pre;
    const std::size_t choices = shape.num_pre - (self < shape.num_pre ? 1 : 0);
    const std::size_t count   = n.of({hash_of(key.value, 2)}, post);
    if (count == 0 || choices == 0) return;
    connectors::choose_all(key, post, choices, count, with_replacement, sources);
    if (self < shape.num_pre) {
        for (std::uint32_t& pre : sources)
            pre += pre >= self ? 1u : 0u;
    }
    if (self_connections == SelfConnections::no_mutual)
        connectors::drop_excluded(self_connections, shape, post, sources);
}

std::uint64_t FixedNumberPreConnector::fingerprint() const {
    return hash_of(n.fingerprint(), static_cast<std::uint64_t>(self_connections), with_replacement);
}

std::string FixedNumberPostConnector::check(const connectors::Shape& shape) const {
    return connectors::check_fixed_number(n, self_connections, shape, shape.num_post, "targets");
}

FixedNumberPostConnector::Plan FixedNumberPostConnector::plan(
    const connectors::Shape& shape, random::Key key, IndexRange posts
) const {
    const bool                 forbid = self_connections == SelfConnections::forbid;
    std::vector<std::uint32_t> post_of, pre_of;
    for (std::size_t pre = 0; pre < shape.num_pre && !posts.empty(); ++pre) {
        tick();
        const std::size_t self    = forbid ? shape.self_target(pre) : shape.num_post;
        const std::size_t choices = shape.num_post - (self < shape.num_post ? 1 : 0);
        const std::size_t count   = n.of({hash_of(key.value, 2)}, pre);
        if (count == 0 || choices == 0) continue;
        const auto keep = [&](std::size_t choice) {
            const std::size_t post = choice + (choice >= self ? 1 : 0);
            if (!posts.contains(post)) return;
            post_of.push_back(static_cast<std::uint32_t>(post - posts.first));
            pre_of.push_back(static_cast<std::uint32_t>(pre));
        };
        const std::size_t copies = with_replacement ? 0 : count / choices;
        for (std::size_t copy = 0; copy < copies; ++copy) {
            for (std::size_t post = posts.first; post < posts.last; ++post)
                if (post != self) keep(post - (post > self ? 1 : 0));
        }
        // Choices are the targets without the source itself.
        const IndexRange wanted{posts.first - (posts.first > self ? 1 : 0), posts.last};
        connectors::TargetsOfSource{{hash_of(key.value, pre)}, choices, with_replacement, wanted}
            .each(count - copies * choices, keep);
    }
    Plan plan{posts.first, std::vector<std::uint64_t>(posts.size() + 1), {}};
    for (const std::uint32_t post : post_of)
        ++plan.first[post + 1];
    for (std::size_t k = 0; k < posts.size(); ++k)
        plan.first[k + 1] += plan.first[k];
    plan.sources.resize(pre_of.size());
    std::vector<std::uint64_t> next{plan.first};
    for (std::size_t c = 0; c < pre_of.size(); ++c)
        plan.sources[next[post_of[c]]++] = pre_of[c];
    return plan;
}

void FixedNumberPostConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&              plan,
    random::Key,
    connectors::Sources& sources
) const {
    const std::size_t k = post - plan.begin;
    sources.assign(
        plan.sources.begin() + static_cast<std::ptrdiff_t>(plan.first[k]),
        plan.sources.begin() + static_cast<std::ptrdiff_t>(plan.first[k + 1])
    );
    if (self_connections == SelfConnections::no_mutual)
        connectors::drop_excluded(self_connections, shape, post, sources);
}

std::size_t FixedNumberPostConnector::targets_per_plan(const connectors::Shape& shape) const {
    const double all = n.mean() * static_cast<double>(shape.num_pre);
    if (all <= 4e6) return std::max<std::size_t>(1, shape.num_post);
    return static_cast<std::size_t>(std::max(1.0, 4e6 / all * static_cast<double>(shape.num_post)));
}

std::uint64_t FixedNumberPostConnector::fingerprint() const {
    return hash_of(n.fingerprint(), static_cast<std::uint64_t>(self_connections), with_replacement);
}

}  // namespace ranvier
