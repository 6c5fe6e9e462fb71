#include "objects.hpp"

#include <new>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/exception.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>

#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/native.hpp"

#include "BrokenCommunication.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

/// Calls a function of Boost.MPI; its failures become ours.
template <class Call>
auto with_boost(const Communicator& comm, Call&& call) {
    const parallel::Waiting waiting{comm, "a collective call on objects"};
    try {
        return call(boost::mpi::communicator(native(comm), boost::mpi::comm_attach));
    } catch (const boost::mpi::exception& failure) {
        throw parallel::BrokenCommunication(fmt::format("{}.", failure.what()));
    }
}

}  // namespace

std::string Communicator::broadcast(std::string_view text, int from) const {
    std::string copy{text};
    if (is_stand_in()) return copy;
    with_boost(*this, [&](const auto& boost_comm) {
        boost::mpi::broadcast(boost_comm, copy, from);
    });
    return copy;
}

std::vector<std::string> Communicator::all_gather(const std::string& text) const {
    if (is_stand_in()) return std::vector<std::string>(static_cast<std::size_t>(size()), text);
    std::vector<std::string> all;
    with_boost(*this, [&](const auto& boost_comm) {
        boost::mpi::all_gather(boost_comm, text, all);
    });
    return all;
}

std::vector<Table> Communicator::all_gather(const Table& table) const {
    if (is_stand_in()) return std::vector<Table>(static_cast<std::size_t>(size()), table);
    std::vector<Table> all;
    with_boost(*this, [&](const auto& boost_comm) {
        boost::mpi::all_gather(boost_comm, table, all);
    });
    return all;
}

namespace parallel {

ErrorRecord record_of(const std::exception_ptr& exception) {
    ErrorRecord record;
    record.kind = static_cast<int>(Error::Kind::run);
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        record.kind      = static_cast<int>(error.kind());
        record.text      = error.what();
        record.label     = error.facts().label;
        record.parameter = error.facts().parameter;
        record.has_index = error.facts().index.has_value();
        record.index     = error.facts().index.value_or(0);
    } catch (const std::bad_alloc& failure) {
        record.text = fmt::format("Not enough memory ({}).", failure.what());
    } catch (const std::exception& failure) {
        record.text = failure.what();
    } catch (...) {
        record.text = "An exception of unknown type was thrown.";
    }
    return record;
}

void throw_record(const ErrorRecord& record) {
    ErrorFacts facts{.label = record.label, .parameter = record.parameter, .index = {}};
    if (record.has_index) facts.index = record.index;
    throw_error(static_cast<Error::Kind>(record.kind), record.text, std::move(facts));
}

ErrorRecord broadcast_record(const Communicator& comm, const ErrorRecord& record, int from) {
    ErrorRecord copy = record;
    if (comm.is_stand_in()) return copy;
    with_boost(comm, [&](const auto& boost_comm) {
        boost::mpi::broadcast(boost_comm, copy, from);
    });
    return copy;
}

}  // namespace parallel

}  // namespace ranvier
