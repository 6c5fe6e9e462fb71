/// @file
/// Connections written down one by one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/connectors/Connector.hpp"

namespace ranvier {

/// Makes exactly the connections of a list.
///
///     FromListConnector{{{0, 0, 0.1, 0.5}, {3, 1, 0.2, 1.0}}}          // i, j, weight, delay
///     FromListConnector{{{0, 0, 0.1}, {3, 1, 0.2}}, {"weight"}}        // i, j and named values
///
/// A row gives the indices of source and target and values of the synapse, in PyNN's units, which
/// take the place of those of the synapse type. Without names there are either no values or weight
/// and delay. Every rank passes the whole list and keeps the rows of its own targets. Connections
/// of a target are created in the order of the list; onto current-based receptors weights may have
/// any sign, as in PyNN.
///
/// @note A list that is not ascending by source takes 4 bytes per connection more.
class FromListConnector {
public:
    static constexpr std::string_view name        = "FromListConnector";
    static constexpr bool             keeps_order = true;

    /// Rows of this rank's targets, by target.
    struct Plan {
        std::size_t                begin = 0;
        std::vector<std::uint64_t> first;  ///< `[targets + 1]`
        std::vector<std::size_t>   rows;
    };

    /// @throws ConnectionError if rows differ in length, or names do not fit them
    explicit FromListConnector(
        const std::vector<std::vector<double>>& rows, std::vector<std::string> column_names = {}
    );
    /// The same as columns: `values[k]` belongs to the k-th name. Braces alone are rows: columns of
    /// indices are written as `std::vector<std::int64_t>{...}`.
    template <std::same_as<std::int64_t> Index>
    FromListConnector(
        std::vector<Index>               pre,
        std::vector<Index>               post,
        std::vector<std::string>         column_names = {},
        std::vector<std::vector<double>> values       = {}
    ) {
        keep_columns({std::move(pre), std::move(post), std::move(column_names), std::move(values)});
    }

    std::size_t size() const { return list_->pre.size(); }

    std::string check(const connectors::Shape& shape) const;
    Plan        plan(const connectors::Shape& shape, random::Key, IndexRange posts) const;
    void        presynaptic(
               const connectors::Shape&,
               std::size_t post,
               const Plan& plan,
               random::Key,
               connectors::Sources& sources
           ) const;
    std::vector<std::string> columns() const { return list_->names; }
    void values(const Plan& plan, std::size_t post, std::size_t column, std::span<double> out)
        const;
    std::uint64_t fingerprint() const { return list_->fingerprint; }

private:
    struct List {
        std::vector<std::int64_t>        pre, post;
        std::vector<std::string>         names;
        std::vector<std::vector<double>> values;
        std::uint64_t                    fingerprint = 0;
    };
    void keep_columns(List list);
    void keep(List list);

    std::shared_ptr<const List> list_;
};
static_assert(connectors::Connector<FromListConnector>);

}  // namespace ranvier
