# ranvier_precompile(<target> <header>...): the test framework and these headers are compiled once, not
# in every source. Headers stand alone all the same: all_verify_interface_header_sets compiles each by
# itself. What the headers instantiate is instantiated again in every source, so that few are better.
function(ranvier_precompile target)
    string(MAKE_C_IDENTIFIER "ranvier_test_headers ${ARGN}" headers)
    if(NOT TARGET ${headers})
        set(source "${PROJECT_BINARY_DIR}/generated/${headers}.cpp")
        file(CONFIGURE OUTPUT "${source}" CONTENT "// Only its precompiled headers are wanted.\n")
        add_library(${headers} OBJECT "${source}")
        ranvier_private_options(${headers})
        ranvier_light_options(${headers})
        set_target_properties(${headers} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
        target_link_libraries(${headers} PRIVATE ranvier_test_support ranvier::ranvier)
        list(TRANSFORM ARGN REPLACE "(.+)" "<\\1>" OUTPUT_VARIABLE in_brackets)
        target_precompile_headers(${headers} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${in_brackets})
    endif()
    # All as the compiler does by itself: what was compiled for a library does not serve a program.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

# ranvier_add_test(<layer>/<Name> [RANKS <n>...] [TIMEOUT <s>] [COST <s>] [LABELS <label>...] [USES <layer>...])
# Adds mpi_tests/<layer>/<Name>_test.cpp to the layer's test program and, for each number of ranks
# (default 1 2 3), the test <layer>/<Name>@<ranks> to CTest. It runs the tests written in this file.
# A test may use its own layer and those below; USES adds others. Above the layers, and from models
# up, tests are built with all of ranvier. TIMEOUT (default 30) is in seconds and is enforced by mpirun, so that
# nothing is left behind; COST orders the tests before CTest has measured them.
function(ranvier_add_test path)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;COST" "RANKS;LABELS;USES")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ranvier_add_test(${path}): what is ${arg_UNPARSED_ARGUMENTS}?")
    endif()
    if(NOT arg_RANKS)
        set(arg_RANKS 1 2 3)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 30)
    endif()
    string(REGEX REPLACE "/.*" "" layer "${path}")
    set(program test_${layer})

    if(NOT TARGET ${program})
        add_executable(${program})
        ranvier_private_options(${program})
        ranvier_light_options(${program})
        target_include_directories(
            ${program} PRIVATE "${PROJECT_SOURCE_DIR}/mpi_tests" "${PROJECT_SOURCE_DIR}/src"
                               "${PROJECT_BINARY_DIR}/generated")
        target_link_libraries(${program} PRIVATE ranvier_test_support Eigen3::Eigen HDF5::HDF5)
        if(TARGET ranvier::${layer} AND NOT layer MATCHES "^(models|network|engine|io)$")
            target_link_libraries(${program} PRIVATE ranvier::${layer})
        else()
            target_link_libraries(${program} PRIVATE ranvier::ranvier)
            if(layer STREQUAL "models")
                ranvier_precompile(${program} ranvier/models/CellModel.hpp ranvier/models/make_neurons.hpp)
            else()
                ranvier_precompile(${program} ranvier/ranvier.hpp)
            endif()
        endif()
    endif()
    list(TRANSFORM arg_USES PREPEND "ranvier::")
    target_link_libraries(${program} PRIVATE ${arg_USES})
    target_sources(${program} PRIVATE "${PROJECT_SOURCE_DIR}/mpi_tests/${path}_test.cpp")

    foreach(ranks IN LISTS arg_RANKS)
        add_test(NAME ${path}@${ranks}
                 COMMAND "${PROJECT_SOURCE_DIR}/scripts/mpirun" -n ${ranks}
                         $<TARGET_FILE:${program}> --file=${path}_test.cpp)
        ranvier_test_properties(
            ${path}@${ranks} RANKS ${ranks} TIMEOUT ${arg_TIMEOUT} LABELS ${layer} ${arg_LABELS})
        if(arg_COST)
            set_tests_properties(${path}@${ranks} PROPERTIES COST ${arg_COST})
        endif()
    endforeach()
endfunction()

# ranvier_test_properties(<test> [RANKS <n>] [TIMEOUT <s>] [LABELS <label>...])
function(ranvier_test_properties test)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "RANKS;TIMEOUT" "LABELS")
    if(NOT arg_RANKS)
        set(arg_RANKS 1)
    endif()
    cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
    math(EXPR seconds "${arg_TIMEOUT} * ${RANVIER_TEST_TIMEOUT_FACTOR}")
    if(cores LESS 2)
        math(EXPR seconds "2 * ${seconds}")
    endif()
    math(EXPR grace "${seconds} + 10")
    set(sanitizers "${PROJECT_SOURCE_DIR}/scripts/sanitizers")
    set_tests_properties(${test} PROPERTIES
        LABELS "${arg_LABELS}"
        PROCESSORS ${arg_RANKS}
        TIMEOUT ${grace}
        ENVIRONMENT
            "MPIRUN=${MPIEXEC_EXECUTABLE};MPIEXEC_TIMEOUT=${seconds};LSAN_OPTIONS=suppressions=${sanitizers}/lsan.supp:print_suppressions=0;UBSAN_OPTIONS=print_stacktrace=1:suppressions=${sanitizers}/ubsan.supp")
endfunction()

# ranvier_add_compile_fail(<name>...): mpi_tests/compile_fail/<name>.cpp must not compile, and the
# compiler's first error must match the regular expression in its first line.
function(ranvier_add_compile_fail)
    foreach(name IN LISTS ARGN)
        set(folder "${PROJECT_SOURCE_DIR}/mpi_tests/compile_fail")
        add_test(NAME compile_fail/${name}
                 COMMAND "${Python3_EXECUTABLE}" "${folder}/run.py" "${folder}/${name}.cpp"
                         "${CMAKE_CXX_COMPILER}" -std=c++20 "-I${PROJECT_SOURCE_DIR}/include")
        ranvier_test_properties(compile_fail/${name} TIMEOUT 60 LABELS compile_fail)
    endforeach()
endfunction()
