#pragma once

#include "vm/ir/compute.h"
#include "vm/jit/native_block.h"
#include "vm/jit/native_frame.h"

namespace vm::jit {

// Operands of a site's node. Before materialise(): they may lie in slots.
ir::OperandBits read_operands(const NativeFrame& frame, const Site& site);
// Where the node's value is expected.
void write_result(NativeFrame& frame, const Site& site, std::uint64_t bits);

// Computes a node that neither leaves nor touches memory or state. Exceptions of floating point accrue in the
// host's MXCSR, which is the guest's: whoever serves sees to it that C++ adds nothing there (GuestMxcsr).
void serve_value(NativeFrame& frame, const Site& site);

// Keeps the guest's MXCSR while C++ runs.
class GuestMxcsr {
  public:
    GuestMxcsr() : bits_(__builtin_ia32_stmxcsr()) {}
    ~GuestMxcsr() { __builtin_ia32_ldmxcsr(bits_); }
    GuestMxcsr(const GuestMxcsr&) = delete;
    GuestMxcsr& operator=(const GuestMxcsr&) = delete;

    ir::Rounding rounding() const;
    // Flags as the guest has them.
    void raise(std::uint8_t flags);

  private:
    unsigned bits_;
};

// Says that the run ends at a site, where its frame shows the guest; the state is complete.
void end_run(NativeFrame& frame, const Site& site, NativeExit::Kind kind, std::uint64_t value);

}  // namespace vm::jit
