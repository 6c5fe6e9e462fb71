/// @file
/// One call that gives values to a group: checked, resolved where owned, committed as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ranvier/network/Network.hpp"

#include "GeneratorGuard.hpp"
#include "agree.hpp"

namespace ranvier::network {

class Assignment {
public:
    /// Checks names, kinds and lengths, and that all ranks ask for the same. @collective
    Assignment(
        const Network&          network,
        const Selection&        members,
        std::string             group,
        ValueKind               kind,
        std::vector<NamedValue> values
    );

    /// Evaluates the values of this rank's members, once each, and checks them. @collective
    void resolve();

    /// Hands the values over; must not fail but for memory. Without it, generators that values were
    /// drawn from end where they stood before. @local
    void commit(Step now);

private:
    using Columns = std::vector<std::pair<std::size_t, models::Column>>;  ///< place, values

    /// Values of one name for this rank's members of one part.
    struct Piece {
        std::size_t    part  = 0;
        std::size_t    place = 0;  ///< in the list of the part's model
        IndexRange     members;    ///< group indices
        models::Column values;     ///< [members.size()], or one if it is uniform
    };
    /// The first value, in the order of the call, that breaks a rule.
    struct Violation {
        std::uint64_t value  = 0;  ///< number in the call
        std::uint64_t index  = 0;  ///< of the member; `no_index` for a number given for all
        std::uint64_t count  = 0;  ///< of members, here
        double        number = 0;
        std::string   found{};
        std::string   required{};
    };

    std::vector<Asked>       asked() const;
    void                     check_names() const;
    void                     check_names_and_lengths();
    void                     take_as_sequence(NamedValue&) const;
    void                     check_kind(const PopulationRecord&, const NamedValue&) const;
    void                     check_length(const NamedValue&) const;
    random::Key              key_for(const std::string& name) const;
    void                     resolve_numbers(const NamedValue&, Piece&) const;
    static void              resolve_sequences(const NamedValue&, Piece&);
    std::optional<Violation> first_violation() const;
    void                     check_piece(std::uint64_t k, const Piece&, Violation&) const;
    void                     agree_on_violation(const std::optional<Violation>& mine) const;
    Columns                  merged(const PopulationRecord&);
    void                     commit_states(PopulationRecord&);

    const Network&                  network_;
    const Selection&                members_;
    std::string                     group_;
    ValueKind                       kind_;
    std::vector<NamedValue>         values_;
    std::vector<std::vector<Piece>> pieces_;      ///< [values][parts]
    GeneratorGuard                  generators_;  ///< that values are drawn from

    std::vector<std::pair<PopulationRecord*, Columns>> columns_;  ///< resolved, by population
};

}  // namespace ranvier::network
