/// @file
/// Connections given as a matrix of yes and no.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ranvier/base/hash.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Matrix.hpp"

#include <fmt/format.h>

namespace ranvier {

/// Connects the pairs that are true in a matrix `[num_pre][num_post]`. Every rank passes the whole
/// matrix and looks at the columns of its own targets.
class ArrayConnector {
public:
    static constexpr std::string_view name = "ArrayConnector";
    using Plan                             = connectors::NoPlan;

    explicit ArrayConnector(
        Matrix<bool> array, SelfConnections self_connections = SelfConnections::allow
    )
        : array_(std::make_shared<const Matrix<bool>>(std::move(array))),
          self_connections_(self_connections) {}

    std::string check(const connectors::Shape& shape) const {
        if (array_->rows() == shape.num_pre && array_->columns() == shape.num_post) return {};
        return fmt::format(
            "the matrix must have one row per presynaptic and one column per postsynaptic cell, {} "
            "x {}, got {} x {}.",
            shape.num_pre,
            shape.num_post,
            array_->rows(),
            array_->columns()
        );
    }
    Plan plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }

    /// @local Sources whose row is true in the target's column, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key,
        connectors::Sources& sources
    ) const {
        for (std::uint32_t pre = 0; pre < shape.num_pre; ++pre) {
            if ((*array_)(pre, post)) sources.push_back(pre);
        }
        connectors::drop_excluded(self_connections_, shape, post, sources);
    }
    std::uint64_t fingerprint() const {
        std::uint64_t hash = hash_of(static_cast<std::uint64_t>(self_connections_), array_->rows());
        for (const bool value : array_->values())
            hash = hash * 31 + (value ? 2 : 1);
        return hash;
    }

private:
    std::shared_ptr<const Matrix<bool>> array_;
    SelfConnections                     self_connections_;
};
static_assert(connectors::Connector<ArrayConnector>);

}  // namespace ranvier
