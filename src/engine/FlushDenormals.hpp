/// @file
/// Numbers too small for full precision are taken as zero while a run lasts.
#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace ranvier::engine {

/// Sets flush-to-zero and denormals-are-zero for this thread, on every rank alike, and restores the
/// previous state. Decaying currents reach such numbers, and the processor takes a hundred times
/// longer for them.
class FlushDenormals {
public:
#if defined(__SSE2__)
    FlushDenormals() : before_(_mm_getcsr()) {
        _mm_setcsr(before_ | 0x8040u);
    }
    ~FlushDenormals() {
        _mm_setcsr(before_);
    }

private:
    unsigned before_;

public:
#else
    FlushDenormals() = default;
#endif
    FlushDenormals(const FlushDenormals&)            = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace ranvier::engine
