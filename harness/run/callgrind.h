#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/model/instructions.h"
#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// Valgrind's path, by PATH.
Result<std::string> find_valgrind();

struct CallgrindStart {
    std::string valgrind;  // see find_valgrind
    std::string program;
    std::string case_id;
    std::int64_t iterations = 1;  // of a slice
    // Of the start and of each slice. What takes a second by itself takes about a minute under callgrind.
    std::chrono::nanoseconds time_limit = std::chrono::minutes(2);
};

// Counts the instructions of one case of a suite program that has worker mode, and of the programs it starts,
// in valgrind's callgrind. Two processes are counted: each runs one iteration to set itself up, then
// the one a slice, the other one of twice the iterations; their difference is the iterations' alone.
// Addresses are not randomised where the system lets us choose, and of the environment only what programs
// need to be found and to start is passed on, so that counts repeat (Valgrind manual, "Callgrind: a
// call-graph generating cache and branch prediction profiler").
//
// Errors besides the worker's own (harness/run/worker.h): the program has instructions that valgrind does not
// know, AVX-512 say; they are too few to tell from what a process prints; it started copies of itself without
// exec, whose counts cannot be told from its own; or a process ended without leaving its counts.
Result<model::Instructions> count_instructions(const CallgrindStart& what, Interrupts& interrupts);

}  // namespace harness::run
