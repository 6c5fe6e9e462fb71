#include "ranvier/connectors/FromListConnector.hpp"

#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

[[noreturn]] void refuse(const std::string& reason) {
    throw ConnectionError("FromListConnector: " + reason);
}

std::int64_t index_of(double value, std::size_t row) {
    if (!(std::abs(value) < 1e18) || value != std::floor(value))
        refuse(fmt::format("row {}: an index must be an integer, got {}.", row, number(value)));
    return static_cast<std::int64_t>(value);
}

}  // namespace

FromListConnector::FromListConnector(
    const std::vector<std::vector<double>>& rows, std::vector<std::string> column_names
) {
    const std::size_t width = rows.empty() ? column_names.size() + 2 : rows[0].size();
    if (column_names.empty() && width == 4) column_names = {"weight", "delay"};
    if (width < 2 || column_names.size() != width - 2)
        refuse(fmt::format(
            "rows of {} numbers need the names of {} columns, got {}. A row is i, j and one value "
            "per name; without names i, j or i, j, weight, delay.",
            width,
            width < 2 ? 0 : width - 2,
            column_names.size()
        ));
    List list;
    list.names = std::move(column_names);
    list.values.resize(list.names.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows[row].size() != width)
            refuse(fmt::format(
                "row {} has {} numbers, the first one has {}.", row, rows[row].size(), width
            ));
        list.pre.push_back(index_of(rows[row][0], row));
        list.post.push_back(index_of(rows[row][1], row));
        for (std::size_t k = 0; k < list.values.size(); ++k)
            list.values[k].push_back(rows[row][k + 2]);
    }
    keep(std::move(list));
}

void FromListConnector::keep_columns(List list) {
    if (list.pre.size() != list.post.size() || list.values.size() != list.names.size())
        refuse(fmt::format(
            "{} sources, {} targets and {} columns of values for {} names do not fit together.",
            list.pre.size(),
            list.post.size(),
            list.values.size(),
            list.names.size()
        ));
    for (std::size_t k = 0; k < list.values.size(); ++k) {
        if (list.values[k].size() != list.pre.size())
            refuse(fmt::format(
                "column \"{}\" has {} values for {} connections.",
                list.names[k],
                list.values[k].size(),
                list.pre.size()
            ));
    }
    keep(std::move(list));
}

void FromListConnector::keep(List list) {
    std::uint64_t hash = list.pre.size();
    for (std::size_t row = 0; row < list.pre.size(); ++row) {
        hash = mix(hash ^ static_cast<std::uint64_t>(list.pre[row]));
        hash = mix(hash ^ static_cast<std::uint64_t>(list.post[row]));
        for (const auto& column : list.values)
            hash = mix(hash ^ bits_of(column[row]));
    }
    for (const std::string& text : list.names)
        hash = hash_of(hash, hash_of_text(text));
    list.fingerprint = hash;
    list_            = std::make_shared<const List>(std::move(list));
}

std::string FromListConnector::check(const connectors::Shape& shape) const {
    const auto outside = [](std::int64_t index, std::size_t size) {
        return index < 0 || static_cast<std::uint64_t>(index) >= size;
    };
    for (std::size_t row = 0; row < size(); ++row) {
        const bool is_pre = outside(list_->pre[row], shape.num_pre);
        if (!is_pre && !outside(list_->post[row], shape.num_post)) continue;
        return fmt::format(
            "row {}: {} index {} lies outside the {} cells, 0 to {}.",
            row,
            is_pre ? "presynaptic" : "postsynaptic",
            is_pre ? list_->pre[row] : list_->post[row],
            is_pre ? shape.num_pre : shape.num_post,
            static_cast<std::int64_t>(is_pre ? shape.num_pre : shape.num_post) - 1
        );
    }
    return {};
}

FromListConnector::Plan FromListConnector::plan(
    const connectors::Shape&, random::Key, IndexRange posts
) const {
    Plan       plan{posts.first, std::vector<std::uint64_t>(posts.size() + 1), {}};
    const auto is_here = [&](std::int64_t post) {
        return posts.contains(static_cast<std::size_t>(post));
    };
    for (const std::int64_t post : list_->post) {
        if (is_here(post)) ++plan.first[static_cast<std::size_t>(post) - posts.first + 1];
    }
    for (std::size_t k = 0; k < posts.size(); ++k)
        plan.first[k + 1] += plan.first[k];
    plan.rows.resize(static_cast<std::size_t>(plan.first.back()));
    std::vector<std::uint64_t> next{plan.first};
    for (std::size_t row = 0; row < size(); ++row) {
        const std::int64_t post = list_->post[row];
        if (is_here(post)) plan.rows[next[static_cast<std::size_t>(post) - posts.first]++] = row;
    }
    return plan;
}

void FromListConnector::presynaptic(
    const connectors::Shape&,
    std::size_t post,
    const Plan& plan,
    random::Key,
    connectors::Sources& sources
) const {
    const std::size_t k = post - plan.begin;
    for (auto at = static_cast<std::size_t>(plan.first[k]); at < plan.first[k + 1]; ++at)
        sources.push_back(static_cast<std::uint32_t>(list_->pre[plan.rows[at]]));
}

void FromListConnector::values(
    const Plan& plan, std::size_t post, std::size_t column, std::span<double> out
) const {
    const auto first = static_cast<std::size_t>(plan.first[post - plan.begin]);
    for (std::size_t k = 0; k < out.size(); ++k)
        out[k] = list_->values[column][plan.rows[first + k]];
}

}  // namespace ranvier
