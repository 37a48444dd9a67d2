#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "vm/ir/block.h"

namespace vm::guest::riscv {

// What lifted code depends on besides its bytes and its address: a block is good only while this holds.
struct LiftContext {
    // mstatus.FS is not off. Where it is, floating point is illegal, which the interpreter says.
    bool float_enabled = true;
    // frm is one of the first four modes. Where it is not, what rounds as frm says is the interpreter's.
    bool rounds_on_host = true;
    // LR, SC and AMOs are calls of LiftHelper. Where not, they are the interpreter's.
    bool atomics_by_helper = false;
    // What loads and stores may meet: devices in a machine.
    ir::Reach reach = ir::Reach::memory;

    friend bool operator==(const LiftContext&, const LiftContext&) = default;
};

// What becomes of a conditional branch: the last instruction of its block, or a side exit of a trace that
// goes on where it is not taken. One that leads back to the trace's own start, as those of loops do, goes on
// there, a few times round, and ends the trace then: the way on is the side exit.
enum class Branches : std::uint8_t { end_block, side_exit };

struct LiftRequest {
    std::uint64_t pc = 0;
    // The instructions from pc on, to the end of what was fetched; no instruction is read beyond. Others may
    // write them meanwhile.
    std::span<const std::byte> bytes;
    std::uint32_t max_instructions = 64;  // not zero
    Branches branches = Branches::end_block;
    LiftContext context;
};

struct Lifted {
    // Complete where the block ends. At 0 it does nothing but leave for the interpreter.
    std::uint32_t instructions = 0;
    // How many bytes from pc on the block was made of; with an instruction that it leaves to the engine, if
    // one ends it.
    std::uint32_t bytes = 0;
};

// Makes `block` anew of the instructions from request.pc on, up to one that jumps, one that the interpreter
// must carry out, or the limit that comes first. The block verifies whatever the bytes are. Its slots are
// those of hart_slots.h, its calls those of lift_helpers.h.
//
// It ends with a jump to where the guest goes on; or before an instruction, with Leave::interpret,
// Leave::environment_call or a trap for ebreak. Nothing in it depends on privilege.
Lifted lift(ir::Block& block, const LiftRequest& request);

}  // namespace vm::guest::riscv
