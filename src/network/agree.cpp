#include "agree.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/network/records.hpp"

#include <fmt/format.h>

namespace ranvier::network {

namespace {

constexpr auto numbers    = "its numbers";
constexpr auto generator  = "the seed or the state of its NumpyRNG";
constexpr auto combined   = "the values that it combines";
constexpr auto their_list = "the times or numbers in it";

std::string words_of(const Param<Sequence>& sequences) {
    if (const Sequence* one = sequences.shared())
        return fmt::format("a Sequence of {} values", one->values().size());
    try {
        if (const auto length = sequences.length()) return fmt::format("{} Sequences", *length);
    } catch (const Error&) {  // of a file; it is reported by the checks
        return "Sequences in a file";
    }
    return "a function of the index";
}

}  // namespace

Asked asked_of(std::string what, const models::Value& value) {
    if (const auto* sequences = std::get_if<Param<Sequence>>(&value))
        return {std::move(what), words_of(*sequences), sequences->fingerprint(), their_list};
    const auto& values = std::get<parameters::Specification>(value);
    const char* rest   = combined;
    if (values.values()) rest = numbers;
    if (values.distribution()) rest = generator;
    return {std::move(what), values.describe(), values.fingerprint(), rest};
}

Asked asked_of(std::string what, const parameters::ConnectionSpecification& values) {
    const char* rest = combined;
    if (values.values() || values.matrix()) rest = numbers;
    if (values.distribution()) rest = generator;
    return {std::move(what), values.describe(), values.fingerprint(), rest};
}

Asked asked_of(std::string what, const Selection& members) {
    std::vector<std::string_view> types;
    for (const Selection::Part& part : members.parts()) {
        const std::string_view type = part.population->group->model();
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
    return {
        std::move(what),
        fmt::format("{} cells of type {}", members.size(), fmt::join(types, ", ")),
        members.fingerprint(),
        "the cells themselves"};
}

std::uint64_t fingerprint(const std::string& call, const std::vector<Asked>& asked) {
    std::uint64_t hash = hash_of(hash_of_text(call), asked.size());
    for (const Asked& one : asked)
        hash = hash_of(hash, hash_of_text(one.what), hash_of_text(one.given), one.rest);
    return hash;
}

void refuse_disagreement(
    const Communicator& comm, const std::string& call, const std::vector<Asked>& asked
) {
    parallel::require_same_call(comm, call);
    const auto difference = [&](const std::string& which) {
        return fmt::format(
            "{}: the ranks do not ask for the same: {}. All of them must call with the same group, "
            "the same names in the same order, and the same values.",
            call,
            which
        );
    };
    // Found on all ranks alike: every rank sees what all of them ask for.
    const auto first_other = [](const auto& all) {
        std::size_t rank = 1;
        while (rank < all.size() && all[rank] == all[0])
            ++rank;
        return rank;
    };
    const std::size_t common = comm.min(asked.size());
    for (const Asked& one : std::span{asked}.first(common)) {
        const auto words = comm.all_gather(fmt::format("{} is {}", one.what, one.given));
        if (const std::size_t rank = first_other(words); rank < words.size())
            throw CommunicationError(difference(fmt::format(
                "{} on rank 0, {} on rank {} of {}", words[0], words[rank], rank, comm.size()
            )));
        const auto rests = comm.all_gather(one.rest);
        if (const std::size_t rank = first_other(rests); rank < rests.size())
            throw CommunicationError(difference(fmt::format(
                "{} is {} on every rank, but {} differ between rank 0 and rank {} of {}",
                one.what,
                one.given,
                one.of_rest,
                rank,
                comm.size()
            )));
    }
    const auto        counts = comm.all_gather(asked.size());
    const std::size_t rank   = first_other(counts);
    throw CommunicationError(difference(fmt::format(
        "{} values on rank 0, {} on rank {} of {}",
        counts[0],
        counts[std::min(rank, counts.size() - 1)],
        rank,
        comm.size()
    )));
}

}  // namespace ranvier::network
