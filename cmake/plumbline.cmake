# The three words every folder's CMakeLists.txt speaks: a library, a program, a test.
# A target links exactly the folders that it may see (docs/architecture.md has the table);
# `./dev tidy` checks the includes against the same table.

add_library(plumbline_options INTERFACE)
target_include_directories(plumbline_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(plumbline_options INTERFACE cxx_std_23)
target_compile_definitions(plumbline_options INTERFACE
  ASIO_STANDALONE ASIO_NO_DEPRECATED
  $<$<BOOL:${PLUMBLINE_DEFECTS}>:PLUMBLINE_DEFECTS=1>)
target_compile_options(plumbline_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  # GCC 12 is wrong about moved-from members of a std::variant once it inlines enough (GCC bug 105562).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # clang 19 finds GCC 12's own std::stable_sort deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${PLUMBLINE_WERROR}>:-Werror>)
find_package(Threads REQUIRED)
# gRPC and Protobuf ask for -pthread: with it everywhere one precompiled header serves all.
target_compile_options(plumbline_options INTERFACE -pthread)
target_link_libraries(plumbline_options INTERFACE Threads::Threads)

# One precompiled header of the standard library for all our targets.
function(plumbline_use_pch target kind)
  if(NOT PLUMBLINE_PCH)
    return()
  endif()
  if(NOT TARGET plumbline_pch_${kind})
    file(WRITE ${CMAKE_BINARY_DIR}/pch_${kind}.cc "")
    add_library(plumbline_pch_${kind} OBJECT ${CMAKE_BINARY_DIR}/pch_${kind}.cc)
    set_target_properties(plumbline_pch_${kind} PROPERTIES UNITY_BUILD OFF)
    target_link_libraries(plumbline_pch_${kind} PRIVATE plumbline_options)
    set(headers <algorithm> <chrono> <expected> <functional> <map> <memory> <optional> <set> <span>
        <sstream> <string> <string_view> <unordered_map> <variant> <vector>)
    if(kind STREQUAL "test")
      list(APPEND headers <gtest/gtest.h>)
      target_link_libraries(plumbline_pch_${kind} PRIVATE GTest::gtest)
    endif()
    target_precompile_headers(plumbline_pch_${kind} PRIVATE ${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM plumbline_pch_${kind})
endfunction()

# plumbline_library(NAME SOURCES a.cc ... LINKS other ...)
function(plumbline_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC plumbline_options ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  plumbline_use_pch(${name} code)
endfunction()

# plumbline_program(NAME SOURCES main.cc LINKS folder ...): lands in build/<preset>/bin/
function(plumbline_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE plumbline_options ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  plumbline_use_pch(${name} code)
endfunction()

if(PLUMBLINE_TESTS)
  add_custom_target(threaded_tests)  # those that the thread sanitizer can learn something from
endif()
# plumbline_test(NAME SOURCES x_test.cc ... LINKS folder ... [LABELS fast-threads|slow])
# Unlabelled tests are fast and need nothing but the build; every other kind carries a label.
# fast-threads: fast, and more than one thread runs in it. Most of Plumbline has one (Raft, the
# simulator, the models), and there the thread sanitizer would only take its time; cmake/tidy asks
# for the label.
function(plumbline_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  if(NOT PLUMBLINE_TESTS)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE plumbline_options ${arg_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  plumbline_use_pch(${name} test)
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  if(arg_LABELS MATCHES threads)
    add_dependencies(threaded_tests ${name})
  endif()
  if(NOT PLUMBLINE_SANITIZE)
    gtest_discover_tests(${name} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
    return()
  endif()
  # With a sanitizer it is the start of a process that costs most, so there is one for all cases of
  # a program; all is slower, and a time-out is only there for what hangs.
  math(EXPR arg_TIMEOUT "8 * ${arg_TIMEOUT}")
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()

if(PLUMBLINE_FUZZ)
  add_custom_target(fuzzers)  # all of them
endif()
# plumbline_fuzz(NAME SOURCES x_fuzz.cc LINKS folder): a libFuzzer target, clang only (preset `fuzz`).
function(plumbline_fuzz name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT PLUMBLINE_FUZZ)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE plumbline_options ${arg_LINKS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()
