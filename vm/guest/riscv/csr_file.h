#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include <tl/expected.hpp>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/interrupt_file.h"
#include "vm/guest/riscv/pmp.h"
#include "vm/guest/riscv/privilege.h"
#include "vm/guest/riscv/retired_counter.h"
#include "vm/guest/riscv/status.h"
#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {

// What the hart is part of. A user-mode program never leaves U and sees only the unprivileged registers; a
// machine starts in M and has M, S and U.
enum class HartKind : std::uint8_t { user_program, machine };

// The numbers of the registers in csr.inc.
enum class Csr : std::uint16_t {
#define CSR(number, name, kind, bits) name = number,
#include "vm/guest/riscv/csr.inc"
#undef CSR
};

// How many of them are plain words.
inline constexpr std::size_t kCsrWords = [] {
    enum class Kind : std::uint8_t { absent, constant, word, special };
    std::size_t words = 0;
#define CSR(number, name, kind, bits) words += Kind::kind == Kind::word ? 1 : 0;
#include "vm/guest/riscv/csr.inc"
#undef CSR
    return words;
}();

// The control and status registers of one hart and the rules of trap entry and return (Priv. 3.1, 12.1). The
// engine keeps `instret` current before it calls anything here: it is the number of instructions retired
// before the current one. Simplifications the manual allows: misa is fixed; the programmable counters count
// nothing; ASIDs have 11 bits.
class CsrFile {
  public:
    // `clock` supplies the time CSR (ticks of the platform's timebase); it is called on each read.
    CsrFile(HartKind kind, std::uint64_t hart_id, std::function<std::uint64_t()> clock);

    // A CSR access by an instruction at the current privilege. The trap is an illegal instruction with value
    // 0; the engine fills in the instruction's bits.
    tl::expected<std::uint64_t, engine::Trap> read(std::uint16_t number) const;
    // `affected`: the bits that a set or clear names; a plain write has them all.
    tl::expected<void, engine::Trap> write(std::uint16_t number, std::uint64_t value,
                                           std::uint64_t affected = ~std::uint64_t{0});
    // What a set or clear of a register that was just read starts from: what was read but for mip.
    // (Priv. 3.1.9)
    std::uint64_t value_for_update(std::uint16_t number, std::uint64_t read) const;

    // What a debugger reads and writes, whatever the privilege: nothing and false for a register that does
    // not exist or, for writes, is read-only. No instruction retires behind such a write.
    std::optional<std::uint64_t> inspect(std::uint16_t number) const;
    bool change(std::uint16_t number, std::uint64_t value);
    void change_privilege(Privilege privilege) { set_privilege(privilege); }

    // Enters the handler for a trap raised at pc, in M or where it is delegated to S; returns the handler's
    // address. Machines only.
    std::uint64_t enter_trap(const engine::Trap& trap, std::uint64_t pc);
    // mret and sret: the address to continue at, or the trap they raise themselves.
    tl::expected<std::uint64_t, engine::Trap> mret();
    tl::expected<std::uint64_t, engine::Trap> sret();

    // Whether wfi may execute at this privilege: not in user programs, nor below M under mstatus.TW
    // (Priv. 3.1.6.5).
    bool wfi_allowed() const;
    // Whether sfence.vma and sinval.vma may: not in U, nor in S under mstatus.TVM. (3.1.6.5)
    bool translation_fence_allowed() const;

    // A device raises or lowers a line; mip shows it. Answers whether that changed the line. From any thread,
    // once the hart stays where it is.
    bool set_interrupt_line(Interrupt interrupt, bool raised);
    // The interrupt to take now, as the trap for enter_trap: the most urgent that is pending, enabled and not
    // held back by mstatus.MIE or SIE, those for M first (Priv. 3.1.9).
    std::optional<engine::Trap> pending_interrupt() const;
    // When, in ticks of the clock, the hart's own comparison (Sstc) next changes mip; nothing where it is
    // off.
    std::optional<std::uint64_t> timer_deadline() const;
    // What firmware does on its hart's behalf: S mode without translation and interrupts, as a kernel is
    // entered (SBI 2.0, 9.1); stimecmp; the bit of mcountinhibit and the value of mcycle (0) or minstret (2).
    void enter_supervisor_mode();
    void set_supervisor_timer(std::uint64_t time) { word(Csr::stimecmp) = time; }
    void inhibit_counter(unsigned counter, bool inhibit);
    void set_counter(unsigned counter, std::uint64_t value);
    // Whether an enabled interrupt is pending, globally enabled or not: what ends wfi.
    bool interrupt_wakes() const;

    Privilege privilege() const { return privilege_; }
    // Privilege that loads and stores use: mstatus.MPP under MPRV, else privilege().
    Privilege data_privilege() const;
    bool float_enabled() const { return status_.float_enabled(); }

    // How data accesses are translated now.
    std::uint64_t satp() const { return satp_; }
    bool user_memory_access() const { return status_.user_memory_access(); }
    bool executable_readable() const { return status_.executable_readable(); }
    // Whether the hart sets A and D bits itself (Svadu) instead of faulting (Svade). (menvcfg.ADUE)
    bool updates_accessed_dirty() const;

    // Decoded code depends on these bits (privilege, mstatus.FS on or off); below 8.
    unsigned code_context() const;
    // Advances when what PMP lets an access do has changed: decoded code from before is stale, and so is
    // everything cached about pages. Privilege and satp do not count.
    std::uint64_t protection_generation() const { return protection_generation_; }
    // Called after data_privilege(), what translates accesses or protection_generation() may have changed;
    // empty for none.
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
    std::uint64_t word(Csr csr) const;
    std::uint64_t& word(Csr csr);
    RetiredCounter& counter(unsigned number);

    bool accessible(std::uint16_t number) const;
    bool counter_visible(std::uint16_t number) const;
    bool supervisor_timer_visible() const;
    void assign(std::uint16_t number, std::uint64_t value, std::uint64_t affected);
    std::uint64_t read_special(Csr csr) const;
    void write_special(Csr csr, std::uint64_t value, std::uint64_t affected);
    void write_satp(std::uint64_t value);
    void write_pmp(std::uint16_t number, std::uint64_t value);
    bool compares_time() const;
    std::optional<bool> timer_due() const;
    std::uint64_t interrupts_enabled_now() const;
    bool delegated(std::uint64_t trap_cause) const;
    void set_privilege(Privilege privilege);
    void protection_changed();

    HartKind kind_;
    Privilege privilege_;
    std::uint64_t hart_id_;
    std::function<std::uint64_t()> clock_;
    Status status_;
    InterruptFile interrupts_;
    std::array<std::uint64_t, kCsrWords> words_{};
    std::uint64_t menvcfg_ = 0;
    std::uint64_t satp_ = 0;
    RetiredCounter mcycle_;
    RetiredCounter minstret_;
    Pmp pmp_;
    std::uint64_t protection_generation_ = 0;
    std::function<void()> protection_listener_;
};

}  // namespace vm::guest::riscv
