#include "vm/guest/riscv/csr_file.h"

#include <array>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"

namespace vm::guest::riscv {
namespace {

enum class Kind : std::uint8_t { absent, constant, word, special };

struct Register {
    Kind kind = Kind::absent;
    std::uint64_t bits = 0;
    std::size_t slot = 0;  // of a word
};

// By number (12 bits, Priv. 2.1).
constexpr auto kRegisters = [] {
    std::array<Register, 4096> all{};
    std::size_t words = 0;
#define CSR(number, name, kind, bits) \
    all[number] = {Kind::kind, bits, Kind::kind == Kind::word ? words++ : 0};
#include "vm/guest/riscv/csr.inc"
#undef CSR
    return all;
}();

Register lookup(std::uint16_t number) { return number < kRegisters.size() ? kRegisters[number] : Register{}; }

bool writable(std::uint16_t number) {
    const bool read_only = bits(number, 10, 2) == 3;
    return lookup(number).kind != Kind::absent and not read_only;
}

constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;  // of mcause
constexpr std::uint64_t kVectored = 1;                        // of mtvec

constexpr std::uint64_t kUpdatesAccessedDirty = std::uint64_t{1} << 61;  // of menvcfg: ADUE
constexpr std::uint64_t kComparesTime = std::uint64_t{1} << 63;          // of menvcfg: STCE

// Fields of satp (Priv. 12.1.11); the upper bits of the ASID do not exist.
constexpr unsigned kModeShift = 60;
constexpr std::uint64_t kSatpBits =
    std::uint64_t{0xf} << kModeShift | std::uint64_t{0x7ff} << 44 | 0xfff'ffff'ffff;
constexpr std::uint64_t kLastMode = 10;  // Sv57
constexpr std::uint64_t kFirstMode = 8;  // Sv39

// Cycle, time and instret are all a user program sees of the counters.
constexpr std::uint64_t kUserProgramCounters = 7;

tl::unexpected<engine::Trap> illegal() { return tl::unexpected(engine::Trap{cause::kIllegalInstruction, 0}); }

constexpr std::uint16_t number_of(Csr csr) { return static_cast<std::uint16_t>(csr); }

bool is_counter(std::uint16_t number) {
    return number >= number_of(Csr::cycle) and number <= number_of(Csr::hpmcounter31);
}

bool is_pmp_address(std::uint16_t number) {
    return number >= number_of(Csr::pmpaddr0) and number <= number_of(Csr::pmpaddr15);
}

// Entry for a trap under mtvec or stvec: vectored is for interrupts only. (Priv. 3.1.7)
std::uint64_t handler(std::uint64_t vector, std::uint64_t trap_cause) {
    const std::uint64_t base = align_down(vector, 4);
    const bool vectored = (vector & kVectored) != 0 and (trap_cause & kInterrupt) != 0;
    return vectored ? base + 4 * (trap_cause & ~kInterrupt) : base;
}

}  // namespace

CsrFile::CsrFile(HartKind kind, std::uint64_t hart_id, std::function<std::uint64_t()> clock)
    : kind_(kind),
      privilege_(kind == HartKind::machine ? Privilege::machine : Privilege::user),
      hart_id_(hart_id),
      clock_(std::move(clock)) {
    if (kind == HartKind::user_program) {
        status_.enable_float();
        word(Csr::mcounteren) = kUserProgramCounters;
        word(Csr::scounteren) = kUserProgramCounters;
    }
}

std::uint64_t CsrFile::word(Csr csr) const { return words_[lookup(number_of(csr)).slot]; }
std::uint64_t& CsrFile::word(Csr csr) { return words_[lookup(number_of(csr)).slot]; }

bool CsrFile::accessible(std::uint16_t number) const {
    if (bits(number, 8, 2) > static_cast<unsigned>(privilege_)) {
        return false;
    }
    if (number <= number_of(Csr::fcsr)) {
        return float_enabled();
    }
    if (number == number_of(Csr::satp)) {
        return translation_fence_allowed();
    }
    if (number == number_of(Csr::stimecmp)) {
        return supervisor_timer_visible();
    }
    return not is_counter(number) or counter_visible(number);
}

// Priv. 12.1.5: U needs the permission of both.
bool CsrFile::counter_visible(std::uint16_t number) const {
    const auto counter = static_cast<unsigned>(number - number_of(Csr::cycle));
    if (privilege_ == Privilege::machine) {
        return true;
    }
    return bit(word(Csr::mcounteren), counter) and
           (privilege_ == Privilege::supervisor or bit(word(Csr::scounteren), counter));
}

// Priv. 12.1.12 (Sstc): M lends S its comparison, and the time with it.
bool CsrFile::supervisor_timer_visible() const {
    return privilege_ == Privilege::machine or (compares_time() and bit(word(Csr::mcounteren), 1));
}

tl::expected<std::uint64_t, engine::Trap> CsrFile::read(std::uint16_t number) const {
    const auto value = accessible(number) ? inspect(number) : std::nullopt;
    if (not value) {
        return illegal();
    }
    return *value;
}

std::optional<std::uint64_t> CsrFile::inspect(std::uint16_t number) const {
    const Register reg = lookup(number);
    switch (reg.kind) {
        case Kind::absent:
            return std::nullopt;
        case Kind::constant:
            return reg.bits;
        case Kind::word:
            return words_[reg.slot];
        case Kind::special:
            break;
    }
    return read_special(Csr{number});
}

tl::expected<void, engine::Trap> CsrFile::write(std::uint16_t number, std::uint64_t value,
                                                std::uint64_t affected) {
    if (not writable(number) or not accessible(number)) {
        return illegal();
    }
    assign(number, value, affected);
    return {};
}

// Counters take what is written to hold behind the instruction that writes, which here is none.
bool CsrFile::change(std::uint16_t number, std::uint64_t value) {
    if (not writable(number)) {
        return false;
    }
    --instret;
    assign(number, value, ~std::uint64_t{0});
    ++instret;
    return true;
}

void CsrFile::assign(std::uint16_t number, std::uint64_t value, std::uint64_t affected) {
    const Register reg = lookup(number);
    if (reg.kind == Kind::word) {
        words_[reg.slot] = value & reg.bits;
    } else if (reg.kind == Kind::special) {
        write_special(Csr{number}, value & reg.bits, affected);
    }
}

std::uint64_t CsrFile::value_for_update(std::uint16_t number, std::uint64_t read) const {
    return number == number_of(Csr::mip) ? interrupts_.pending_for_update(timer_due()) : read;
}

std::uint64_t CsrFile::read_special(Csr csr) const {
    switch (csr) {
        case Csr::fflags:
            return fflags;
        case Csr::frm:
            return frm;
        case Csr::fcsr:
            return std::uint64_t{frm} << 5 | fflags;
        case Csr::cycle:
        case Csr::mcycle:
            return mcycle_.read(instret);
        case Csr::instret:
        case Csr::minstret:
            return minstret_.read(instret);
        case Csr::time:
            return clock_();
        case Csr::mstatus:
            return status_.read();
        case Csr::sstatus:
            return status_.read_supervisor();
        case Csr::menvcfg:
            return menvcfg_;
        case Csr::satp:
            return satp_;
        case Csr::mcountinhibit:
            return std::uint64_t{mcycle_.stopped()} | std::uint64_t{minstret_.stopped()} << 2;
        case Csr::mie:
            return interrupts_.enabled();
        case Csr::sie:
            return interrupts_.supervisor_enabled();
        case Csr::mip:
            return interrupts_.pending(timer_due());
        case Csr::sip:
            return interrupts_.supervisor_pending(timer_due());
        case Csr::mideleg:
            return interrupts_.delegated();
        case Csr::mhartid:
            return hart_id_;
        case Csr::pmpcfg0:
            return pmp_.config(0);
        case Csr::pmpcfg2:
            return pmp_.config(8);
        default:
            VM_CHECK(is_pmp_address(number_of(csr)));
            return pmp_.address(number_of(csr) - number_of(Csr::pmpaddr0));
    }
}

void CsrFile::write_special(Csr csr, std::uint64_t value, std::uint64_t affected) {
    switch (csr) {
        case Csr::fflags:
            fflags = static_cast<std::uint8_t>(value);
            return;
        case Csr::frm:
            frm = static_cast<std::uint8_t>(value);
            return;
        case Csr::fcsr:
            fflags = static_cast<std::uint8_t>(bits(value, 0, 5));
            frm = static_cast<std::uint8_t>(bits(value, 5, 3));
            return;
        case Csr::mstatus:
            status_.write(value);
            return protection_changed();
        case Csr::sstatus:
            status_.write_supervisor(value);
            return protection_changed();
        case Csr::menvcfg:
            menvcfg_ = value;
            return protection_changed();
        case Csr::satp:
            return write_satp(value);
        case Csr::mcountinhibit:
            mcycle_.stop(instret, bit(value, 0));
            minstret_.stop(instret, bit(value, 2));
            return;
        case Csr::mcycle:
            return mcycle_.write(instret, value);
        case Csr::minstret:
            return minstret_.write(instret, value);
        case Csr::mie:
            return interrupts_.write_enabled(value);
        case Csr::sie:
            return interrupts_.write_supervisor_enabled(value);
        case Csr::mip:
            return interrupts_.write_pending(value, affected, not compares_time());
        case Csr::sip:
            return interrupts_.write_supervisor_pending(value, affected);
        case Csr::mideleg:
            return interrupts_.write_delegated(value);
        default:
            return write_pmp(number_of(csr), value);
    }
}

// A write of a mode that does not exist changes nothing at all. (Priv. 12.1.11)
void CsrFile::write_satp(std::uint64_t value) {
    const std::uint64_t mode = value >> kModeShift;
    if (mode != 0 and (mode < kFirstMode or mode > kLastMode)) {
        return;
    }
    satp_ = value & kSatpBits;
    protection_changed();
}

void CsrFile::write_pmp(std::uint16_t number, std::uint64_t value) {
    if (is_pmp_address(number)) {
        pmp_.write_address(static_cast<unsigned>(number - number_of(Csr::pmpaddr0)), value);
    } else {
        VM_CHECK(number == number_of(Csr::pmpcfg0) or number == number_of(Csr::pmpcfg2));
        pmp_.write_config(number == number_of(Csr::pmpcfg0) ? 0 : 8, value);
    }
    ++protection_generation_;
    protection_changed();
}

// Traps never go to a less privileged mode than they come from. (Priv. 3.1.8)
bool CsrFile::delegated(std::uint64_t trap_cause) const {
    const std::uint64_t to_supervisor =
        (trap_cause & kInterrupt) != 0 ? interrupts_.delegated() : word(Csr::medeleg);
    const std::uint64_t code = trap_cause & ~kInterrupt;
    return privilege_ != Privilege::machine and code < 64 and bit(to_supervisor, static_cast<unsigned>(code));
}

std::uint64_t CsrFile::enter_trap(const engine::Trap& trap, std::uint64_t pc) {
    VM_CHECK(kind_ == HartKind::machine);
    if (delegated(trap.cause)) {
        word(Csr::sepc) = pc & ~std::uint64_t{1};
        word(Csr::scause) = trap.cause;
        word(Csr::stval) = trap.value;
        status_.enter_supervisor(privilege_);
        set_privilege(Privilege::supervisor);
        return handler(word(Csr::stvec), trap.cause);
    }
    word(Csr::mepc) = pc & ~std::uint64_t{1};
    word(Csr::mcause) = trap.cause;
    word(Csr::mtval) = trap.value;
    status_.enter_machine(privilege_);
    set_privilege(Privilege::machine);
    return handler(word(Csr::mtvec), trap.cause);
}

tl::expected<std::uint64_t, engine::Trap> CsrFile::mret() {
    if (privilege_ != Privilege::machine) {
        return illegal();
    }
    set_privilege(status_.leave_machine());
    return word(Csr::mepc);
}

tl::expected<std::uint64_t, engine::Trap> CsrFile::sret() {
    const bool trapped = privilege_ == Privilege::supervisor and status_.traps_return();
    if (privilege_ == Privilege::user or trapped) {
        return illegal();
    }
    set_privilege(status_.leave_supervisor());
    return word(Csr::sepc);
}

// In U it would have to end within a bounded time: it is refused. (Priv. 3.3.3)
bool CsrFile::wfi_allowed() const {
    return privilege_ == Privilege::machine or
           (privilege_ == Privilege::supervisor and not status_.traps_wait());
}

bool CsrFile::translation_fence_allowed() const {
    return privilege_ == Privilege::machine or
           (privilege_ == Privilege::supervisor and not status_.traps_translation());
}

bool CsrFile::set_interrupt_line(Interrupt interrupt, bool raised) {
    return interrupts_.set_line(interrupt, raised);
}

bool CsrFile::compares_time() const { return (menvcfg_ & kComparesTime) != 0; }

std::optional<bool> CsrFile::timer_due() const {
    if (not compares_time()) {
        return std::nullopt;
    }
    return clock_() >= word(Csr::stimecmp);
}

std::optional<std::uint64_t> CsrFile::timer_deadline() const {
    if (not compares_time()) {
        return std::nullopt;
    }
    return word(Csr::stimecmp);
}

bool CsrFile::interrupt_wakes() const {
    return (interrupts_.pending(timer_due()) & interrupts_.enabled()) != 0;
}

// Interrupts of a mode are held back in more privileged modes, and in itself by its enable bit; less
// privileged modes cannot hold them back. (Priv. 3.1.6.1)
std::uint64_t CsrFile::interrupts_enabled_now() const {
    const std::uint64_t delegated = interrupts_.delegated();
    const bool machine = privilege_ != Privilege::machine or status_.machine_interrupts();
    const bool supervisor = privilege_ == Privilege::user or
                            (privilege_ == Privilege::supervisor and status_.supervisor_interrupts());
    return interrupts_.enabled() & ((machine ? ~delegated : 0) | (supervisor ? delegated : 0));
}

std::optional<engine::Trap> CsrFile::pending_interrupt() const {
    const std::uint64_t enabled = interrupts_enabled_now();
    if (enabled == 0) {
        return std::nullopt;
    }
    const std::uint64_t candidates = interrupts_.pending(timer_due()) & enabled;
    if (candidates == 0) {
        return std::nullopt;
    }
    const std::uint64_t to_machine = candidates & ~interrupts_.delegated();
    const Interrupt taken = InterruptFile::most_urgent(to_machine != 0 ? to_machine : candidates);
    return engine::Trap{kInterrupt | static_cast<std::uint64_t>(taken), 0};
}

void CsrFile::enter_supervisor_mode() {
    constexpr std::uint64_t kSie = 2;
    status_.write_supervisor(status_.read_supervisor() & ~kSie);
    write_satp(0);
    set_privilege(Privilege::supervisor);
}

RetiredCounter& CsrFile::counter(unsigned number) {
    VM_CHECK(number == 0 or number == 2);
    return number == 0 ? mcycle_ : minstret_;
}

// The caller is no instruction that would retire behind it.
void CsrFile::inhibit_counter(unsigned number, bool inhibit) { counter(number).stop(instret - 1, inhibit); }
void CsrFile::set_counter(unsigned number, std::uint64_t value) { counter(number).write(instret - 1, value); }

Privilege CsrFile::data_privilege() const {
    if (privilege_ == Privilege::machine and status_.modifies_privilege()) {
        return status_.machine_previous();
    }
    return privilege_;
}

bool CsrFile::updates_accessed_dirty() const { return (menvcfg_ & kUpdatesAccessedDirty) != 0; }

unsigned CsrFile::code_context() const {
    return static_cast<unsigned>(privilege_) | (float_enabled() ? 4U : 0U);
}

void CsrFile::set_privilege(Privilege privilege) {
    privilege_ = privilege;
    protection_changed();
}

void CsrFile::protection_changed() {
    if (protection_listener_) {
        protection_listener_();
    }
}

}  // namespace vm::guest::riscv
