// expect: no match for 'operator\+'
#include "ranvier/parameters/Param.hpp"

using namespace ranvier;

const auto        rising = by_index([](std::size_t i) { return static_cast<double>(i) * 1_mV; });
const Param<Time> tau    = 2 * uniform(10_ms, 15_ms) + rising;
