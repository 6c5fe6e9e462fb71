#include "ranvier/network/Projection.hpp"

#include "ranvier/base/Error.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

network::Network& network_of(const Population& pre, const Population& post) {
    if (&pre.network() != &post.network()) {
        throw ConnectionError(fmt::format(
            "Projection \"{}\u2192{}\": the two populations belong to different simulations.",
            pre.label(),
            post.label()
        ));
    }
    return pre.network();
}

}  // namespace

Projection::Projection(
    const Population&                 pre,
    const Population&                 post,
    std::unique_ptr<connectors::Rule> rule,
    const StaticSynapse&              synapse,
    ProjectionOptions                 options
)
    : network_(&network_of(pre, post)),
      record_(&network_->add(network::ProjectionRequest{
          pre.record().id,
          post.record().id,
          std::move(options.label),
          std::move(options.receptor_type),
          std::move(rule),
          synapse})) {}

std::string Projection::receptor_type() const {
    const auto& post = *network_->populations()[record_->post];
    return post.group->receptors()[record_->receptor].name;
}

std::vector<Connection> Projection::local_connections() const {
    return network_->local_connections(*record_);
}

std::vector<Connection> Projection::connections() const {
    return network_->comm().all_gather(local_connections()).values;
}

}  // namespace ranvier
