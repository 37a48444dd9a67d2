#pragma once

#include <concepts>
#include <string_view>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace suites::common {

// The compiler must have this scalar in a register here and forgets what it knew about it: loops around it
// are neither merged into vector instructions nor computed ahead. Costs no instruction.
template <std::integral T>
inline void scalar_barrier(T& value) {
    asm volatile("" : "+r"(value));
}

// Fails the case by name unless the result is the known one. Call it after the timed loop.
template <class T>
bool expect_equal(benchmark::State& state, std::string_view what, const T& computed, const T& known) {
    if (computed == known) {
        return true;
    }
    state.SkipWithError(fmt::format("{} is {}, not {}", what, computed, known).c_str());
    return false;
}

}  // namespace suites::common
