// expect: could not convert .* from 'ranvier::Time'.* to 'ranvier::Weight'
#include "ranvier/models/synapses/StaticSynapse.hpp"

using namespace ranvier::literals;

const ranvier::StaticSynapse synapse{.weight = 1.5_ms};
