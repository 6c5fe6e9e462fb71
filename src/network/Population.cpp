#include "ranvier/network/Population.hpp"

#include <fmt/format.h>

namespace ranvier {

Population::Population(network::Network& network, network::PopulationRecord& record)
    : PopulationView(&network, network::Selection{record}, record.label),
      record_(&record) {}

std::string Population::name() const {
    return fmt::format("Population \"{}\"", label());
}

void Population::set_structure(const Structure& structure) {
    network_->set_structure(*record_, structure);
}

void Population::set_positions(std::vector<Position> positions) {
    network_->set_positions(*record_, std::move(positions));
}

}  // namespace ranvier
