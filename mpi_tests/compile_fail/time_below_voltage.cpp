// expect: no match for 'operator<' \(operand types are 'ranvier::Time'.* and 'ranvier::Voltage'
#include "ranvier/base/Quantity.hpp"

using namespace ranvier::literals;

bool smaller = 10.0_ms < 50.0_mV;
