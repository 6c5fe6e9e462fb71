// expect: narrowing conversion of .* from 'double' to 'int64_t'
#include "ranvier/random/NumpyRNG.hpp"

const ranvier::NumpyRNG rng{2.3};
