#include "ranvier/parameters/ConnectionSpecification.hpp"

#include <algorithm>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"

#include "Combination.hpp"
#include <fmt/format.h>

namespace ranvier::parameters {

ConnectionSpecification ConnectionSpecification::of(const Specification& values) {
    if (const auto number = values.constant()) return *number;
    if (const auto* random = std::get_if<Specification::Random>(&values.value_))
        return {random->distribution, random->rng};
    if (const auto* array = std::get_if<Specification::Array>(&values.value_)) {
        ConnectionSpecification result;
        result.value_ = *array;
        return result;
    }
    if (const auto* tree = std::get_if<Specification::Tree>(&values.value_)) {
        const Specification::Combination& node = **tree;
        return combined(node.operation, of(node.first), of(node.second), node.function);
    }
    throw ParameterError(fmt::format(
        "Connections take no values from {}. Give a function of the two indices, "
        "[](std::size_t i, std::size_t j) {{...}}, or of the distance, [](Length d) {{...}}, a "
        "formula in d, i and j, or an array in memory.",
        values.describe()
    ));
}

ConnectionSpecification ConnectionSpecification::combined(
    Operation                      operation,
    const ConnectionSpecification& a,
    const ConnectionSpecification& b,
    std::function<double(double)>  function
) {
    const auto x = a.constant(), y = b.constant();
    if (x && y) {
        double value = *x;
        Specification::apply(operation, function, {&value, 1}, {&*y, 1});
        return value;
    }
    ConnectionSpecification result;
    result.value_ =
        std::make_shared<const Combination>(Combination{operation, a, b, std::move(function)});
    result.length();  // refuses arrays that do not fit, at once
    return result;
}

void ConnectionSpecification::for_each_operand(
    const std::function<void(const ConnectionSpecification&)>& f
) const {
    const Tree* tree = std::get_if<Tree>(&value_);
    if (!tree) return f(*this);
    (*tree)->first.for_each_operand(f);
    (*tree)->second.for_each_operand(f);
}

bool ConnectionSpecification::any_operand(bool (*holds)(const ConnectionSpecification&)) const {
    if (!is_combination()) return holds(*this);
    bool any = false;
    for_each_operand([&](const ConnectionSpecification& operand) { any = any || holds(operand); });
    return any;
}

bool ConnectionSpecification::is_drawn() const {
    return any_operand([](const auto& operand) { return operand.distribution() != nullptr; }) &&
           !length();
}

bool ConnectionSpecification::has_function() const {
    return any_operand([](const auto& operand) { return operand.is_function(); });
}

bool ConnectionSpecification::is_sequential() const {
    return any_operand([](const auto& operand) { return operand.values() || operand.rng_; });
}

std::vector<NumpyRNG> ConnectionSpecification::generators() const {
    std::vector<NumpyRNG> all;
    for_each_operand([&](const ConnectionSpecification& operand) {
        if (operand.rng_) all.push_back(*operand.rng_);
    });
    return all;
}

std::optional<std::size_t> ConnectionSpecification::length() const {
    std::optional<std::size_t> common;
    if (values()) common = values()->size();
    if (!is_combination()) return common;
    for_each_operand([&](const ConnectionSpecification& operand) {
        const std::vector<double>* array = operand.values();
        if (!array) return;
        if (common && *common != array->size())
            throw ParameterError(fmt::format(
                "Arrays of {} and of {} values cannot be combined. Give both one value per "
                "connection.",
                *common,
                array->size()
            ));
        common = array->size();
    });
    return common;
}

std::optional<double> ConnectionSpecification::constant() const {
    const double* number = std::get_if<double>(&value_);
    return number ? std::optional{*number} : std::nullopt;
}

const std::vector<double>* ConnectionSpecification::values() const {
    const Array* array = std::get_if<Array>(&value_);
    return array ? array->get() : nullptr;
}

std::uint64_t ConnectionSpecification::fingerprint() const {
    if (values()) return hash_of_numbers(*values());
    if (matrix()) return hash_of_numbers(matrix()->values());
    if (const Tree* tree = std::get_if<Tree>(&value_)) {
        const Combination& node = **tree;
        return hash_of(
            static_cast<std::uint64_t>(node.operation),
            hash_of_text(node.first.describe()),
            node.first.fingerprint(),
            hash_of_text(node.second.describe()),
            node.second.fingerprint()
        );
    }
    return rng_ ? rng_->fingerprint() : 0;
}

ConnectionSpecification ConnectionSpecification::reusing(double value, const ConnectionColumn& one)
    const {
    const auto reuse = [value, is_used = std::make_shared<bool>(false)] {
        return std::exchange(*is_used, true) ? std::nullopt : std::optional{value};
    };
    if (const auto* of_distance = std::get_if<DistanceFunction>(&value_))
        return DistanceFunction{
            [of = of_distance->of, reuse, distance = one.distances[0]](double d) -> double {
                if (d == distance) {
                    if (const auto known = reuse()) return *known;
                }
                return of(d);
            }};
    return PairFunction{
        [of = std::get<PairFunction>(value_),
         reuse,
         pre  = std::size_t{one.sources[0]},
         post = one.post](std::size_t i, std::size_t j) -> double {
            if (i == pre && j == post) {
                if (const auto known = reuse()) return *known;
            }
            return of(i, j);
        }};
}

const Matrix<double>* ConnectionSpecification::matrix() const {
    const Values* values = std::get_if<Values>(&value_);
    return values ? values->get() : nullptr;
}

bool ConnectionSpecification::needs_distance() const {
    return any_operand([](const auto& operand) {
        if (const auto* formula = std::get_if<Expression>(&operand.value_)) return formula->uses(0);
        return std::holds_alternative<DistanceFunction>(operand.value_);
    });
}

namespace {

/// The distributions of a combination are numbered from left to right; the first has the key as it
/// is, so that 2 * d is twice what d alone would be.
random::Key key_of_draw(random::Key key, std::uint64_t& draws) {
    const std::uint64_t number = draws++;
    return number == 0 ? key : random::Key{hash_of(key.value, number)};
}

}  // namespace

void ConnectionSpecification::resolve(const ConnectionColumn& column, std::span<double> out) const {
    std::uint64_t draws = 0;
    resolve(column, draws, out);
}

void ConnectionSpecification::resolve(
    const ConnectionColumn& column, std::uint64_t& draws, std::span<double> out
) const {
    const auto sources = column.sources;
    if (const double* number = std::get_if<double>(&value_)) {
        std::fill(out.begin(), out.end(), *number);
    } else if (const auto* distribution = std::get_if<random::Distribution>(&value_)) {
        distribution->fill(key_of_draw(column.key, draws), column.post, 0, out);
    } else if (const Array* array = std::get_if<Array>(&value_)) {
        std::copy_n(
            (*array)->begin() + static_cast<std::ptrdiff_t>(column.first), out.size(), out.begin()
        );
    } else if (const Values* values = std::get_if<Values>(&value_)) {
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = (**values)(sources[k], column.post);
    } else if (const auto* of_pair = std::get_if<PairFunction>(&value_)) {
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = (*of_pair)(sources[k], column.post);
    } else if (const auto* of_distance = std::get_if<DistanceFunction>(&value_)) {
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = of_distance->of(column.distances[k]);
    } else if (const auto* formula = std::get_if<Expression>(&value_)) {
        resolve_formula(*formula, column, out);
    } else {
        const Combination& node = *std::get<Tree>(value_);
        node.first.resolve(column, draws, out);
        std::vector<double> second;
        if (node.operation != Operation::function) {
            second.resize(out.size());
            node.second.resolve(column, draws, second);
        }
        Specification::apply(node.operation, node.function, out, second);
    }
}

void ConnectionSpecification::resolve_formula(
    const Expression& formula, const ConnectionColumn& column, std::span<double> out
) const {
    std::vector<double> pre, post;
    if (formula.uses(1)) pre.assign(column.sources.begin(), column.sources.end());
    if (formula.uses(2)) post.assign(out.size(), static_cast<double>(column.post));
    formula.evaluate({column.distances, pre, post}, out);
}

ConnectionSpecification ConnectionSpecification::sequence(
    std::uint64_t num_connections, random::Key use
) const {
    std::uint64_t draws = 0;
    return is_sequential() ? sequence(num_connections, use, draws) : *this;
}

ConnectionSpecification ConnectionSpecification::sequence(
    std::uint64_t num_connections, random::Key use, std::uint64_t& draws
) const {
    if (const Tree* tree = std::get_if<Tree>(&value_)) {
        const Combination& node  = **tree;
        const auto         first = node.first.sequence(num_connections, use, draws);
        return combined(
            node.operation, first, node.second.sequence(num_connections, use, draws), node.function
        );
    }
    if (!rng_) return *this;
    std::vector<double> numbers(static_cast<std::size_t>(num_connections));
    NumpyRNG            rng = *rng_;
    rng.draw(
        key_of_draw(use, draws), *distribution(), numbers.size(), {0, numbers.size()}, numbers
    );
    return numbers;
}

double ConnectionSpecification::value(const ConnectionColumn& column, std::size_t k) const {
    std::uint64_t draws = 0;
    return value(column, k, draws);
}

double ConnectionSpecification::value(
    const ConnectionColumn& column, std::size_t k, std::uint64_t& draws
) const {
    double result = 0;
    if (const auto* distribution = std::get_if<random::Distribution>(&value_)) {
        random::Stream stream{
            key_of_draw(column.key, draws), column.post, static_cast<std::uint32_t>(k)};
        return distribution->draw(stream);
    }
    if (const Tree* tree = std::get_if<Tree>(&value_)) {
        const Combination& node = **tree;
        result                  = node.first.value(column, k, draws);
        const double second     = node.second.value(column, k, draws);
        Specification::apply(node.operation, node.function, {&result, 1}, {&second, 1});
        return result;
    }
    ConnectionColumn one = column;
    one.sources          = column.sources.subspan(k, 1);
    one.first            = column.first + k;
    if (!column.distances.empty()) one.distances = column.distances.subspan(k, 1);
    resolve(one, {&result, 1});
    return result;
}

std::string ConnectionSpecification::describe() const {
    if (const double* value = std::get_if<double>(&value_))
        return fmt::format("the number {}", number(*value));
    if (const auto* distribution = std::get_if<random::Distribution>(&value_))
        return distribution->describe();
    if (const Array* array = std::get_if<Array>(&value_))
        return fmt::format("an array of {} values", (*array)->size());
    if (const Values* values = std::get_if<Values>(&value_))
        return fmt::format("a matrix of {} x {} values", (*values)->rows(), (*values)->columns());
    if (std::holds_alternative<PairFunction>(value_)) return "a function of the two indices";
    if (std::holds_alternative<DistanceFunction>(value_)) return "a function of the distance";
    if (is_combination()) return "a combination of values";
    return fmt::format("the expression \"{}\"", std::get<Expression>(value_).text());
}

}  // namespace ranvier::parameters
