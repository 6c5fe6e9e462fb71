#include "ranvier/parameters/ConnectionSpecification.hpp"

#include <algorithm>
#include <utility>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"

#include "generator_hash.hpp"
#include <fmt/format.h>

namespace ranvier::parameters {

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
    return rng_ ? hash_of_generator(*rng_) : 0;
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
    if (const auto* formula = std::get_if<Expression>(&value_)) return formula->uses(0);
    return std::holds_alternative<DistanceFunction>(value_);
}

void ConnectionSpecification::resolve(const ConnectionColumn& column, std::span<double> out) const {
    const auto sources = column.sources;
    if (const double* number = std::get_if<double>(&value_)) {
        std::fill(out.begin(), out.end(), *number);
    } else if (const auto* distribution = std::get_if<random::Distribution>(&value_)) {
        distribution->fill(column.key, column.post, 0, out);
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
    } else {
        resolve_formula(std::get<Expression>(value_), column, out);
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
    if (!rng_) return *this;
    std::vector<double> numbers(static_cast<std::size_t>(num_connections));
    NumpyRNG            rng = *rng_;
    rng.draw(use, *distribution(), numbers.size(), {0, numbers.size()}, numbers);
    return numbers;
}

double ConnectionSpecification::value(const ConnectionColumn& column, std::size_t k) const {
    double result = 0;
    if (const auto* distribution = std::get_if<random::Distribution>(&value_)) {
        random::Stream stream{column.key, column.post, static_cast<std::uint32_t>(k)};
        return distribution->draw(stream);
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
    return fmt::format("the expression \"{}\"", std::get<Expression>(value_).text());
}

}  // namespace ranvier::parameters
