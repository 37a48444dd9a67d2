#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "vm/engine/native_tier.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/guest/riscv/user_memory.h"

namespace vm::native {

// What came of running compiled blocks beside the interpreter.
struct Audit {
    std::uint64_t blocks = 0;        // executions of compiled blocks that were compared
    std::uint64_t instructions = 0;  // in them
    // Executions that were interpreted instead: they meet a device, whose answer cannot be had twice, or code
    // that was overwritten.
    std::uint64_t passed_over = 0;
    std::optional<std::string> difference;  // the first, which ends it: a report of many lines

    // One line.
    std::string summary() const;
};

// The cause of a trap that is none: the engines differ, see Audit::difference. Nobody goes on from there.
inline constexpr std::uint64_t kDifference = ~std::uint64_t{2};
inline constexpr const char* kDifferenceMessage = "the audit ends the run: the engines differ";

// Runs each block that `tier` has compiled twice: by an interpreter of its own, whose writes to memory it
// undoes, and as compiled. Blocks lead to no others by themselves meanwhile. An interpreter over the same
// hart and memory has it instead of the tier; all of them outlive it. Memory has no other writers between two
// entries of a block: one hart or thread. Bits A and D of page tables are set by whichever engine comes
// first.
std::unique_ptr<engine::NativeTier> audited(guest::riscv::Hart& hart, guest::riscv::UserMemory& memory,
                                            engine::NativeTier& tier, Audit& audit);
std::unique_ptr<engine::NativeTier> audited(guest::riscv::Hart& hart, guest::riscv::SystemMemory& memory,
                                            engine::NativeTier& tier, Audit& audit);

}  // namespace vm::native
