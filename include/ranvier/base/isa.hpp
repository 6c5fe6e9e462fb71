/// @file
/// Which of the instruction sets the library was compiled for is used; results do not depend on it.
///
/// Files named `*_kernels.cpp` are compiled once for each set. Each object exports a table of
/// functions; the caller takes the table of `active_isa()`.
#pragma once

#include <string_view>

namespace ranvier {

/// Instruction sets with objects of their own: x86-64-v2 and x86-64-v3.
enum class Isa { baseline, avx2 };

/// The set in use: the best one this processor has, or the one that the environment variable
/// RANVIER_ISA names ("baseline" or "avx2"), read at the first call.
///
/// @local
/// @throws ParameterError if RANVIER_ISA names no set, or one the processor lacks.
Isa active_isa();

/// What RANVIER_ISA means: the set of that name, or the best one for an empty text.
///
/// @local
/// @throws ParameterError as active_isa()
Isa isa_named(std::string_view name);

/// Chooses the set from now on, for tests and measurements.
///
/// @local
/// @throws ParameterError if the processor lacks it.
void use_isa(Isa isa);

/// Whether this processor can run code for the set.
///
/// @local
bool is_supported(Isa isa);

/// "baseline" or "avx2".
std::string_view name_of(Isa isa);

}  // namespace ranvier
