#include "ranvier/base/isa.hpp"

#include <atomic>
#include <cstdlib>
#include <string>

#include "ranvier/base/Error.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

void require_support(Isa isa, std::string_view where) {
    if (is_supported(isa)) return;
    throw ParameterError(fmt::format(
        "{}: this processor cannot run code for \"{}\". Choose \"baseline\".", where, name_of(isa)
    ));
}

Isa initial_isa() {
    const char* wanted = std::getenv("RANVIER_ISA");  // NOLINT(concurrency-mt-unsafe): not set here
    return isa_named(wanted == nullptr ? "" : wanted);
}

std::atomic<Isa>& current() {
    static std::atomic<Isa> isa{initial_isa()};
    return isa;
}

}  // namespace

Isa active_isa() {
    return current().load(std::memory_order_relaxed);
}

Isa isa_named(std::string_view name) {
    if (name.empty()) return is_supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
    for (const Isa isa : {Isa::baseline, Isa::avx2}) {
        if (name_of(isa) != name) continue;
        require_support(isa, "RANVIER_ISA");
        return isa;
    }
    throw ParameterError(fmt::format(
        "RANVIER_ISA must be \"baseline\" or \"avx2\", got \"{}\". Unset it for the best one.", name
    ));
}

void use_isa(Isa isa) {
    require_support(isa, "use_isa");
    current().store(isa, std::memory_order_relaxed);
}

bool is_supported(Isa isa) {
    if (isa == Isa::baseline) return true;
#if defined(__x86_64__)
    // All of x86-64-v3, which the objects are compiled for.
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
           __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
    return false;
#endif
}

std::string_view name_of(Isa isa) {
    return isa == Isa::avx2 ? "avx2" : "baseline";
}

}  // namespace ranvier
