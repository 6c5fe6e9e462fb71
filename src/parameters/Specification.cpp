#include "ranvier/parameters/Specification.hpp"

#include <algorithm>
#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/base/text.hpp"

#include "Combination.hpp"
#include <fmt/format.h>

namespace ranvier::parameters {

namespace {

// Combinations are evaluated in pieces that stay in the cache.
constexpr std::size_t block_size = 1024;

double power(double a, double b) {
    // Squares and other whole powers are products, exact wherever those are.
    if (b == 2) return a * a;
    if (b == 1) return a;
    if (b == 0.5) return math::sqrt(a);
    const bool whole = b == std::floor(b) && std::abs(b) <= 64;
    if (!whole) return math::pow(a, b);
    double result = 1;
    for (int k = static_cast<int>(std::abs(b)); k > 0; --k)
        result *= a;
    return b < 0 ? 1 / result : result;
}

template <class F>
void each(std::span<double> a, std::span<const double> b, F f) {
    for (std::size_t k = 0; k < a.size(); ++k)
        a[k] = f(a[k], b[k]);
}

}  // namespace

void Specification::apply(
    Operation                            operation,
    const std::function<double(double)>& function,
    std::span<double>                    a,
    std::span<const double>              b
) {
    switch (operation) {
        case Operation::add:
            return each(a, b, [](double x, double y) { return x + y; });
        case Operation::subtract:
            return each(a, b, [](double x, double y) { return x - y; });
        case Operation::multiply:
            return each(a, b, [](double x, double y) { return x * y; });
        case Operation::divide:
            return each(a, b, [](double x, double y) { return x / y; });
        case Operation::power:
            return each(a, b, power);
        case Operation::less:
            return each(a, b, [](double x, double y) { return x < y ? 1.0 : 0.0; });
        case Operation::less_equal:
            return each(a, b, [](double x, double y) { return x <= y ? 1.0 : 0.0; });
        case Operation::minimum:
            return each(a, b, [](double x, double y) { return y < x ? y : x; });
        case Operation::maximum:
            return each(a, b, [](double x, double y) { return x < y ? y : x; });
        case Operation::function:
            for (double& x : a)
                x = function(x);
    }
}

Specification Specification::combined(
    Operation operation, const Specification& a, const Specification& b
) {
    Combination node{operation, a, b, {}};
    const auto  x = a.constant(), y = b.constant();
    if (x && y) {
        double value = *x;
        apply(operation, {}, {&value, 1}, {&*y, 1});
        return value;
    }
    Specification result;
    result.value_ = std::make_shared<const Combination>(std::move(node));
    if (!result.reads_source()) result.length();  // refuses arrays that do not fit, at once
    return result;
}

Specification Specification::transformed(std::function<double(double)> function) const {
    if (const auto number = constant()) return function(*number);
    Specification result;
    result.value_ = std::make_shared<const Combination>(Combination{
        Operation::function, *this, 0.0, std::move(function)});
    return result;
}

std::optional<double> Specification::constant() const {
    const double* number = std::get_if<double>(&value_);
    return number ? std::optional{*number} : std::nullopt;
}

std::optional<std::size_t> Specification::length() const {
    if (const Array* array = std::get_if<Array>(&value_)) return (*array)->size();
    if (const auto* stored = std::get_if<StoredArray>(&value_)) return stored->source->length();
    const Tree* tree = std::get_if<Tree>(&value_);
    if (!tree) return std::nullopt;
    const auto first = (*tree)->first.length(), second = (*tree)->second.length();
    if (first && second && *first != *second)
        throw ParameterError(fmt::format(
            "Arrays of {} and of {} values cannot be combined. Give both one value per cell.",
            *first,
            *second
        ));
    return first ? first : second;
}

bool Specification::reads_source() const {
    if (std::holds_alternative<StoredArray>(value_)) return true;
    const Tree* tree = std::get_if<Tree>(&value_);
    return tree && ((*tree)->first.reads_source() || (*tree)->second.reads_source());
}

bool Specification::is_sequential() const {
    return !generators().empty();
}

std::vector<NumpyRNG> Specification::generators() const {
    if (const Random* random = std::get_if<Random>(&value_); random && random->rng)
        return {*random->rng};
    const Tree* tree = std::get_if<Tree>(&value_);
    if (!tree) return {};
    std::vector<NumpyRNG> all = (*tree)->first.generators();
    for (const NumpyRNG& rng : (*tree)->second.generators())
        all.push_back(rng);
    return all;
}

void Specification::resolve(const Request& request, std::span<double> out) const {
    std::uint64_t draws = 0;
    // A source is read in one piece, whatever it is combined with; and a generator must be asked
    // even where there is nothing to keep.
    if (std::holds_alternative<Tree>(value_) && !reads_source() && !is_sequential())
        resolve_blocks(request, draws, out);
    else
        resolve(request, draws, out);
}

void Specification::resolve_blocks(
    const Request& request, std::uint64_t& draws, std::span<double> out
) const {
    Request block = request;
    for (std::size_t first = 0; first < out.size(); first += block_size) {
        const std::size_t size = std::min(block_size, out.size() - first);
        block.slice.first      = request.slice.first + first;
        block.slice.last       = block.slice.first + size;
        draws                  = 0;
        resolve(block, draws, out.subspan(first, size));
    }
}

/// The distributions of a combination are numbered from left to right; the first has the key as it
/// is, so that 2 * d is twice what d alone would be.
void Specification::resolve(const Request& request, std::uint64_t& draws, std::span<double> out)
    const {
    const IndexRange slice = request.slice;
    if (const double* number = std::get_if<double>(&value_)) {
        std::fill(out.begin(), out.end(), *number);
    } else if (const Random* random = std::get_if<Random>(&value_)) {
        const random::Key key =
            draws == 0 ? request.key : random::Key{hash_of(request.key.value, draws)};
        ++draws;
        if (auto rng = random->rng)
            rng->draw(key, random->distribution, request.size, slice, out);
        else
            random->distribution.fill_indices(key, slice.first, out);
    } else if (const Array* array = std::get_if<Array>(&value_)) {
        const auto first = (*array)->begin() + static_cast<std::ptrdiff_t>(slice.first);
        std::copy_n(first, slice.size(), out.begin());
    } else if (const auto* stored = std::get_if<StoredArray>(&value_)) {
        stored->source->read(slice.first, out);
    } else if (const auto* function = std::get_if<Function>(&value_)) {
        for (std::size_t i = 0; i < slice.size(); ++i) {
            tick();
            out[i] = (*function)(slice.first + i);
        }
    } else if (const auto* of_position = std::get_if<PositionFunction>(&value_)) {
        for (std::size_t i = 0; i < slice.size(); ++i) {
            tick();
            out[i] = (*of_position)(request.position(slice.first + i));
        }
    } else {
        const Combination& node = *std::get<Tree>(value_);
        node.first.resolve(request, draws, out);
        std::vector<double> second;
        if (node.operation != Operation::function) {
            second.resize(out.size());
            node.second.resolve(request, draws, second);
        }
        apply(node.operation, node.function, out, second);
    }
}

std::uint64_t Specification::fingerprint() const {
    const std::uint64_t kind = value_.index();
    if (const double* value = std::get_if<double>(&value_)) return hash_of(kind, bits_of(*value));
    if (const Random* random = std::get_if<Random>(&value_))
        return hash_of(
            kind,
            hash_of_text(random->distribution.describe()),
            random->rng ? random->rng->fingerprint() : std::uint64_t{0}
        );
    if (values()) return hash_of(kind, hash_of_numbers(*values()));
    if (const auto* stored = std::get_if<StoredArray>(&value_))
        return hash_of(kind, hash_of_text(stored->source->describe()));
    const Tree* tree = std::get_if<Tree>(&value_);
    if (!tree) return mix(kind);
    const Combination& node = **tree;
    return hash_of(
        kind,
        static_cast<std::uint64_t>(node.operation),
        node.first.fingerprint(),
        node.second.fingerprint()
    );
}

std::string Specification::describe() const {
    if (const double* value = std::get_if<double>(&value_))
        return fmt::format("the number {}", number(*value));
    if (const auto* drawn = distribution()) return drawn->describe();
    if (const Array* array = std::get_if<Array>(&value_))
        return fmt::format("an array of {} values", (*array)->size());
    if (const auto* stored = std::get_if<StoredArray>(&value_)) return stored->source->describe();
    if (std::holds_alternative<Function>(value_)) return "a function of the index";
    if (std::holds_alternative<PositionFunction>(value_)) return "a function of the position";
    return "a combination of values";
}

Specification exp(const Specification& a) {
    return a.transformed([](double x) { return math::exp(x); });
}
Specification log(const Specification& a) {
    return a.transformed([](double x) { return math::log(x); });
}
Specification sqrt(const Specification& a) {
    return a.transformed([](double x) { return math::sqrt(x); });
}
Specification sin(const Specification& a) {
    return a.transformed([](double x) { return math::sin(x); });
}
Specification cos(const Specification& a) {
    return a.transformed([](double x) { return math::cos(x); });
}
Specification abs(const Specification& a) {
    return a.transformed([](double x) { return std::abs(x); });
}

}  // namespace ranvier::parameters
