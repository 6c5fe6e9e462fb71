#include "ranvier/network/RecordedData.hpp"

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

std::vector<double> AnalogSignal::column(std::size_t column) const {
    std::vector<double> samples(num_samples);
    for (std::size_t k = 0; k < num_samples; ++k)
        samples[k] = at(k, column);
    return samples;
}

const AnalogSignal& Segment::signal(std::string_view variable) const {
    std::vector<std::string> names;
    for (const AnalogSignal& signal : analogsignals) {
        if (signal.name == variable) return signal;
        names.push_back(signal.name);
    }
    throw RecordingError(
        fmt::format(
            "{}: there is no signal \"{}\"; {}.",
            name,
            variable,
            names.empty() ? "no variable was recorded"
                          : fmt::format("there is {}", quoted_names(names, variable))
        ),
        {.parameter = std::string{variable}}
    );
}

}  // namespace ranvier
