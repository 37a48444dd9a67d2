#pragma once

#include <chrono>
#include <cstdint>

namespace vm::jit {

// What a compiler has done, and what its code has: of a code cache, of a hart that runs what is there, or
// summed.
struct Counts {
    std::uint64_t compiled = 0;
    std::uint64_t refused = 0;             // not worth it, too large, or there was no room
    std::uint64_t failed = 0;              // the backend could not, whole or in part
    std::uint64_t guest_instructions = 0;  // compiled, not run
    std::uint64_t host_bytes = 0;
    std::chrono::nanoseconds compile_time{};  // on the clock, of what was refused, too
    std::uint64_t retired = 0;                // in compiled code
    std::uint64_t runs = 0;                   // how often C++ entered it
    std::uint64_t links = 0;
    std::uint64_t unlinked = 0;  // exits that could be linked and were not yet, so that they came back to C++
    std::uint64_t jump_misses = 0;  // jumps that the jump cache did not know, so that they came back to C++
    std::uint64_t served = 0;
    std::uint64_t faults = 0;
    std::uint64_t found = 0;        // blocks that were compiled before, or for another hart
    std::uint64_t invalidated = 0;  // blocks whose bytes were overwritten
    std::uint64_t evicted = 0;      // blocks that made room

    Counts& operator+=(const Counts& other) {
        compiled += other.compiled;
        refused += other.refused;
        failed += other.failed;
        guest_instructions += other.guest_instructions;
        host_bytes += other.host_bytes;
        compile_time += other.compile_time;
        retired += other.retired;
        runs += other.runs;
        links += other.links;
        unlinked += other.unlinked;
        jump_misses += other.jump_misses;
        served += other.served;
        faults += other.faults;
        found += other.found;
        invalidated += other.invalidated;
        evicted += other.evicted;
        return *this;
    }
};

}  // namespace vm::jit
