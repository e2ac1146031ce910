# SPDX-License-Identifier: Apache-2.0
# What a preset may choose, and the settings that all targets share.
option(WEIR_TESTS "Build the tests, fuzz targets and benchmarks" ON)
option(WEIR_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
option(WEIR_WERROR "Warnings are errors: for those who change weir, not for those who build it" OFF)
set(WEIR_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")
set(WEIR_ARCH "x86-64-v3" CACHE STRING "Target CPU, as -march takes it; empty: the compiler's own default")

if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(WEIR_ARCH "")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
