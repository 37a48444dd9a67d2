#pragma once

#include <cstdint>

#include "suites/jit/guest.h"

namespace suites::jit {

// Small programs that no C compiler makes: jumps of a known kind, and code that overwrites itself.

// A ring of blocks that each count and jump to the next one. call(rounds) goes around so often and returns
// how many blocks ran.
struct JumpRing {
    enum class Jump : std::uint8_t { direct, computed };

    static constexpr std::uint64_t kBlocks = 16;
    // Blocks this far apart share an entry of any table that looks at the lower bits of their addresses.
    static constexpr std::uint64_t kFar = std::uint64_t{1} << 20;
    static constexpr std::uint64_t kNear = 64;

    JumpRing(Guest& guest, Jump jump, std::uint64_t distance);
    std::uint64_t call(std::uint64_t rounds) const;

    Guest& guest;
};

// A function that returns a number, which its caller changes before each call: a store, a fence.i, a call.
// call(rounds) returns the sum of 1, 2 and so on; at most kMostRounds.
struct PatchedCode {
    static constexpr std::uint64_t kMostRounds = 1000;

    explicit PatchedCode(Guest& guest);
    std::uint64_t call(std::uint64_t rounds) const;

    Guest& guest;
};

// A block that counts in a0 and jumps so far from its second instruction, 64 bytes on or back to its start;
// and what it is for a compiler.
struct CountingBlock {
    static constexpr std::int64_t kOn = 64;
    static constexpr std::int64_t kBack = -4;

    CountingBlock(Guest& guest, std::int64_t distance);

    vm::engine::NativeRequest request;
    std::uint64_t next;  // where it leads
};

}  // namespace suites::jit
