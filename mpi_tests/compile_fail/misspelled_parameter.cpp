// expect: 'const ranvier::IF_curr_exp' has no non-static data member named 'tau_membrane'
#include "ranvier/models/cells/IF_curr_exp.hpp"

using namespace ranvier::literals;

const ranvier::IF_curr_exp cell{.tau_membrane = 10_ms};
