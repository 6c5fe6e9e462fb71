#include "ranvier/parameters/Specification.hpp"

#include <algorithm>

#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier::parameters {

std::optional<double> Specification::constant() const {
    const double* number = std::get_if<double>(&value_);
    return number ? std::optional{*number} : std::nullopt;
}

std::optional<std::size_t> Specification::length() const {
    const Array* array = std::get_if<Array>(&value_);
    return array ? std::optional{(*array)->size()} : std::nullopt;
}

void Specification::resolve(const Request& request, std::span<double> out) const {
    const IndexRange slice = request.slice;
    if (const double* number = std::get_if<double>(&value_)) {
        std::fill(out.begin(), out.end(), *number);
    } else if (const auto* distribution = std::get_if<random::Distribution>(&value_)) {
        distribution->fill_indices(request.key, slice.first, out);
    } else if (const Array* array = std::get_if<Array>(&value_)) {
        const auto first = (*array)->begin() + static_cast<std::ptrdiff_t>(slice.first);
        std::copy_n(first, slice.size(), out.begin());
    } else {
        const Function& function = std::get<Function>(value_);
        for (std::size_t i = 0; i < slice.size(); ++i)
            out[i] = function(slice.first + i);
    }
}

std::string Specification::describe() const {
    if (const double* value = std::get_if<double>(&value_))
        return fmt::format("the number {}", number(*value));
    if (const auto* distribution = std::get_if<random::Distribution>(&value_))
        return distribution->describe();
    if (const Array* array = std::get_if<Array>(&value_))
        return fmt::format("an array of {} values", (*array)->size());
    return "a function of the index";
}

}  // namespace ranvier::parameters
