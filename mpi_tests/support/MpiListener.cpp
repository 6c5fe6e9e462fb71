#include "support/MpiListener.hpp"

#include <cstdio>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace ranvier::test {

namespace {

std::vector<std::function<void()>>& pending_actions() {
    static std::vector<std::function<void()>> actions;
    return actions;
}

void run_pending_actions() {
    for (const auto& action : pending_actions())
        action();
    pending_actions().clear();
}

}  // namespace

void after_this_test(std::function<void()> action) {
    pending_actions().push_back(std::move(action));
}

MpiListener::MpiListener(std::chrono::duration<double> patience) : patience_(patience) {
    MPI_Comm_dup(MPI_COMM_WORLD, &comm_);
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
}

MpiListener::~MpiListener() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized == 0) MPI_Comm_free(&comm_);
}

void MpiListener::OnTestEnd(const testing::TestInfo& test) {
    const std::string failures = packed(*test.result());
    meet(test, failures);
    run_pending_actions();

    const bool failed_here = test.result()->Failed();
    if (!any(failed_here)) return;
    const std::vector<std::string> all = gather_on_root(failures);
    for (std::size_t rank = 1; rank < all.size(); ++rank)
        for (const Failure& failure : unpacked(all[rank]))
            ADD_FAILURE_AT(failure.file.c_str(), failure.line)
                << "on rank " << rank << " of " << size_ << ": " << failure.message;
    if (rank_ != 0 && !failed_here) ADD_FAILURE() << "failed on another rank";
}

bool MpiListener::any(bool here) const {
    int failed = here ? 1 : 0;
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, comm_);
    return failed != 0;
}

void MpiListener::meet(const testing::TestInfo& test, const std::string& failures) const {
    using Clock = std::chrono::steady_clock;

    MPI_Request request = MPI_REQUEST_NULL;
    int         arrived = 0;
    MPI_Ibarrier(comm_, &request);
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    const auto begin = Clock::now();
    while (arrived == 0) {
        if (!failures.empty() && Clock::now() - begin > patience_) {
            std::string text = fmt::format(
                "{}.{}: rank {} of {} failed and left the others waiting in the test\n",
                test.test_suite_name(),
                test.name(),
                rank_,
                size_
            );
            for (const Failure& failure : unpacked(failures))
                text += fmt::format("{}:{}: {}\n", failure.file, failure.line, failure.message);
            std::fputs(text.c_str(), stderr);
            std::fflush(stderr);
            MPI_Abort(comm_, 1);
        }
        std::this_thread::sleep_for(std::chrono::microseconds{50});
        MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    }
}

std::vector<std::string> MpiListener::gather_on_root(const std::string& text) const {
    const int        size = static_cast<int>(text.size());
    std::vector<int> sizes(static_cast<std::size_t>(size_));
    MPI_Gather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, comm_);

    std::vector<int> offsets(sizes.size() + 1);
    for (std::size_t rank = 0; rank < sizes.size(); ++rank)
        offsets[rank + 1] = offsets[rank] + sizes[rank];
    std::string all(static_cast<std::size_t>(offsets.back()), '\0');
    MPI_Gatherv(
        text.data(), size, MPI_CHAR, all.data(), sizes.data(), offsets.data(), MPI_CHAR, 0, comm_
    );
    if (rank_ != 0) return {};

    std::vector<std::string> texts;
    for (std::size_t rank = 0; rank < sizes.size(); ++rank)
        texts.push_back(all.substr(
            static_cast<std::size_t>(offsets[rank]), static_cast<std::size_t>(sizes[rank])
        ));
    return texts;
}

/// Failures as file, line and message, each ended by a zero byte.
std::string MpiListener::packed(const testing::TestResult& result) {
    std::string text;
    for (int i = 0; i < result.total_part_count(); ++i) {
        const testing::TestPartResult& part = result.GetTestPartResult(i);
        if (!part.failed()) continue;
        text += part.file_name() == nullptr ? "unknown file" : part.file_name();
        text += '\0';
        text += fmt::format("{}", part.line_number());
        text += '\0';
        text += part.message();
        text += '\0';
    }
    return text;
}

std::vector<MpiListener::Failure> MpiListener::unpacked(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\0', begin);
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    std::vector<Failure> failures;
    for (std::size_t i = 0; i + 2 < parts.size(); i += 3)
        failures.push_back({parts[i], std::stoi(parts[i + 1]), parts[i + 2]});
    return failures;
}

}  // namespace ranvier::test
