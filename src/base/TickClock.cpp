#include "ranvier/base/TickClock.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ranvier {

bool TickClock::has_counter() {
#if defined(__x86_64__)
    // Advanced power management information: bit 8 is TscInvariant.
    constexpr unsigned leaf = 0x80000007, invariant = 1u << 8;
    unsigned           eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (edx & invariant) != 0;
#else
    return false;
#endif
}

TickClock::TickClock(bool counter) : counter_(counter && has_counter()), start_(read()) {}

double TickClock::seconds_per_tick() const {
    if (!counter_) return 1e-9;
    const Reading                       end     = read();
    const std::chrono::duration<double> elapsed = end.time - start_.time;
    const Ticks                         counted = end.ticks - start_.ticks;
    if (counted == 0) return 0;
    return elapsed.count() / static_cast<double>(counted);
}

TickClock::Reading TickClock::read() const {
    // The process may be interrupted between two reads: the closest of a few counts.
    Reading best;
    Ticks   closest = ~Ticks{0};
    for (int attempt = 0; attempt < 4; ++attempt) {
        const Ticks before  = now();
        const auto  time    = Steady::now();
        const Ticks between = now() - before;
        if (between > closest) continue;
        closest = between;
        best    = {before + between / 2, time};
    }
    return best;
}

}  // namespace ranvier
