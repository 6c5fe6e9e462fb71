// expect: conversion from 'double' to non-scalar type 'ranvier::Time'.* requested
#include "ranvier/base/Quantity.hpp"

ranvier::Time tau_m = 10.0;
