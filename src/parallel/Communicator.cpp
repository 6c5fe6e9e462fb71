#include "ranvier/parallel/Communicator.hpp"

#include <algorithm>
#include <climits>
#include <numeric>
#include <utility>

#include <mpi.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/native.hpp"

#include "BrokenCommunication.hpp"
#include "CommunicatorImpl.hpp"
#include <fmt/format.h>

namespace ranvier {

struct NativeAccess {
    static MPI_Comm of(const Communicator& c) { return c ? c.impl_->comm : MPI_COMM_NULL; }
};

namespace {

/// Largest piece of a message in bytes; MPI counts with int.
constexpr std::size_t piece_bytes = std::size_t{1} << 30;

/// Tag of the messages that replace a collective call whose counts do not fit into int.
constexpr int tag_large = 17;

std::byte* bytes(void* data) {
    return static_cast<std::byte*>(data);
}
const std::byte* bytes(const void* data) {
    return static_cast<const std::byte*>(data);
}

/// A contiguous MPI type of a number of bytes, so that counts and displacements are items.
class ItemType {
public:
    explicit ItemType(std::size_t num_bytes) {
        check_mpi(
            MPI_Type_contiguous(static_cast<int>(num_bytes), MPI_BYTE, &type_),
            "MPI_Type_contiguous"
        );
        check_mpi(MPI_Type_commit(&type_), "MPI_Type_commit");
    }
    ~ItemType() { MPI_Type_free(&type_); }
    ItemType(const ItemType&)            = delete;
    ItemType& operator=(const ItemType&) = delete;

    MPI_Datatype get() const { return type_; }

private:
    MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

std::vector<int> as_ints(std::span<const std::size_t> values) {
    std::vector<int> ints(values.size());
    std::ranges::transform(values, ints.begin(), [](std::size_t v) { return static_cast<int>(v); });
    return ints;
}

std::vector<std::size_t> counts_of(std::span<const std::size_t> offsets) {
    std::vector<std::size_t> counts(offsets.size() - 1);
    for (std::size_t r = 0; r < counts.size(); ++r)
        counts[r] = offsets[r + 1] - offsets[r];
    return counts;
}

template <class T>
MPI_Datatype type_of() {
    if constexpr (std::same_as<T, double>) return MPI_DOUBLE;
    if constexpr (std::same_as<T, std::int64_t>) return MPI_INT64_T;
    return MPI_UINT64_T;
}

template <class T>
void reduce_in_place(MPI_Comm comm, std::span<T> values, MPI_Op op) {
    check_mpi(
        MPI_Allreduce(
            MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), type_of<T>(), op, comm
        ),
        "MPI_Allreduce"
    );
}

/// Calls piece(offset, length) for the pieces of a long message.
template <class Piece>
void for_each_piece(std::size_t num_bytes, Piece&& piece) {
    for (std::size_t done = 0; done < num_bytes; done += piece_bytes)
        piece(done, static_cast<int>(std::min(piece_bytes, num_bytes - done)));
}

/// All-to-all with messages between pairs, each in pieces, for blocks of any length.
void exchange_large(
    MPI_Comm                     comm,
    const std::byte*             sent,
    std::span<const std::size_t> send_offsets,
    std::byte*                   received,
    std::span<const std::size_t> receive_offsets,
    std::size_t                  item_bytes
) {
    std::vector<MPI_Request> requests;
    const auto               ranks = send_offsets.size() - 1;
    for (std::size_t r = 0; r < ranks; ++r) {
        const auto from = receive_offsets[r] * item_bytes;
        for_each_piece(receive_offsets[r + 1] * item_bytes - from, [&](std::size_t at, int length) {
            check_mpi(
                MPI_Irecv(
                    received + from + at,
                    length,
                    MPI_BYTE,
                    static_cast<int>(r),
                    tag_large,
                    comm,
                    &requests.emplace_back()
                ),
                "MPI_Irecv"
            );
        });
    }
    for (std::size_t r = 0; r < ranks; ++r) {
        const auto from = send_offsets[r] * item_bytes;
        for_each_piece(send_offsets[r + 1] * item_bytes - from, [&](std::size_t at, int length) {
            check_mpi(
                MPI_Isend(
                    sent + from + at,
                    length,
                    MPI_BYTE,
                    static_cast<int>(r),
                    tag_large,
                    comm,
                    &requests.emplace_back()
                ),
                "MPI_Isend"
            );
        });
    }
    check_mpi(
        MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE),
        "MPI_Waitall"
    );
}

/// What a sum over `size` ranks with the same values is.
template <class T>
void multiply(std::span<T> values, int size) {
    const auto factor = static_cast<std::uint64_t>(size);
    for (T& value : values)
        value = static_cast<T>(static_cast<std::uint64_t>(value) * factor);  // wraps as a sum does
}

/// A block once per rank.
void repeat(std::span<const std::byte> block, std::byte* all, int size) {
    for (int r = 0; r < size; ++r)
        std::copy_n(block.data(), block.size(), all + static_cast<std::size_t>(r) * block.size());
}

}  // namespace

void check_mpi(int result, const char* call) {
    if (result == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = {};
    int  length                     = 0;
    MPI_Error_string(result, text, &length);
    throw parallel::BrokenCommunication(fmt::format("{}: {}.", call, text));
}

MPI_Comm native(const Communicator& comm) {
    if (comm && comm.is_stand_in()) {
        throw CommunicationError(fmt::format(
            "Communicator: this process stands for rank {} of {}; results cannot be written and "
            "files cannot be shared. Run on all ranks, or without output.",
            comm.rank(),
            comm.size()
        ));
    }
    return NativeAccess::of(comm);
}

Communicator::Impl::Impl(MPI_Comm c, bool is_owned, std::uint64_t number)
    : comm(c),
      owned(is_owned),
      id(number) {
    check_mpi(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check_mpi(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(comm, &size), "MPI_Comm_size");
}

Communicator::Impl::Impl(int rank_, int size_) : alone(true), rank(rank_), size(size_) {}

Communicator::Impl::~Impl() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (owned && finalized == 0) MPI_Comm_free(&comm);
}

Communicator::Communicator() {
    int up   = 0;
    int down = 0;
    MPI_Initialized(&up);
    MPI_Finalized(&down);
    if (up == 0 || down != 0) {
        throw CommunicationError(
            "Communicator: MPI is not running. Construct an Environment first, and keep it."
        );
    }
    impl_ = std::make_shared<const Impl>(MPI_COMM_WORLD, false, 0);
}

Communicator::Communicator(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Communicator Communicator::standing_for(int rank, int size) {
    if (rank < 0 || rank >= size) {
        throw ParameterError(
            fmt::format(
                "Communicator: a rank to stand for must be one of 0 to {}, got {} of {} ranks.",
                size - 1,
                rank,
                size
            ),
            {.parameter = "rank"}
        );
    }
    return Communicator(std::make_shared<const Impl>(rank, size));
}

bool Communicator::is_stand_in() const {
    return impl_->alone;
}

Communicator Communicator::split(int color, int key) const {
    if (impl_->alone) return color < 0 ? Communicator(std::shared_ptr<const Impl>{}) : *this;
    const parallel::Waiting waiting{*this, "MPI_Comm_split"};
    const std::uint64_t     id =
        hash_of(impl_->id, impl_->num_calls, static_cast<std::uint64_t>(color));
    MPI_Comm  part    = MPI_COMM_NULL;
    const int mpi_col = color < 0 ? MPI_UNDEFINED : color;
    check_mpi(MPI_Comm_split(impl_->comm, mpi_col, key, &part), "MPI_Comm_split");
    if (part == MPI_COMM_NULL) return Communicator(std::shared_ptr<const Impl>{});
    return Communicator(std::make_shared<const Impl>(part, true, id));
}

int Communicator::rank() const {
    return impl_->rank;
}
int Communicator::size() const {
    return impl_->size;
}

void Communicator::barrier() const {
    if (impl_->alone) return;
    const parallel::Waiting waiting{*this, "MPI_Barrier"};
    check_mpi(MPI_Barrier(impl_->comm), "MPI_Barrier");
}

void Communicator::all_reduce(std::span<std::int64_t> values, Operation operation) const {
    if (impl_->alone) {
        if (operation == Operation::sum) multiply(values, size());
        return;
    }
    const parallel::Waiting waiting{*this, "MPI_Allreduce"};
    constexpr MPI_Op        ops[] = {MPI_SUM, MPI_MIN, MPI_MAX};
    reduce_in_place(impl_->comm, values, ops[static_cast<int>(operation)]);
}
void Communicator::all_reduce(std::span<std::uint64_t> values, Operation operation) const {
    if (impl_->alone) {
        if (operation == Operation::sum) multiply(values, size());
        return;
    }
    const parallel::Waiting waiting{*this, "MPI_Allreduce"};
    constexpr MPI_Op        ops[] = {MPI_SUM, MPI_MIN, MPI_MAX};
    reduce_in_place(impl_->comm, values, ops[static_cast<int>(operation)]);
}
void Communicator::all_reduce(std::span<double> values, Operation operation) const {
    if (impl_->alone) return;
    const parallel::Waiting waiting{*this, "MPI_Allreduce"};
    reduce_in_place(impl_->comm, values, operation == Operation::min ? MPI_MIN : MPI_MAX);
}

void Communicator::sum(std::span<std::uint64_t> values) const {
    all_reduce(values, Operation::sum);
}
void Communicator::sum(std::span<std::int64_t> values) const {
    all_reduce(values, Operation::sum);
}
void Communicator::max(std::span<std::uint64_t> values) const {
    all_reduce(values, Operation::max);
}
void Communicator::max(std::span<std::int64_t> values) const {
    all_reduce(values, Operation::max);
}
void Communicator::max(std::span<double> values) const {
    all_reduce(values, Operation::max);
}

std::uint64_t Communicator::exclusive_sum(std::uint64_t value) const {
    exclusive_sum(std::span{&value, 1});
    return value;
}

void Communicator::exclusive_sum(std::span<std::uint64_t> values) const {
    if (impl_->alone) {
        multiply(values, rank());
        return;
    }
    const parallel::Waiting waiting{*this, "MPI_Exscan"};
    const auto              count = static_cast<int>(values.size());
    check_mpi(
        MPI_Exscan(MPI_IN_PLACE, values.data(), count, MPI_UINT64_T, MPI_SUM, impl_->comm),
        "MPI_Exscan"
    );
    if (is_root()) std::ranges::fill(values, 0);  // MPI leaves it as it was there
}

void Communicator::broadcast_bytes(void* data, std::size_t num_bytes, int from) const {
    if (impl_->alone) return;
    const parallel::Waiting waiting{*this, "MPI_Bcast"};
    for_each_piece(num_bytes, [&](std::size_t at, int length) {
        check_mpi(MPI_Bcast(bytes(data) + at, length, MPI_BYTE, from, impl_->comm), "MPI_Bcast");
    });
}

void Communicator::all_gather_bytes(const void* mine, void* all, std::size_t num_bytes) const {
    if (impl_->alone) {
        repeat({bytes(mine), num_bytes}, bytes(all), size());
        return;
    }
    const parallel::Waiting waiting{*this, "MPI_Allgather"};
    const ItemType          item{num_bytes};
    check_mpi(MPI_Allgather(mine, 1, item.get(), all, 1, item.get(), impl_->comm), "MPI_Allgather");
}

void Communicator::all_gather_bytes(
    const void* mine, void* all, std::span<const std::size_t> offsets, std::size_t item_bytes
) const {
    const auto me = static_cast<std::size_t>(rank());
    if (impl_->alone) {
        repeat({bytes(mine), (offsets[me + 1] - offsets[me]) * item_bytes}, bytes(all), size());
        return;
    }
    if (offsets.back() <= INT_MAX) {
        const parallel::Waiting waiting{*this, "MPI_Allgatherv"};
        const ItemType          item{item_bytes};
        const auto              counts = as_ints(counts_of(offsets));
        const auto              at     = as_ints(offsets.first(counts.size()));
        check_mpi(
            MPI_Allgatherv(
                mine, counts[me], item.get(), all, counts.data(), at.data(), item.get(), impl_->comm
            ),
            "MPI_Allgatherv"
        );
        return;
    }
    std::copy_n(
        bytes(mine),
        (offsets[me + 1] - offsets[me]) * item_bytes,
        bytes(all) + offsets[me] * item_bytes
    );
    for (int r = 0; r < size(); ++r) {
        const auto first = offsets[static_cast<std::size_t>(r)] * item_bytes;
        const auto last  = offsets[static_cast<std::size_t>(r) + 1] * item_bytes;
        broadcast_bytes(bytes(all) + first, last - first, r);
    }
}

std::vector<std::size_t> Communicator::offsets_from(std::span<const std::size_t> counts) {
    std::vector<std::size_t> offsets(counts.size() + 1, 0);
    std::partial_sum(counts.begin(), counts.end(), offsets.begin() + 1);
    return offsets;
}

std::vector<std::size_t> Communicator::offsets_of(std::size_t count) const {
    return offsets_from(all_gather(count));
}

std::vector<std::size_t> Communicator::exchanged_offsets(std::span<const std::size_t> counts
) const {
    static_assert(sizeof(std::size_t) == sizeof(std::uint64_t));
    std::vector<std::size_t> received(counts.size());
    if (impl_->alone) {
        std::ranges::fill(received, counts[static_cast<std::size_t>(rank())]);
        return offsets_from(received);
    }
    const parallel::Waiting waiting{*this, "MPI_Alltoall"};
    check_mpi(
        MPI_Alltoall(counts.data(), 1, MPI_UINT64_T, received.data(), 1, MPI_UINT64_T, impl_->comm),
        "MPI_Alltoall"
    );
    return offsets_from(received);
}

void Communicator::all_to_all_bytes(
    const void*                  sent,
    std::span<const std::size_t> counts,
    void*                        received,
    std::span<const std::size_t> offsets,
    std::size_t                  item_bytes
) const {
    const auto send_offsets = offsets_from(counts);
    if (impl_->alone) {
        const auto me = static_cast<std::size_t>(rank());
        repeat(
            {bytes(sent) + send_offsets[me] * item_bytes, counts[me] * item_bytes},
            bytes(received),
            size()
        );
        return;
    }
    // Which way it goes must be decided by all ranks together.
    if (max(std::max(send_offsets.back(), offsets.back())) > INT_MAX) {
        const parallel::Waiting waiting{*this, "MPI_Waitall"};
        exchange_large(
            impl_->comm, bytes(sent), send_offsets, bytes(received), offsets, item_bytes
        );
        return;
    }
    const parallel::Waiting waiting{*this, "MPI_Alltoallv"};
    const ItemType          item{item_bytes};
    const auto              ranks = counts.size();
    check_mpi(
        MPI_Alltoallv(
            sent,
            as_ints(counts).data(),
            as_ints(std::span{send_offsets}.first(ranks)).data(),
            item.get(),
            received,
            as_ints(counts_of(offsets)).data(),
            as_ints(offsets.first(ranks)).data(),
            item.get(),
            impl_->comm
        ),
        "MPI_Alltoallv"
    );
}

}  // namespace ranvier
