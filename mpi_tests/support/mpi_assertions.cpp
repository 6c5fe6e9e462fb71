#include "support/mpi_assertions.hpp"

#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace ranvier::test {

namespace {

std::string ranks_text(const std::vector<int>& ranks) {
    std::string text = ranks.size() == 1 ? "rank " : "ranks ";
    for (std::size_t i = 0; i < ranks.size(); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", ranks[i]);
    return text;
}

std::string described(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::nothing_thrown:
            return "nothing thrown";
        case Outcome::Kind::expected_type:
            return fmt::format("\"{}\"", outcome.text);
        case Outcome::Kind::other_type:
            break;
    }
    return fmt::format("another type: \"{}\"", outcome.text);
}

std::vector<Outcome> gathered(const Communicator& comm, const Outcome& here) {
    const std::vector<int>         kinds = comm.all_gather(static_cast<int>(here.kind));
    const std::vector<std::string> texts = comm.all_gather(here.text);

    std::vector<Outcome> all(kinds.size());
    for (std::size_t rank = 0; rank < all.size(); ++rank)
        all[rank] = {static_cast<Outcome::Kind>(kinds[rank]), texts[rank]};
    return all;
}

}  // namespace

testing::AssertionResult holds_everywhere(
    const Communicator& comm, bool here, std::string_view condition
) {
    const std::vector<int> holds = comm.all_gather(static_cast<int>(here));
    std::vector<int>       broken;
    for (std::size_t rank = 0; rank < holds.size(); ++rank)
        if (holds[rank] == 0) broken.push_back(static_cast<int>(rank));
    if (broken.empty()) return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << condition << " is false on " << ranks_text(broken) << " of " << comm.size();
}

testing::AssertionResult compared_something(const Communicator& comm, std::size_t here) {
    if (comm.sum(static_cast<std::uint64_t>(here)) > 0) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "nothing was compared on any rank";
}

testing::AssertionResult compared_all(
    const Communicator& comm, std::size_t here, std::size_t expected
) {
    const auto total = comm.sum(static_cast<std::uint64_t>(here));
    if (expected > 0 && total == expected) return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << total << " compared on all ranks, " << expected << " expected";
}

testing::AssertionResult threw_everywhere(
    const Communicator& comm, const Outcome& here, std::string_view type, std::string_view part
) {
    const std::vector<Outcome> all = gathered(comm, here);

    bool good = true;
    for (const Outcome& outcome : all) {
        good = good && outcome.kind == Outcome::Kind::expected_type &&
               outcome.text == all.front().text && outcome.text.find(part) != std::string::npos;
    }
    if (good) return testing::AssertionSuccess();

    testing::AssertionResult failure = testing::AssertionFailure();
    failure << "expected on all ranks: one " << type << " that says \"" << part << "\"";
    for (std::size_t rank = 0; rank < all.size(); ++rank)
        failure << "\n  rank " << rank << ": " << described(all[rank]);
    return failure;
}

}  // namespace ranvier::test
