// expect: 'ranvier::RandomDistribution<.*> >' to 'ranvier::Param<ranvier::Quantity<0, 1, 0, 0> >'
#include "ranvier/models/cells/IF_curr_exp.hpp"

using namespace ranvier::literals;

const ranvier::IF_curr_exp cell{.tau_m = ranvier::uniform(10_mV, 15_mV)};
