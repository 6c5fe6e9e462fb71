// expect: no match for 'operator\+' \(operand types are 'ranvier::Voltage'.* and 'ranvier::Time'
#include "ranvier/base/Quantity.hpp"

using namespace ranvier::literals;

auto sum = 65.0_mV + 10.0_ms;
