# Build type, options and compiler flags. Flags are properties of targets: those that a result
# depends on travel with ranvier::numerics to every user; the others stay in this project.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Kind of build: Release or Debug" FORCE)
endif()

option(RANVIER_BUILD_TESTS "Build the tests (needs GoogleTest and Eigen)" ${PROJECT_IS_TOP_LEVEL})
option(RANVIER_BUILD_EXAMPLES "Build the examples (needs CLI11)" ${PROJECT_IS_TOP_LEVEL})
option(RANVIER_WARNINGS_AS_ERRORS "Stop at the first warning" OFF)
option(RANVIER_AUDIT "Check everything, also what costs communication: do the ranks agree?" OFF)
option(RANVIER_NATIVE "Use all instructions of this machine; for measurements only" OFF)
set(RANVIER_SANITIZE "" CACHE STRING "Sanitizers, as after -fsanitize=, for example address,undefined")
set(RANVIER_TEST_TIMEOUT_FACTOR 1 CACHE STRING "Multiplies the time limit of every test")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)  # target all_verify_interface_header_sets

find_program(RANVIER_CCACHE ccache DOC "Compiler cache; used if present")
mark_as_advanced(RANVIER_CCACHE)
if(RANVIER_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${RANVIER_CCACHE}")
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(RANVIER_IS_X86 TRUE)
else()
    set(RANVIER_IS_X86 FALSE)
endif()

# The same bits everywhere: no fused multiply-add, which not every machine has. The other two
# change no value: nobody reads errno or the exception flags.
add_library(ranvier_numerics INTERFACE)
add_library(ranvier::numerics ALIAS ranvier_numerics)
set_target_properties(ranvier_numerics PROPERTIES EXPORT_NAME numerics)
target_compile_features(ranvier_numerics INTERFACE cxx_std_20)
target_compile_options(
    ranvier_numerics INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math -Wno-psabi)
target_compile_definitions(ranvier_numerics INTERFACE RANVIER_AUDIT=$<BOOL:${RANVIER_AUDIT}>)
if(RANVIER_SANITIZE)
    target_compile_options(
        ranvier_numerics
        INTERFACE $<BUILD_INTERFACE:-fsanitize=${RANVIER_SANITIZE}>
                  $<BUILD_INTERFACE:-fno-sanitize-recover=all>
                  $<BUILD_INTERFACE:-fno-omit-frame-pointer>)
    target_link_options(ranvier_numerics INTERFACE $<BUILD_INTERFACE:-fsanitize=${RANVIER_SANITIZE}>)
endif()
install(TARGETS ranvier_numerics EXPORT RanvierTargets)

set(ranvier_warnings
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wsuggest-override -Wnull-dereference -Wundef)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False reports of GCC 12 about library code that it has inlined: std::string's operator+ (GCC bug
    # 105651), moves of std::variant over std::function, fmt's buffers.
    list(APPEND ranvier_warnings -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow)
endif()

# ranvier_private_options(<target> [ISA baseline|avx2])
# Warnings and instruction set of the project's own sources. ISA fixes the set, whatever RANVIER_NATIVE says.
function(ranvier_private_options target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "ISA" "")
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:ranvier::numerics>)
    target_compile_options(${target} PRIVATE ${ranvier_warnings})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # The compiler need not tidy up its memory below 500 MB: a quarter less of its time.
        target_compile_options(${target} PRIVATE --param=ggc-min-heapsize=500000)
    endif()
    if(RANVIER_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    target_compile_definitions(${target} PRIVATE RANVIER_VERSION="${PROJECT_VERSION}")
    if(NOT RANVIER_IS_X86)
        return()
    endif()
    if(arg_ISA STREQUAL "avx2")
        # x86-64-v3 without its fused multiply-add.
        target_compile_options(${target} PRIVATE -march=x86-64-v3 -mno-fma)
        target_compile_definitions(${target} PRIVATE RANVIER_ISA_BUILD_AVX2=1)
    elseif(RANVIER_NATIVE AND NOT arg_ISA)
        target_compile_options(${target} PRIVATE -march=native)
    else()
        target_compile_options(${target} PRIVATE -march=x86-64-v2)
    endif()
endfunction()

# ranvier_light_options(<target>): tests and examples are compiled twice as fast with few optimisations
# and no debug information, and what takes long is in the library.
function(ranvier_light_options target)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1$<SEMICOLON>-g0>)
    if(RANVIER_SANITIZE)
        target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
    endif()
endfunction()
