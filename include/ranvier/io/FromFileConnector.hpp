/// @file
/// Connections read from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/connectors/Connector.hpp"

namespace ranvier {

/// Makes the connections of a file, each rank those of its own targets.
///
/// A name ending in `.h5` or `.hdf5` is a SONATA edges file: source_node_id and target_node_id of
/// `/edges/<population>`, and syn_weight and delay of its group 0 where they exist. It is read by
/// hyperslabs; with the index target_to_source, which `save_connections` writes, a rank reads only
/// the rows of its targets, otherwise it looks through all target ids.
///
/// Any other name is a text file as PyNN's: numbers in columns, one connection per line, optionally
/// a line `# columns = ["i", "j", "weight", ...]`; without it i, j or i, j, weight, delay. Every
/// rank reads it. PyNN's one file per rank is not offered: it would tie the network to their
/// number.
///
/// Values of the file take the place of those of the synapse type; order and signs are as with a
/// FromListConnector.
class FromFileConnector {
public:
    static constexpr std::string_view name        = "FromFileConnector";
    static constexpr bool             keeps_order = true;

    /// Connections of this rank's targets, by target.
    struct Plan {
        std::size_t                      begin = 0;
        std::vector<std::uint64_t>       first;  ///< `[targets + 1]`
        std::vector<std::uint32_t>       sources;
        std::vector<std::vector<double>> values;  ///< `[columns][connections]`
    };

    /// @param population of edges; empty: the only one of the file
    explicit FromFileConnector(std::filesystem::path file, std::string population = {});

    /// Looks at the file for the first time. @throws FileError
    std::string check(const connectors::Shape& shape) const;
    /// @throws FileError, ConnectionError with the row
    Plan plan(const connectors::Shape& shape, random::Key, IndexRange posts) const;
    void presynaptic(
        const connectors::Shape&,
        std::size_t post,
        const Plan& plan,
        random::Key,
        connectors::Sources& sources
    ) const;
    /// Plans of an indexed file hold about a million connections.
    std::size_t              targets_per_plan(const connectors::Shape& shape) const;
    std::vector<std::string> columns() const;
    void values(const Plan& plan, std::size_t post, std::size_t column, std::span<double> out)
        const;
    std::uint64_t fingerprint() const;

private:
    struct Layout;  ///< what `check` has found
    bool is_hdf5() const;

    std::filesystem::path   file_;
    std::string             population_;
    std::shared_ptr<Layout> layout_;
};
static_assert(connectors::Connector<FromFileConnector>);

}  // namespace ranvier
