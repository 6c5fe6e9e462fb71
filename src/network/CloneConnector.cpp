#include "ranvier/network/CloneConnector.hpp"

#include <algorithm>

namespace ranvier {

CloneConnector::Plan CloneConnector::plan(const connectors::Shape&, random::Key, IndexRange posts)
    const {
    const network::Listing list =
        reference_.network().list(reference_.record(), network::Store<double>::sources);
    Plan plan{posts.first, {0}, {}};
    for (std::size_t t = 0; t < list.posts.size(); ++t) {
        if (!posts.contains(list.posts[t])) continue;
        const auto before = static_cast<std::ptrdiff_t>(plan.sources.size());
        plan.sources.insert(
            plan.sources.end(),
            list.pre.begin() + static_cast<std::ptrdiff_t>(list.first[t]),
            list.pre.begin() + static_cast<std::ptrdiff_t>(list.first[t + 1])
        );
        std::sort(plan.sources.begin() + before, plan.sources.end());
        plan.sources.erase(
            std::unique(plan.sources.begin() + before, plan.sources.end()), plan.sources.end()
        );
        plan.first.push_back(plan.sources.size());
    }
    return plan;
}

void CloneConnector::presynaptic(
    const connectors::Shape&,
    std::size_t post,
    const Plan& plan,
    random::Key,
    connectors::Sources& sources
) const {
    const std::uint32_t* from = plan.sources.data();
    sources.assign(from + plan.first[post - plan.begin], from + plan.first[post - plan.begin + 1]);
}

}  // namespace ranvier
