#include "check_conflicts.hpp"

#include <limits>
#include <optional>

#include "ranvier/base/Error.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/partition.hpp"

#include <fmt/format.h>

namespace ranvier::network {

void check_conflicts(
    const Communicator&                                        comm,
    const PopulationRecord&                                    population,
    const std::vector<std::pair<std::size_t, models::Column>>& resolved
) {
    const models::CellGroup& group = *population.group;
    if (!group.has_conflicts() || population.size == 0) return;
    std::vector<const models::Column*> proposed;
    for (std::size_t p = 0; p < group.parameters().size(); ++p)
        proposed.push_back(&group.column(p));
    for (const auto& [place, column] : resolved)
        proposed[place] = &column;

    constexpr std::uint64_t         none  = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t                   first = none;
    std::uint64_t                   count = 0;
    std::optional<models::Conflict> conflict;
    for (std::size_t cell = 0; cell < group.num_cells(); ++cell) {
        auto found = group.conflict(proposed, cell);
        if (!found) continue;
        if (++count > 1) continue;
        first    = population.slice.first + cell;
        conflict = std::move(found);
    }
    const std::uint64_t lowest = comm.min(first);
    if (lowest == none) return;
    const std::uint64_t total = comm.sum(count);
    const int           owner = owner_of(population.size, lowest, comm.size());
    const std::string   name  = comm.broadcast(
        conflict ? group.parameters()[conflict->parameter].name : std::string{}, owner
    );
    const std::string text = comm.broadcast(
        conflict ? fmt::format("{}, got {}", conflict->required, conflict->found) : std::string{},
        owner
    );
    throw ParameterError(
        fmt::format(
            "Population \"{}\": {} must be {} at cell {}{}.",
            population.label,
            name,
            text,
            lowest,
            total > 1 ? fmt::format(" (and {} more)", total - 1) : ""
        ),
        {.label = population.label, .parameter = name, .index = lowest}
    );
}

}  // namespace ranvier::network
