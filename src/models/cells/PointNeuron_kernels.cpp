// Compiled once per instruction set: the kernels behind PointNeuron.
#include "ranvier/models/parts_kernel.hpp"

#include "ComposedNeuron.hpp"

namespace ranvier::models {

#if defined(RANVIER_ISA_BUILD_AVX2)
using ThisBuild = Avx2Build;
#else
using ThisBuild = BaselineBuild;
#endif

template <>
const KernelTable& library_kernels<LinearNeuron, ThisBuild>() {
    static constexpr KernelTable table = parts_kernel_table<LinearNeuron>();
    return table;
}
template <>
const KernelTable& library_kernels<ComposedNeuron<LIF>, ThisBuild>() {
    static constexpr KernelTable table = parts_kernel_table<ComposedNeuron<LIF>>();
    return table;
}
template <>
const KernelTable& library_kernels<ComposedNeuron<AdExp>, ThisBuild>() {
    // A step is a long chain of operations: two packs keep the processor busy.
    static constexpr KernelTable table =
        parts_kernel_table<ComposedNeuron<AdExp>, simd::PackPair<double>, simd::PackPair<float>>();
    return table;
}

}  // namespace ranvier::models
