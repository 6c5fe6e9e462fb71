/// @file
/// Objects that travel between ranks in serialised form.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::parallel {

/// An error on its way from one rank to the others: kind, text and facts.
struct ErrorRecord {
    int           kind = 0;
    std::string   text;
    std::string   label;
    std::string   parameter;
    bool          has_index = false;
    std::uint64_t index     = 0;

    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive& kind& text& label& parameter& has_index& index;
    }
};

/// The record of an exception; what is no Error becomes a RunError with its own text. @local
ErrorRecord record_of(const std::exception_ptr& exception);

/// Throws the error a record describes. @local
[[noreturn]] void throw_record(const ErrorRecord& record);

/// The record of rank `from`, on every rank. @collective
ErrorRecord broadcast_record(const Communicator& comm, const ErrorRecord& record, int from);

}  // namespace ranvier::parallel
