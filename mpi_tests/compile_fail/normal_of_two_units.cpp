// expect: normal\(mu, sigma\): mu and sigma must have the same unit
#include "ranvier/random/RandomDistribution.hpp"

using namespace ranvier::literals;

const auto tau_m = ranvier::normal(20_ms, 2_mV);
