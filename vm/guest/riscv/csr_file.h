#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include <tl/expected.hpp>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {

enum class Privilege : std::uint8_t { user = 0, supervisor = 1, machine = 3 };

// What the hart is part of. A user-mode program never leaves U and sees only the unprivileged registers; a machine
// starts in M and has M and U.
enum class HartKind : std::uint8_t { user_program, machine };

// The control and status registers of one hart and the rules of trap entry and return (Priv. 3.1). The engine keeps
// `instret` current before it calls anything here.
class CsrFile {
  public:
    // `clock` supplies the time CSR (ticks of the platform's timebase); it is called on each read.
    CsrFile(HartKind kind, std::uint64_t hart_id, std::function<std::uint64_t()> clock);

    // A CSR access by an instruction at the current privilege. The trap is an illegal instruction with value 0;
    // the engine fills in the instruction's bits.
    tl::expected<std::uint64_t, engine::Trap> read(std::uint16_t number) const;
    tl::expected<void, engine::Trap> write(std::uint16_t number, std::uint64_t value);

    // Enters the handler for a trap raised at pc; returns the handler's address.
    std::uint64_t enter_trap(const engine::Trap& trap, std::uint64_t pc);
    // mret: returns the address to continue at, or the trap it raises itself.
    tl::expected<std::uint64_t, engine::Trap> mret();

    Privilege privilege() const { return privilege_; }
    // Privilege that loads and stores use: mstatus.MPP under MPRV, else privilege().
    Privilege data_privilege() const;
    bool float_enabled() const;

    // Decoded code depends on these bits (privilege, mstatus.FS on or off); below 8.
    unsigned code_context() const;
    // Advances when address translation or protection may have changed (PMP, mstatus.MPRV/MPP, later satp).
    std::uint64_t protection_generation() const { return protection_generation_; }

    std::uint64_t instret = 0;  // instructions retired, writable as minstret
    std::uint8_t fflags = 0;    // accrued exceptions NV DZ OF UF NX in bits 4 to 0 (Unpriv. 20.2)
    std::uint8_t frm = 0;       // dynamic rounding mode, 5 to 7 are invalid

  private:
    Privilege privilege_;
    std::uint64_t protection_generation_ = 0;
};

}  // namespace vm::guest::riscv
