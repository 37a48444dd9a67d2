#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include <tl/expected.hpp>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/pmp.h"
#include "vm/guest/riscv/privilege.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {

// What the hart is part of. A user-mode program never leaves U and sees only the unprivileged registers; a
// machine starts in M and has M and U.
enum class HartKind : std::uint8_t { user_program, machine };

// The numbers of the registers in csr.inc.
enum class Csr : std::uint16_t {
#define CSR(number, name, kind, bits) name = number,
#include "vm/guest/riscv/csr.inc"
#undef CSR
};

// Interrupt inputs of a hart, numbered by their bits in mip (Priv. 3.1.9).
enum class InterruptLine : std::uint8_t { machine_software = 3, machine_timer = 7, machine_external = 11 };

// The control and status registers of one hart and the rules of trap entry and return (Priv. 3.1). The engine
// keeps `instret` current before it calls anything here: it is the number of instructions retired before the
// current one. Simplifications the manual allows: mstatus.FS is Off or Dirty, nothing between; misa is fixed;
// mcycle advances by one for each retired instruction; the programmable counters count nothing.
class CsrFile {
  public:
    // `clock` supplies the time CSR (ticks of the platform's timebase); it is called on each read.
    CsrFile(HartKind kind, std::uint64_t hart_id, std::function<std::uint64_t()> clock);

    // A CSR access by an instruction at the current privilege. The trap is an illegal instruction with value
    // 0; the engine fills in the instruction's bits.
    tl::expected<std::uint64_t, engine::Trap> read(std::uint16_t number) const;
    tl::expected<void, engine::Trap> write(std::uint16_t number, std::uint64_t value);

    // Enters the handler for a trap raised at pc; returns the handler's address. Machines only.
    std::uint64_t enter_trap(const engine::Trap& trap, std::uint64_t pc);
    // mret: returns the address to continue at, or the trap it raises itself.
    tl::expected<std::uint64_t, engine::Trap> mret();

    // Whether wfi may execute at this privilege: not in user programs, nor in U under mstatus.TW
    // (Priv. 3.1.6.5).
    bool wfi_allowed() const;

    // A device raises or lowers a line; mip shows it.
    void set_interrupt_line(InterruptLine line, bool raised);
    // The interrupt to take now, as the trap for enter_trap: the most urgent that is pending, enabled and not
    // held back by mstatus.MIE (Priv. 3.1.9).
    std::optional<engine::Trap> pending_interrupt() const;
    // Whether an enabled interrupt is pending, globally enabled or not: what ends wfi.
    bool interrupt_wakes() const;

    Privilege privilege() const { return privilege_; }
    // Privilege that loads and stores use: mstatus.MPP under MPRV, else privilege().
    Privilege data_privilege() const;
    bool float_enabled() const;

    // Decoded code depends on these bits (privilege, mstatus.FS on or off); below 8.
    unsigned code_context() const;
    // Advances when what an access at a given privilege may do has changed (PMP, later satp), not when the
    // privilege itself changes: decoded code from before is stale, and so is everything cached about pages.
    std::uint64_t protection_generation() const { return protection_generation_; }
    // Called after data_privilege() or protection_generation() may have changed; empty for none.
    void set_protection_listener(std::function<void()> listener) {
        protection_listener_ = std::move(listener);
    }

    const Pmp& pmp() const { return pmp_; }

    // Instructions retired since the hart began, never set back: minstret is this plus what the guest wrote.
    std::uint64_t instret = 0;
    std::uint8_t fflags = 0;  // accrued exceptions NV DZ OF UF NX in bits 4 to 0 (Unpriv. 20.2)
    std::uint8_t frm = 0;     // dynamic rounding mode, 5 to 7 are invalid
    bool waiting = false;     // wfi retired with nothing to wake it; whoever runs the hart clears it

  private:
    // A counter that may be stopped and written: instret plus `offset`, or `stopped_at`.
    struct Counter {
        std::uint64_t offset = 0;
        std::uint64_t stopped_at = 0;
        bool stopped = false;
    };

    std::uint64_t word(Csr csr) const { return words_[word_index(csr)]; }
    std::uint64_t& word(Csr csr) { return words_[word_index(csr)]; }
    static unsigned word_index(Csr csr);

    bool accessible(std::uint16_t number) const;
    bool counter_visible(std::uint16_t number) const;
    std::uint64_t read_special(Csr csr) const;
    void write_special(Csr csr, std::uint64_t value);
    std::uint64_t read_mstatus() const;
    void write_mstatus(std::uint64_t value);
    std::uint64_t read_counter(const Counter& counter) const;
    void write_counter(Counter& counter, std::uint64_t value);
    void stop_counter(Counter& counter, bool stop);
    void write_pmp(std::uint16_t number, std::uint64_t value);
    void set_privilege(Privilege privilege);
    void protection_changed();

    static constexpr unsigned kWords = 8;

    HartKind kind_;
    Privilege privilege_;
    std::uint64_t hart_id_;
    std::function<std::uint64_t()> clock_;
    std::uint64_t mstatus_ = 0;
    std::uint64_t interrupt_lines_ = 0;
    std::array<std::uint64_t, kWords> words_{};
    Counter mcycle_;
    Counter minstret_;
    Pmp pmp_;
    std::uint64_t protection_generation_ = 0;
    std::function<void()> protection_listener_;
};

}  // namespace vm::guest::riscv
