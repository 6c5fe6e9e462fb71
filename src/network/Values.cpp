#include "ranvier/network/Values.hpp"

#include <algorithm>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

double Values::number() const {
    if (is_homogeneous_ && size_ > 0) return numbers_[0];
    const std::string what = name_.empty() ? std::string{"The value"} : name_;
    throw ParameterError(
        size_ == 0 ? fmt::format("{} has no value: there are no cells.", what)
                   : fmt::format(
                         "{} differs between the {} cells, from {} on. Use array().",
                         what,
                         size_,
                         ranvier::number(numbers_[0])
                     ),
        {.parameter = name_}
    );
}

std::vector<double> Values::array() const {
    return is_homogeneous_ ? std::vector<double>(size_, numbers_.empty() ? 0 : numbers_[0])
                           : numbers_;
}

bool operator==(const Values& a, const Values& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

bool operator==(const Values& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::equal(b.begin(), b.end(), a.begin());
}

}  // namespace ranvier
