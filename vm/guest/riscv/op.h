#pragma once

#include <cstdint>

#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

template <class Memory>
class Core;

// One pre-decoded instruction of a block: what to do, bound to the function that does it.
//
// Accounting: entering a block takes all its instructions off the countdown at once; whoever leaves it early
// gives back `unretired` (and one more when the instruction itself did not retire). So straight-line code
// counts nothing.
template <class Memory>
struct Op : Insn {
    // Carries out op and continues with its successor until something ends the run.
    using Handler = void (*)(Hart* hart, Op* op, std::int64_t countdown, Memory* memory, Core<Memory>* core);

    Handler handler = nullptr;
    std::uint64_t pc = 0;
    Op* link = nullptr;              // first op of the block a taken direct branch leads to, once it is known
    std::uint16_t unretired = 0;     // instructions of the block after this one
    std::uint16_t block_length = 0;  // of a block's first op: instructions in the block
    std::uint32_t page = 0;          // CodeSpace::page, where addresses may come to lead to other code

    // Where a compiler may come in, each block begins with an op that is no instruction: it counts entries,
    // and later leads to compiled code. It goes nowhere else, so those share its members.
    std::uint16_t& cold_entries() { return unretired; }
    const void* native() const { return link; }
    void set_native(const void* entry) { link = static_cast<Op*>(const_cast<void*>(entry)); }
};

}  // namespace vm::guest::riscv
