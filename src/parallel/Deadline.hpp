/// @file
/// Ends the job when MPI itself does not come back, where no watchdog runs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace ranvier::parallel {

/// Ends the job with one message unless it is destroyed in time. For MPI's own start and end, in
/// which ranks cannot send each other what they are doing: ranks that wait give up in order of
/// their number, so that only the first one prints.
class Deadline {
public:
    /// @param doing what has to end, for the message: "the start of MPI"
    /// @param timeout_s when the job has to be over, at least about 15 s; 0: never
    /// @local
    Deadline(std::string doing, double timeout_s);
    ~Deadline();

    Deadline(const Deadline&)            = delete;
    Deadline& operator=(const Deadline&) = delete;

private:
    void wait(double seconds);

    std::string             doing_;
    std::mutex              guard_;
    std::condition_variable wake_;
    bool                    over_ = false;
    std::thread             thread_;
};

}  // namespace ranvier::parallel
