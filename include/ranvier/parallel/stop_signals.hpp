/// @file
/// Requests from outside to end a run early. The handler sets a flag and nothing else; the run
/// loop looks at it between two intervals, and the ranks agree before anyone stops.
#pragma once

namespace ranvier {

/// From now on SIGTERM, SIGUSR1 and SIGINT are noted instead of ending the process. May be called
/// more than once; a signal that was noted before stays noted. @local
void install_stop_signals();

/// The number of the first signal since installation, 0 if there was none. @local
int pending_stop_signal();

/// Forgets a noted signal, so that the next one counts. @local
void forget_stop_signal();

}  // namespace ranvier
