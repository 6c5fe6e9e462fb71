// expect: conversion from 'Quantity<1,0,[^']*>' to non-scalar type 'Quantity<0,1,[^']*>' requested
#include "ranvier/base/Quantity.hpp"

using namespace ranvier::literals;

ranvier::Time tau_m = 10.0_mV;
