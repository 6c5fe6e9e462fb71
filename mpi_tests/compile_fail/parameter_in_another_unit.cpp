// expect: could not convert .* from 'ranvier::Voltage'.* to 'ranvier::Param<.*<0, 1, 0, 0> >'
#include "ranvier/models/cells/IF_curr_exp.hpp"

using namespace ranvier::literals;

const ranvier::IF_curr_exp cell{.tau_m = 10_mV};
