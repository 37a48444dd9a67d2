#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vm/jit/jump_cache.h"

namespace vm::jit {

struct Site;

// How a run of compiled code ended, and where the guest stands then; the state is complete in memory.
struct NativeExit {
    enum class Kind : std::uint64_t {
        site,    // at an exit of the block: see Site
        budget,  // before the block at `pc`, for which the countdown did not suffice
        fault,   // an access to `value` failed; the guest stands before that instruction
        helper   // a helper asked for it
    };

    Kind kind = Kind::site;
    const Site* site = nullptr;  // none for Kind::budget
    std::uint64_t pc = 0;
    std::uint64_t value = 0;  // address of the access, or the value of a trap
    std::int64_t countdown = 0;
};

// General registers by host number, and the low halves of vector registers.
struct HostRegisters {
    std::array<std::uint64_t, 16> general{};
    std::array<std::uint64_t, 16> vector{};
};

struct NativeFrame;

// One run of compiled code, as whoever enters it sees it.
struct NativeRun {
    // Carries out, for compiled code, what it does not do itself. All registers are in `frame.saved`, and are
    // loaded from there afterwards. True where the run is over; then `exit` and the state are complete.
    using Serve = bool (*)(NativeFrame& frame, const Site& site);

    Serve serve = nullptr;
    void* owner = nullptr;             // whoever serves
    std::byte* state = nullptr;        // the guest's, at offset 0
    const JumpCache* jumps = nullptr;  // of the hart
    NativeExit exit;
};

// What lies on the host's stack while compiled code runs, the stack pointer at its first byte. Compiled code
// knows the offsets.
struct alignas(16) NativeFrame {
    static constexpr std::size_t kSpills = 96;

    std::array<std::uint64_t, kSpills> spills{};
    HostRegisters saved;
    NativeRun* run = nullptr;
    const JumpCache* jumps = nullptr;
};

}  // namespace vm::jit
