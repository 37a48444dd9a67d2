#include "vm/guest/riscv/csr_file.h"

#include <algorithm>
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
};

// By number (12 bits, Priv. 2.1).
constexpr auto kRegisters = [] {
    std::array<Register, 4096> all{};
#define CSR(number, name, kind, bits) all[number] = {Kind::kind, bits};
#include "vm/guest/riscv/csr.inc"
#undef CSR
    return all;
}();

Register lookup(std::uint16_t number) { return number < kRegisters.size() ? kRegisters[number] : Register{}; }

// Fields of mstatus (Priv. 3.1.6).
constexpr std::uint64_t kMie = std::uint64_t{1} << 3;
constexpr std::uint64_t kMpie = std::uint64_t{1} << 7;
constexpr unsigned kMppShift = 11;
constexpr std::uint64_t kMpp = std::uint64_t{3} << kMppShift;
constexpr std::uint64_t kFs = std::uint64_t{3} << 13;
constexpr std::uint64_t kMprv = std::uint64_t{1} << 17;
constexpr std::uint64_t kTw = std::uint64_t{1} << 21;
constexpr std::uint64_t kUxl64 = std::uint64_t{2} << 32;
constexpr std::uint64_t kSd = std::uint64_t{1} << 63;

constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;  // of mcause
constexpr std::uint64_t kVectored = 1;                        // of mtvec

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

// U and M are the privileges there are, so MPP holds nothing else.
bool legal_mpp(std::uint64_t mpp) { return mpp == 0 or mpp == 3; }

}  // namespace

CsrFile::CsrFile(HartKind kind, std::uint64_t hart_id, std::function<std::uint64_t()> clock)
    : kind_(kind),
      privilege_(kind == HartKind::machine ? Privilege::machine : Privilege::user),
      hart_id_(hart_id),
      clock_(std::move(clock)) {
    if (kind == HartKind::user_program) {
        mstatus_ = kFs;
        word(Csr::mcounteren) = kUserProgramCounters;
    }
}

unsigned CsrFile::word_index(Csr csr) {
    constexpr std::array<Csr, kWords> kOrder{Csr::mie,  Csr::mtvec,    Csr::mcounteren, Csr::menvcfg,
                                             Csr::mepc, Csr::mscratch, Csr::mcause,     Csr::mtval};
    const auto found = std::find(kOrder.begin(), kOrder.end(), csr);
    VM_CHECK(found != kOrder.end());
    return static_cast<unsigned>(found - kOrder.begin());
}

bool CsrFile::accessible(std::uint16_t number) const {
    if (bits(number, 8, 2) > static_cast<unsigned>(privilege_)) {
        return false;
    }
    if (number <= number_of(Csr::fcsr)) {
        return float_enabled();
    }
    return not is_counter(number) or counter_visible(number);
}

bool CsrFile::counter_visible(std::uint16_t number) const {
    return privilege_ == Privilege::machine or
           bit(word(Csr::mcounteren), static_cast<unsigned>(number - number_of(Csr::cycle)));
}

tl::expected<std::uint64_t, engine::Trap> CsrFile::read(std::uint16_t number) const {
    const Register reg = lookup(number);
    if (reg.kind == Kind::absent or not accessible(number)) {
        return illegal();
    }
    switch (reg.kind) {
        case Kind::constant:
            return reg.bits;
        case Kind::word:
            return word(Csr{number});
        default:
            return read_special(Csr{number});
    }
}

tl::expected<void, engine::Trap> CsrFile::write(std::uint16_t number, std::uint64_t value) {
    const Register reg = lookup(number);
    const bool read_only = bits(number, 10, 2) == 3;
    if (reg.kind == Kind::absent or read_only or not accessible(number)) {
        return illegal();
    }
    if (reg.kind == Kind::word) {
        word(Csr{number}) = value & reg.bits;
    } else if (reg.kind == Kind::special) {
        write_special(Csr{number}, value & reg.bits);
    }
    return {};
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
            return read_counter(mcycle_);
        case Csr::instret:
        case Csr::minstret:
            return read_counter(minstret_);
        case Csr::time:
            return clock_();
        case Csr::mstatus:
            return read_mstatus();
        case Csr::mcountinhibit:
            return std::uint64_t{mcycle_.stopped} | std::uint64_t{minstret_.stopped} << 2;
        case Csr::mip:
            return interrupt_lines_;
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

void CsrFile::write_special(Csr csr, std::uint64_t value) {
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
            return write_mstatus(value);
        case Csr::mcountinhibit:
            stop_counter(mcycle_, bit(value, 0));
            stop_counter(minstret_, bit(value, 2));
            return;
        case Csr::mcycle:
            return write_counter(mcycle_, value);
        case Csr::minstret:
            return write_counter(minstret_, value);
        case Csr::mip:
            return;  // The lines of devices are read-only; there are no software-writable bits without S.
        default:
            return write_pmp(number_of(csr), value);
    }
}

std::uint64_t CsrFile::read_mstatus() const { return mstatus_ | kUxl64 | (float_enabled() ? kSd : 0); }

// Any FS but Off becomes Dirty: the state is then never saved too seldom, and no instruction has to set it.
// (3.1.6.6)
void CsrFile::write_mstatus(std::uint64_t value) {
    if (not legal_mpp(bits(value, kMppShift, 2))) {
        value = (value & ~kMpp) | (mstatus_ & kMpp);
    }
    if ((value & kFs) != 0) {
        value |= kFs;
    }
    mstatus_ = value;
    protection_changed();
}

std::uint64_t CsrFile::read_counter(const Counter& counter) const {
    return counter.stopped ? counter.stopped_at : instret + counter.offset;
}

// A write takes effect after the writing instruction, whose own retirement does not count on top.
// (Priv. 3.1.10, and Unpriv. 6.1 on side effects of CSR writes)
void CsrFile::write_counter(Counter& counter, std::uint64_t value) {
    counter.stopped_at = value;
    counter.offset = value - (instret + 1);
}

// The instruction that stops a counter is the last one counted; the one that starts it is not counted.
void CsrFile::stop_counter(Counter& counter, bool stop) {
    if (stop and not counter.stopped) {
        counter.stopped_at = instret + 1 + counter.offset;
    } else if (counter.stopped and not stop) {
        counter.offset = counter.stopped_at - (instret + 1);
    }
    counter.stopped = stop;
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

// Priv. 3.1.6.1: the stack of one; 3.1.7: vectored entry is for interrupts only.
std::uint64_t CsrFile::enter_trap(const engine::Trap& trap, std::uint64_t pc) {
    VM_CHECK(kind_ == HartKind::machine);
    word(Csr::mepc) = pc & ~std::uint64_t{1};
    word(Csr::mcause) = trap.cause;
    word(Csr::mtval) = trap.value;
    const std::uint64_t previous_enable = (mstatus_ & kMie) != 0 ? kMpie : 0;
    mstatus_ &= ~(kMie | kMpie | kMpp);
    mstatus_ |= previous_enable | static_cast<std::uint64_t>(privilege_) << kMppShift;
    set_privilege(Privilege::machine);
    const std::uint64_t base = align_down(word(Csr::mtvec), 4);
    const bool vectored = (word(Csr::mtvec) & kVectored) != 0 and (trap.cause & kInterrupt) != 0;
    return vectored ? base + 4 * (trap.cause & ~kInterrupt) : base;
}

tl::expected<std::uint64_t, engine::Trap> CsrFile::mret() {
    if (privilege_ != Privilege::machine) {
        return illegal();
    }
    const auto previous = static_cast<Privilege>(bits(mstatus_, kMppShift, 2));
    const std::uint64_t enable = (mstatus_ & kMpie) != 0 ? kMie : 0;
    mstatus_ &= ~(kMie | kMpp);
    mstatus_ |= enable | kMpie;
    if (previous != Privilege::machine) {
        mstatus_ &= ~kMprv;
    }
    set_privilege(previous);
    return word(Csr::mepc);
}

bool CsrFile::wfi_allowed() const {
    return privilege_ == Privilege::machine or (kind_ == HartKind::machine and (mstatus_ & kTw) == 0);
}

void CsrFile::set_interrupt_line(InterruptLine line, bool raised) {
    const std::uint64_t mask = std::uint64_t{1} << static_cast<unsigned>(line);
    interrupt_lines_ = raised ? interrupt_lines_ | mask : interrupt_lines_ & ~mask;
}

bool CsrFile::interrupt_wakes() const { return (interrupt_lines_ & word(Csr::mie)) != 0; }

std::optional<engine::Trap> CsrFile::pending_interrupt() const {
    const bool enabled = privilege_ != Privilege::machine or (mstatus_ & kMie) != 0;
    if (not enabled or not interrupt_wakes()) {
        return std::nullopt;
    }
    const std::uint64_t pending = interrupt_lines_ & word(Csr::mie);
    for (const auto line :
         {InterruptLine::machine_external, InterruptLine::machine_software, InterruptLine::machine_timer}) {
        if (bit(pending, static_cast<unsigned>(line))) {
            return engine::Trap{kInterrupt | static_cast<std::uint64_t>(line), 0};
        }
    }
    return std::nullopt;
}

Privilege CsrFile::data_privilege() const {
    if (privilege_ == Privilege::machine and (mstatus_ & kMprv) != 0) {
        return static_cast<Privilege>(bits(mstatus_, kMppShift, 2));
    }
    return privilege_;
}

bool CsrFile::float_enabled() const { return (mstatus_ & kFs) != 0; }

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
