# What was found, in one look.
execute_process(
    COMMAND "${MPIEXEC_EXECUTABLE}" --version
    OUTPUT_VARIABLE mpi_version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "\n.*" "" mpi_version "${mpi_version}")
message(STATUS "Ranvier ${PROJECT_VERSION} (${CMAKE_BUILD_TYPE}) in ${PROJECT_BINARY_DIR}")
message(STATUS "  compiler   ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
message(STATUS "  MPI        ${MPI_CXX_VERSION}, ${mpi_version}")
message(STATUS "  HDF5       ${HDF5_VERSION}, parallel: ${HDF5_IS_PARALLEL}")
message(STATUS "  Boost      ${Boost_VERSION}")
message(STATUS "  tests ${RANVIER_BUILD_TESTS}, examples ${RANVIER_BUILD_EXAMPLES}, "
               "audit ${RANVIER_AUDIT}, native ${RANVIER_NATIVE}, sanitizers \"${RANVIER_SANITIZE}\"")
