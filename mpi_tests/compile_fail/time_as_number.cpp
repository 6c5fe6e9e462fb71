// expect: cannot convert 'ranvier::Time'.* to 'double' in initialization
#include "ranvier/base/Quantity.hpp"

using namespace ranvier::literals;

double tau_m = 10.0_ms;
