#pragma once

#include <cstdint>

#include "vm/guest/riscv/privilege.h"

namespace vm::guest::riscv {

// mstatus, and the view of it that is sstatus (Priv. 3.1.6, 12.1.1). Simplification the manual allows: FS is
// Off or Dirty, nothing between, so that the state is never saved too seldom and no instruction has to set
// it.
class Status {
  public:
    std::uint64_t read() const;
    void write(std::uint64_t value);
    std::uint64_t read_supervisor() const;
    void write_supervisor(std::uint64_t value);

    bool float_enabled() const;
    void enable_float();

    bool machine_interrupts() const;     // MIE
    bool supervisor_interrupts() const;  // SIE
    bool modifies_privilege() const;     // MPRV
    bool user_memory_access() const;     // SUM
    bool executable_readable() const;    // MXR
    bool traps_translation() const;      // TVM
    bool traps_wait() const;             // TW
    bool traps_return() const;           // TSR
    Privilege machine_previous() const;  // MPP

    // The stack of one that a trap pushes on and a return pops off, for traps to M and to S. A return answers
    // the privilege to go on in.
    void enter_machine(Privilege from);
    void enter_supervisor(Privilege from);
    Privilege leave_machine();
    Privilege leave_supervisor();

  private:
    std::uint64_t bits_ = 0;
};

}  // namespace vm::guest::riscv
