/// @file
/// A failed message-passing call.
#pragma once

#include "ranvier/base/Error.hpp"

namespace ranvier::parallel {

/// What a rank throws when a call of MPI has failed there. The others may be inside the call, so
/// nothing can be agreed on any more: it is not passed to the other ranks, and if nobody catches it
/// the job ends at once.
class BrokenCommunication : public CommunicationError {
public:
    using CommunicationError::CommunicationError;
};

}  // namespace ranvier::parallel
