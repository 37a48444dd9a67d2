# Clang reads the headers that take it longest once for all sources instead of once for each, in half the time (a test of
# harness/cli: 1.1 s instead of 4.4 s). GCC 12 gains nothing by it (5.3 s instead of 5.9 s optimised, slower as often
# as not), so its builds go without and show that each source includes what it uses.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    function(use_precompiled_headers)
    endfunction()
    return()
endif()

file(WRITE ${CMAKE_BINARY_DIR}/precompiled_headers.cpp "")
add_library(precompiled_headers OBJECT ${CMAKE_BINARY_DIR}/precompiled_headers.cpp)
target_link_libraries(precompiled_headers PRIVATE project_options GTest::gmock nlohmann_json::nlohmann_json)
# A time in it would be new with every build, and with it all that the compiler cache knows.
target_compile_options(precompiled_headers PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
target_precompile_headers(precompiled_headers PRIVATE
    <algorithm> <chrono> <filesystem> <fstream> <functional> <map> <optional> <random> <string> <vector>
    <fmt/format.h> <fmt/ranges.h> <tl/expected.hpp> <nlohmann/json.hpp> <gmock/gmock.h> <gtest/gtest.h>)

# use_precompiled_headers(TARGET): its sources are compiled with the options of every other target, or Clang refuses.
function(use_precompiled_headers target)
    target_precompile_headers(${target} REUSE_FROM precompiled_headers)
endfunction()
