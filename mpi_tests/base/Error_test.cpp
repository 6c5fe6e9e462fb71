#include "ranvier/base/Error.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

/// Whether `throw_error` of this kind throws the class E, text and facts included.
template <class E>
bool throws(Error::Kind kind) {
    try {
        throw_error(kind, "Population \"p\": sentence.", {"p", "tau_m", 17});
    } catch (const E& error) {
        return error.kind() == kind && std::string{error.what()} == "Population \"p\": sentence." &&
               error.facts().label == "p" && error.facts().parameter == "tau_m" &&
               error.facts().index == 17u;
    } catch (...) {
    }
    return false;
}

TEST(Error, of_each_kind_has_a_class_of_its_own) {
    EXPECT_TRUE(throws<ParameterError>(Error::Kind::parameter));
    EXPECT_TRUE(throws<ModelError>(Error::Kind::model));
    EXPECT_TRUE(throws<ConnectionError>(Error::Kind::connection));
    EXPECT_TRUE(throws<RecordingError>(Error::Kind::recording));
    EXPECT_TRUE(throws<SpaceError>(Error::Kind::space));
    EXPECT_TRUE(throws<FileError>(Error::Kind::file));
    EXPECT_TRUE(throws<CommunicationError>(Error::Kind::communication));
    EXPECT_TRUE(throws<RunError>(Error::Kind::run));
    EXPECT_FALSE(throws<ModelError>(Error::Kind::parameter));
}

TEST(Error, can_be_caught_as_any_error_of_the_library_and_of_the_language) {
    EXPECT_THROW(throw ConnectionError{"text"}, Error);
    EXPECT_THROW(throw ConnectionError{"text"}, std::runtime_error);
}

TEST(Error, has_no_facts_unless_they_are_given) {
    const ParameterError error{"text"};

    EXPECT_EQ(error.facts().label, "");
    EXPECT_EQ(error.facts().parameter, "");
    EXPECT_EQ(error.facts().index, std::nullopt);
}

}  // namespace
}  // namespace ranvier
