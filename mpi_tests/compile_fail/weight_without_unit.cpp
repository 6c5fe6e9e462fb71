// expect: could not convert .* from 'double' to 'ranvier::Weight'
#include "ranvier/models/synapses/StaticSynapse.hpp"

const ranvier::StaticSynapse synapse{.weight = 1.5};
