/// @file
/// Everything a user program needs.
#pragma once

#include "ranvier/base/Error.hpp"
#include "ranvier/base/Quantity.hpp"
#include "ranvier/connectors/AllToAllConnector.hpp"
#include "ranvier/connectors/FixedProbabilityConnector.hpp"
#include "ranvier/connectors/FixedTotalNumberConnector.hpp"
#include "ranvier/connectors/OneToOneConnector.hpp"
#include "ranvier/engine/Simulation.hpp"
#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"
#include "ranvier/models/cells/SpikeSourceArray.hpp"
#include "ranvier/models/cells/SpikeSourcePoisson.hpp"
#include "ranvier/models/synapses/StaticSynapse.hpp"
#include "ranvier/network/Population.hpp"
#include "ranvier/network/Projection.hpp"
#include "ranvier/parallel/Environment.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/parameters/Sequence.hpp"
#include "ranvier/random/RandomDistribution.hpp"
