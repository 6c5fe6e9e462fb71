/// @file
/// Elementary and special functions with the same bits on every machine.
///
/// The C library's exp, log, pow and cos depend on the processor; these do not. They are generic in
/// V = double, float, simd::Pack<double>, simd::Pack<float>: every lane and the scalar perform the
/// same IEEE operations in the same order, with selections instead of branches and without fused
/// multiply-add (compile with `-ffp-contract=off`). So results agree bit for bit between a scalar
/// and a lane and between instruction sets.
///
///     math::exp math::expm1 math::log math::log1p math::pow
///     math::sin math::cos math::atan math::acos
///     math::sqrt math::inverse_normal_cdf math::lgamma
#pragma once

#include "ranvier/base/math_exponential.hpp"    // IWYU pragma: export
#include "ranvier/base/math_power.hpp"          // IWYU pragma: export
#include "ranvier/base/math_special.hpp"        // IWYU pragma: export
#include "ranvier/base/math_trigonometric.hpp"  // IWYU pragma: export
