#include "ranvier/base/Error.hpp"

#include <utility>

namespace ranvier {

void throw_error(Error::Kind kind, const std::string& text, ErrorFacts facts) {
    switch (kind) {
        case Error::Kind::parameter:
            throw ParameterError(text, std::move(facts));
        case Error::Kind::model:
            throw ModelError(text, std::move(facts));
        case Error::Kind::connection:
            throw ConnectionError(text, std::move(facts));
        case Error::Kind::recording:
            throw RecordingError(text, std::move(facts));
        case Error::Kind::space:
            throw SpaceError(text, std::move(facts));
        case Error::Kind::file:
            throw FileError(text, std::move(facts));
        case Error::Kind::communication:
            throw CommunicationError(text, std::move(facts));
        case Error::Kind::run:
            break;
    }
    throw RunError(text, std::move(facts));
}

}  // namespace ranvier
