# SPDX-License-Identifier: Apache-2.0
# Answers: how is a library, a program or a test of this project declared?

# sagong_library(NAME): a static library with the house's warnings, hardening and include root (the repository).
function(sagong_library name)
  add_library(${name} STATIC)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC sagong_hardening PRIVATE sagong_warnings sagong_lto_library)
endfunction()

# sagong_program(NAME): an executable; LTO applies at its link. The target `programs` is all of them, without tests.
function(sagong_program name)
  add_executable(${name})
  if(NOT TARGET programs)
    add_custom_target(programs)
  endif()
  add_dependencies(programs ${name})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE sagong_hardening sagong_warnings sagong_lto_program)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set_target_properties(${name} PROPERTIES LINK_FLAGS_RELEASE "-s")
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# Where tests find their files and programs. They run in the repository's root, so that objects are the same in every
# clone and a compiler cache knows them.
file(RELATIVE_PATH sagong_binary_dir "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}")
add_library(sagong_paths INTERFACE)
target_compile_definitions(sagong_paths INTERFACE SAGONG_SOURCE_DIR="." SAGONG_BINARY_DIR="${sagong_binary_dir}")

# sagong_test(NAME SOURCES … LIBRARIES … [LABEL …]): one GoogleTest program; every TEST becomes a ctest test.
# Its label: unit (default) or facts, both also run under sanitizers. One only: gtest_discover_tests takes no list.
function(sagong_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} GTest::gtest_main GTest::gmock sagong_warnings)
  if(SAGONG_LTO)
    target_link_options(${name} PRIVATE -fno-lto)
  endif()
  target_link_libraries(${name} PRIVATE sagong_paths)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  set_property(GLOBAL APPEND PROPERTY SAGONG_UNIT_TESTS ${name})
  if(NOT SAGONG_SYNTAX_ONLY)
    include(GoogleTest)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
      PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120)
  endif()
endfunction()
