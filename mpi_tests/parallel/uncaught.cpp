// A program that ends by an exception, for run_uncaught.py.
//
//     uncaught all       all ranks throw the same
//     uncaught one R     rank R throws, the others wait for it
//     uncaught others    all ranks but root throw, root waits
//     uncaught agreed    one rank fails inside `collectively`
//     uncaught foreign   all ranks throw something that is no std::exception
//     uncaught unwound   rank 0 throws through the Environment into a handler
//     uncaught none      nothing is thrown
#include <cstdlib>
#include <string>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/Environment.hpp"
#include "ranvier/parallel/collective.hpp"

namespace {

void run(const ranvier::Communicator& comm, const std::string& how, int rank) {
    const ranvier::ParameterError error{"tau_m must be > 0 ms, got -20 ms."};
    if (how == "all") throw error;
    if (how == "one" && comm.rank() == rank) throw error;
    if (how == "others" && !comm.is_root()) throw error;
    if (how == "foreign") throw 3;
    if (how == "unwound" && comm.is_root()) throw error;
    if (how == "agreed") {
        ranvier::collectively(comm, [&] {
            if (comm.rank() == comm.size() - 1) throw error;
        });
    }
    comm.barrier();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string how  = argc > 1 ? argv[1] : "none";
    const int         rank = argc > 2 ? std::atoi(argv[2]) : 0;
    if (how == "unwound") {
        try {
            ranvier::Environment env{argc, argv};
            run(env.world(), how, rank);
        } catch (const ranvier::Error&) {
            return 3;
        }
        return 0;
    }
    ranvier::Environment env{argc, argv};
    run(env.world(), how, rank);
    env.root() << "done\n";
}
