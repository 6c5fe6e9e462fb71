// expect: could not convert '1.0e\+1' from 'double' to 'ranvier::Param<.*<0, 1, 0, 0> >'
#include "ranvier/models/cells/IF_curr_exp.hpp"

const ranvier::IF_curr_exp cell{.tau_m = 10.0};
