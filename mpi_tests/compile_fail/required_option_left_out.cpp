// expect: use of deleted function 'ranvier::Required<T>::Required\(\) \[with T = double\]'
#include "ranvier/connectors/FixedProbabilityConnector.hpp"

const ranvier::FixedProbabilityConnector connector{};
