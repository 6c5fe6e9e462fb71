# ranvier_example(<name> [MAIN <file>] [SOURCES <file>...])
# Builds examples/<name>/main.cpp, or the file given, and further files of the folder, into
# <build tree>/examples/<name>.
# All examples are listed in examples/CMakeLists.txt: with a CMakeLists.txt of its own, an example
# would have a folder in the build tree where its executable file belongs.
function(ranvier_example name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "MAIN" "SOURCES")
    if(NOT arg_MAIN)
        set(arg_MAIN ${name}/main.cpp)
    endif()
    list(TRANSFORM arg_SOURCES PREPEND "${name}/")
    add_executable(${name} ${arg_MAIN} ${arg_SOURCES})
    ranvier_private_options(${name})
    ranvier_light_options(${name})
    target_link_libraries(${name} PRIVATE ranvier_examples_common)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_precompile_headers(${name} REUSE_FROM ranvier_examples_common)
endfunction()

# ranvier_benchmark(<name> [USES <layer>...])
# Builds examples/benchmarks/<name>.cpp with Google Benchmark, where that is installed, into
# <build tree>/examples/benchmarks_<name>; scripts/bench runs it.
function(ranvier_benchmark name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES")
    if(NOT benchmark_FOUND)
        return()
    endif()
    add_executable(benchmarks_${name} benchmarks/${name}.cpp)
    ranvier_private_options(benchmarks_${name})
    list(TRANSFORM arg_USES PREPEND "ranvier::")
    if(NOT arg_USES)
        set(arg_USES Ranvier::ranvier)
    endif()
    target_link_libraries(
        benchmarks_${name} PRIVATE ${arg_USES} benchmark::benchmark)
endfunction()
