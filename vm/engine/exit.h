#pragma once

#include <cstdint>

#include "vm/engine/trap.h"

namespace vm::engine {

// Why an engine stopped running guest code.
enum class ExitReason : std::uint8_t {
    budget,   // as many instructions as asked for have retired
    trap,     // the instruction at the pc raised `trap`; it has not retired and changed nothing
    pending,  // someone asked for attention through CpuContext::pending
};

// The guest's state is exact at every exit: registers, pc and retired count are those of the instruction
// boundary.
struct Exit {
    ExitReason reason;
    Trap trap{};
};

}  // namespace vm::engine
