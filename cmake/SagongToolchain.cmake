# SPDX-License-Identifier: Apache-2.0
# Answers: with which flags is everything built? One warning set, one hardening set, three ways to build (CMakePresets.json).
option(SAGONG_LTO "Link-time optimisation" OFF)
option(SAGONG_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(SAGONG_SYNTAX_ONLY "Check every source, write no objects" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-DNDEBUG")  # optimisation is part of sagong_hardening

find_program(SAGONG_CCACHE ccache)
if(SAGONG_CCACHE AND NOT SAGONG_SYNTAX_ONLY)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SAGONG_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${SAGONG_CCACHE}")
endif()

add_library(sagong_warnings INTERFACE)
target_compile_options(sagong_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wimplicit-fallthrough -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wtrampolines -Wbidi-chars=any>
  # libstdc++ 12's own stable_sort and inplace_merge use what it deprecates, and clang 19 says so at our call; g++ checks ours.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  # Instrumented code looks uninitialised to g++ where it is not (std::regex); the release build still asks.
  $<$<BOOL:${SAGONG_SANITIZE}>:-Wno-maybe-uninitialized>)

# The OpenSSF compiler hardening guide's set for production binaries.
add_library(sagong_hardening INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(sagong_hardening INTERFACE
    -O2 -Werror=format-security -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -fstack-clash-protection -fstack-protector-strong -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
    -ftrivial-auto-var-init=zero
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},aarch64>:-mbranch-protection=standard>)
  target_link_options(sagong_hardening INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--as-needed)
endif()

if(SAGONG_SANITIZE)
  add_compile_options(-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=address,undefined)
endif()

# Libraries carry both code and what the link-time optimiser reads: programs are linked with it, tests without, which is much quicker.
add_library(sagong_lto_library INTERFACE)
add_library(sagong_lto_program INTERFACE)
if(SAGONG_LTO)
  target_compile_options(sagong_lto_library INTERFACE -flto=auto -ffat-lto-objects)
  target_compile_options(sagong_lto_program INTERFACE -flto=auto)
  target_link_options(sagong_lto_program INTERFACE -flto=auto)
endif()

if(SAGONG_SYNTAX_ONLY)
  set(CMAKE_CXX_COMPILE_OBJECT "<CMAKE_CXX_COMPILER> <DEFINES> <INCLUDES> <FLAGS> -fsyntax-only <SOURCE> && touch <OBJECT>")
  set(CMAKE_C_COMPILE_OBJECT "<CMAKE_C_COMPILER> <DEFINES> <INCLUDES> <FLAGS> -fsyntax-only <SOURCE> && touch <OBJECT>")
  set(CMAKE_CXX_ARCHIVE_CREATE "touch <TARGET>")
  set(CMAKE_CXX_ARCHIVE_FINISH "true")
  set(CMAKE_CXX_LINK_EXECUTABLE "touch <TARGET>")
endif()
