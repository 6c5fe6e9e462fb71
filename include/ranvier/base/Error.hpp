/// @file
/// What Ranvier throws. Every error carries its facts as data besides the sentence.
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace ranvier {

/// What an error is about, besides its text.
struct ErrorFacts {
    std::string                label{};      ///< of the population or projection; empty if none
    std::string                parameter{};  ///< name of the parameter, variable or option
    std::optional<std::size_t> index{};      ///< the first cell concerned, counted in its group
};

/// Base of all errors of the library. The text says where, what was expected, what was found,
/// and what to do; it is the same on every rank once a collective function has thrown it.
class Error : public std::runtime_error {
public:
    enum class Kind { parameter, model, connection, recording, space, file, communication, run };

    Error(Kind kind, const std::string& text, ErrorFacts facts)
        : std::runtime_error(text),
          kind_(kind),
          facts_(std::move(facts)) {}

    Kind              kind() const { return kind_; }
    const ErrorFacts& facts() const { return facts_; }

private:
    Kind       kind_;
    ErrorFacts facts_;
};

/// One class per kind of mistake, so that a caller can catch what it can mend.
template <Error::Kind kind_of_error>
class ErrorOf : public Error {
public:
    explicit ErrorOf(const std::string& text, ErrorFacts facts = {})
        : Error(kind_of_error, text, std::move(facts)) {}
};

using ParameterError  = ErrorOf<Error::Kind::parameter>;   ///< a value, a length, a name, a unit
using ModelError      = ErrorOf<Error::Kind::model>;       ///< a model that cannot do this
using ConnectionError = ErrorOf<Error::Kind::connection>;  ///< a connector, weight, delay, receptor
using RecordingError  = ErrorOf<Error::Kind::recording>;   ///< a variable that is not recorded
using SpaceError      = ErrorOf<Error::Kind::space>;       ///< positions and distances
using FileError       = ErrorOf<Error::Kind::file>;        ///< the file system or HDF5
using CommunicationError = ErrorOf<Error::Kind::communication>;  ///< MPI, or ranks that disagree
using RunError           = ErrorOf<Error::Kind::run>;  ///< time, run lengths, a failing run

/// Throws the class that belongs to the kind; how an error that travelled between ranks continues.
[[noreturn]] void throw_error(Error::Kind kind, const std::string& text, ErrorFacts facts = {});

}  // namespace ranvier
