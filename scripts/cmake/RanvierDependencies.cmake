# What Ranvier stands on. Used by this project and, installed, by find_package(Ranvier): the targets
# of the package name these libraries. All headers are SYSTEM headers, nothing is downloaded.

enable_language(C)  # FindHDF5 asks the C compiler

# MPI before HDF5, which would otherwise look for an MPI of its own. Open MPI's retired C++ interface
# does not survive our warnings and is left out.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS C CXX)

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
    message(FATAL_ERROR
        "Ranvier needs HDF5 built for MPI, found ${HDF5_VERSION} without it in ${HDF5_INCLUDE_DIRS}. "
        "Install libhdf5-openmpi-dev, or set HDF5_ROOT to a parallel HDF5.")
endif()

find_package(Boost 1.74 REQUIRED COMPONENTS mpi serialization)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)

find_path(RANDOM123_INCLUDE_DIR Random123/philox.h DOC "Folder that contains Random123/philox.h")
mark_as_advanced(RANDOM123_INCLUDE_DIR)
if(NOT RANDOM123_INCLUDE_DIR)
    message(FATAL_ERROR
        "Ranvier needs Random123/philox.h. Install librandom123-dev, or set RANDOM123_INCLUDE_DIR.")
endif()
if(NOT TARGET Ranvier::Random123)
    add_library(Ranvier::Random123 INTERFACE IMPORTED)
    set_target_properties(
        Ranvier::Random123 PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${RANDOM123_INCLUDE_DIR}")
endif()
