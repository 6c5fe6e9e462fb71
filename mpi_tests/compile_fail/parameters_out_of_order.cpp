// expect: designator order for field 'ranvier::IF_curr_exp::cm' does not match declaration order
#include "ranvier/models/cells/IF_curr_exp.hpp"

using namespace ranvier::literals;

const ranvier::IF_curr_exp cell{.tau_m = 10_ms, .cm = 1_nF};
