# ranvier_public_headers(<target> <scope> <glob>...)
# Puts headers into the target's HEADERS file set: installed, and each compiled alone by the target
# all_verify_interface_header_sets.
function(ranvier_public_headers target scope)
    list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/")
    file(GLOB headers CONFIGURE_DEPENDS ${ARGN})
    target_sources(
        ${target} ${scope}
        FILE_SET HEADERS
        BASE_DIRS "${PROJECT_SOURCE_DIR}/include"
        FILES ${headers})
endfunction()

# ranvier_layer(<name> [SOURCES <file>...] [KERNELS <file>...] [USES <layer>...] [NEEDS <library>...])
# Creates ranvier_<name>, alias ranvier::<name>, from src/<name>/<file> and include/ranvier/<name>.
# KERNELS are compiled once per instruction set (ranvier_isa_sources). USES is linked publicly, NEEDS
# privately. Without sources the layer is an INTERFACE library. RANVIER_<name>_SCOPE is set to
# PUBLIC or INTERFACE, for further target_... calls.
function(ranvier_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;KERNELS;USES;NEEDS")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "ranvier_layer(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
    endif()
    set(target ranvier_${name})
    list(TRANSFORM arg_SOURCES PREPEND "${PROJECT_SOURCE_DIR}/src/${name}/")
    list(TRANSFORM arg_KERNELS PREPEND "${PROJECT_SOURCE_DIR}/src/${name}/")
    list(TRANSFORM arg_USES PREPEND "ranvier::")
    foreach(used IN LISTS arg_USES)
        if(NOT TARGET ${used})
            message(FATAL_ERROR "ranvier_layer(${name}): ${used} is not a layer below it")
        endif()
    endforeach()

    if(arg_SOURCES OR arg_KERNELS)
        set(scope PUBLIC)
        add_library(${target} STATIC ${arg_SOURCES})
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
        target_include_directories(
            ${target} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/generated")
        target_link_libraries(${target} PRIVATE ${arg_NEEDS})
        ranvier_private_options(${target})
    else()
        set(scope INTERFACE)
        add_library(${target} INTERFACE)
    endif()
    add_library(ranvier::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_link_libraries(${target} ${scope} ranvier::numerics ${arg_USES})
    ranvier_public_headers(
        ${target} ${scope} "include/ranvier/${name}/*.hpp" "include/ranvier/${name}/*/*.hpp")
    if(arg_KERNELS)
        ranvier_isa_sources(${target} FILES ${arg_KERNELS})
    endif()
    install(TARGETS ${target} EXPORT RanvierTargets FILE_SET HEADERS)
    set(RANVIER_${name}_SCOPE ${scope} PARENT_SCOPE)
endfunction()

# ranvier_isa_sources(<target> FILES <file>...)
# Compiles the files into the target once for the baseline instruction set and, on x86-64, once more
# for AVX2 with RANVIER_ISA_BUILD_AVX2=1. The files must not be listed as sources of the target too.
# What they define must differ by namespace, and they must share no inline function: the linker
# would take one build of it for all (scripts/check_isa.py looks at the objects).
function(ranvier_isa_sources target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FILES")
    set(sets baseline)
    if(RANVIER_IS_X86)
        list(APPEND sets avx2)
    endif()
    get_target_property(libraries ${target} LINK_LIBRARIES)
    foreach(isa IN LISTS sets)
        set(objects ${target}_${isa})
        if(NOT TARGET ${objects})
            add_library(${objects} OBJECT)
            target_include_directories(
                ${objects} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src"
                                   "${PROJECT_BINARY_DIR}/generated")
            target_link_libraries(${objects} PRIVATE ${libraries})
            ranvier_private_options(${objects} ISA ${isa})
            target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
            if(isa STREQUAL "avx2")
                set_property(GLOBAL APPEND PROPERTY RANVIER_AVX2_OBJECTS $<TARGET_OBJECTS:${objects}>)
            endif()
        endif()
        target_sources(${objects} PRIVATE ${arg_FILES})
    endforeach()
endfunction()

# ranvier_instances(<target> DIRECTORY <path under include/ranvier> [LIST <name>] [TEMPLATE <file>] [KERNELS])
# One-file extensions: the presence of <directory>/<Type>.hpp is the registration of ranvier::<Type>.
# LIST writes the header "<name>.hpp" (in the build tree, visible to the library and its tests) with
#     namespace ranvier { using <name> = std::tuple<Type...>; }
# TEMPLATE is configured once per type, with @type@ and @header@ replaced, into a source of the
# target; with KERNELS it is compiled once per instruction set. A file whose type has another name
# fails to compile there.
function(ranvier_instances target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "KERNELS" "DIRECTORY;LIST;TEMPLATE" "")
    file(GLOB headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/ranvier/${arg_DIRECTORY}/*.hpp")
    set(includes "")
    set(types "")
    foreach(path IN LISTS headers)
        get_filename_component(type "${path}" NAME_WE)
        set(header "ranvier/${arg_DIRECTORY}/${type}.hpp")
        string(APPEND includes "#include \"${header}\"\n")
        list(APPEND types ${type})
        if(arg_TEMPLATE)
            get_filename_component(stem "${arg_TEMPLATE}" NAME_WE)
            set(source "${PROJECT_BINARY_DIR}/generated/${arg_DIRECTORY}/${stem}_${type}.cpp")
            configure_file("${PROJECT_SOURCE_DIR}/${arg_TEMPLATE}" "${source}" @ONLY)
            if(arg_KERNELS)
                ranvier_isa_sources(${target} FILES "${source}")
            else()
                target_sources(${target} PRIVATE "${source}")
            endif()
        endif()
    endforeach()
    if(arg_LIST)
        list(JOIN types ", " types)
        file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/${arg_LIST}.hpp" @ONLY CONTENT [=[
// Generated from the names of the files in include/ranvier/@arg_DIRECTORY@. A type that is not
// found here has another name than its file.
#pragma once

#include <tuple>

@includes@
namespace ranvier {
using @arg_LIST@ = std::tuple<@types@>;
}  // namespace ranvier
]=])
    endif()
endfunction()
