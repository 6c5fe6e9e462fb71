// A rank that waits for others sleeps for a moment where Open MPI would only give way.
//
// With more ranks than cores, ranks that wait call sched_yield in a loop (mpi_yield_when_idle). Seven
// of them keep two cores busy in the kernel, and under load everything else on the machine starves,
// the ranks they wait for included. Open MPI finds this function before the one of the C library
// because the program exports its symbols (ENABLE_EXPORTS).

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

extern "C" int sched_yield() noexcept {
    // The kernel may wake up a sleeper late by its timer slack, 50 us unless told otherwise.
    static const int told = prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    const timespec   moment{.tv_sec = 0, .tv_nsec = told == 0 ? 2000 : 1000};
    return nanosleep(&moment, nullptr);
}
