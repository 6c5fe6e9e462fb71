/// @file
/// Makes the ranks of a test program fail together.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <mpi.h>

namespace ranvier::test {

/// Merges the results of all ranks at the end of each test: a test that failed on one rank fails on
/// all; root, the only rank that prints, repeats the failures of the others with their rank.
///
/// If this rank's test has failed and the others do not arrive, because the failure took this rank
/// past a collective call in which they wait, the failure is printed and the job is ended.
///
/// The listener must be appended last: results end in reverse order, so that the printer sees what
/// is added here.
class MpiListener : public testing::EmptyTestEventListener {
public:
    /// How long a rank with a failure waits for the others.
    explicit MpiListener(std::chrono::duration<double> patience);
    ~MpiListener() override;

    MpiListener(const MpiListener&)            = delete;
    MpiListener& operator=(const MpiListener&) = delete;

    /// @collective
    void OnTestEnd(const testing::TestInfo& test) override;

    /// Whether any rank passes true. @collective
    bool any(bool here) const;

private:
    struct Failure {
        std::string file;
        int         line = 0;
        std::string message;
    };

    void                     meet(const testing::TestInfo& test, const std::string& failures) const;
    std::vector<std::string> gather_on_root(const std::string& text) const;
    static std::string       packed(const testing::TestResult& result);
    static std::vector<Failure> unpacked(const std::string& text);

    std::chrono::duration<double> patience_;
    MPI_Comm                      comm_ = MPI_COMM_NULL;  // of our own: no test can mix with it
    int                           rank_ = 0;
    int                           size_ = 1;
};

/// Runs `action` on this rank after the current test, once all ranks have left it.
void after_this_test(std::function<void()> action);

}  // namespace ranvier::test
