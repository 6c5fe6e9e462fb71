// expect: could not convert '.*falling'.* to 'ranvier::Param<.*<1, 0, 0, 0> >'
#include "ranvier/models/cells/IF_curr_exp.hpp"

const auto falling = [](std::size_t index) { return 1.0 / static_cast<double>(1 + index); };

const ranvier::IF_curr_exp cell{.v_rest = falling};
