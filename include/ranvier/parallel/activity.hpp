/// @file
/// What this rank is doing, so that a standstill can be told from long work and named.
#pragma once

#include <string>

#include "ranvier/base/progress.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::parallel {

/// The simulated time that messages name. @local
void set_simulated_time(double ms) noexcept;

/// Something a rank does on its own for a while, for instance a function of the user: what the
/// watchdog calls it if it does not end.
///
///     const Activity activity{"the function given for tau_m"};
class Activity {
public:
    /// @local
    explicit Activity(std::string what);
    ~Activity();
    Activity(const Activity&)            = delete;
    Activity& operator=(const Activity&) = delete;
};

/// A call that all ranks have to make together, from its beginning to its end.
///
/// The outermost one makes sure that they do: ranks that call different functions, or one function
/// with different names, throw the same error instead of taking each other's messages.
///
///     const CollectiveCall call{comm, "Population \"exc\": set tau_m"};
class CollectiveCall {
public:
    /// @collective Costs one reduction of two integers, within another CollectiveCall nothing.
    /// @param what the same on every rank
    /// @throws CommunicationError on all ranks, naming two calls that differ and their ranks
    CollectiveCall(const Communicator& comm, std::string what);
    ~CollectiveCall();
    CollectiveCall(const CollectiveCall&)            = delete;
    CollectiveCall& operator=(const CollectiveCall&) = delete;

private:
    Activity activity_;
};

/// A rank inside a message-passing call, which may have to wait for others.
class Waiting {
public:
    /// @local
    /// @param call a literal
    /// @throws CommunicationError only if a fault was ordered, see base/faults.hpp
    Waiting(const Communicator& comm, const char* call);
    ~Waiting();
    Waiting(const Waiting&)            = delete;
    Waiting& operator=(const Waiting&) = delete;
};

/// A rank inside a file operation, which may take long and, if it is `together`, may have to wait
/// for others inside MPI.
class FileAccess {
public:
    enum class Kind : bool { alone, together };

    explicit FileAccess(Kind kind = Kind::alone) noexcept;  ///< @local
    ~FileAccess();
    FileAccess(const FileAccess&)            = delete;
    FileAccess& operator=(const FileAccess&) = delete;

private:
    Kind kind_;
};

}  // namespace ranvier::parallel
