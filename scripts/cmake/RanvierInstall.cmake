# find_package(Ranvier REQUIRED) for programs outside this project.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/Ranvier")
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/RanvierConfig.cmake.in" "${PROJECT_BINARY_DIR}/RanvierConfig.cmake"
    INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/RanvierConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
    FILES "${PROJECT_BINARY_DIR}/RanvierConfig.cmake"
          "${PROJECT_BINARY_DIR}/RanvierConfigVersion.cmake"
          "${CMAKE_CURRENT_LIST_DIR}/RanvierDependencies.cmake"
    DESTINATION "${package_folder}")
install(EXPORT RanvierTargets NAMESPACE Ranvier:: DESTINATION "${package_folder}")
