#include "vm/guest/riscv/status.h"

#include "vm/base/bits.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kSie = std::uint64_t{1} << 1;
constexpr std::uint64_t kMie = std::uint64_t{1} << 3;
constexpr std::uint64_t kSpie = std::uint64_t{1} << 5;
constexpr std::uint64_t kMpie = std::uint64_t{1} << 7;
constexpr std::uint64_t kSpp = std::uint64_t{1} << 8;
constexpr unsigned kMppShift = 11;
constexpr std::uint64_t kMpp = std::uint64_t{3} << kMppShift;
constexpr std::uint64_t kFs = std::uint64_t{3} << 13;
constexpr std::uint64_t kMprv = std::uint64_t{1} << 17;
constexpr std::uint64_t kSum = std::uint64_t{1} << 18;
constexpr std::uint64_t kMxr = std::uint64_t{1} << 19;
constexpr std::uint64_t kTvm = std::uint64_t{1} << 20;
constexpr std::uint64_t kTw = std::uint64_t{1} << 21;
constexpr std::uint64_t kTsr = std::uint64_t{1} << 22;
constexpr std::uint64_t kUxl64 = std::uint64_t{2} << 32;
constexpr std::uint64_t kSxl64 = std::uint64_t{2} << 34;
constexpr std::uint64_t kSd = std::uint64_t{1} << 63;

constexpr std::uint64_t kSupervisor = kSie | kSpie | kSpp | kFs | kSum | kMxr;
constexpr std::uint64_t kMachine = kSupervisor | kMie | kMpie | kMpp | kMprv | kTvm | kTw | kTsr;
constexpr std::uint64_t kSupervisorRead = kSupervisor | kUxl64 | kSd;

// 2 is no privilege.
bool legal_mpp(std::uint64_t mpp) { return mpp != 2; }

constexpr std::uint64_t when(bool set, std::uint64_t field) { return set ? field : 0; }

}  // namespace

std::uint64_t Status::read() const { return bits_ | kUxl64 | kSxl64 | when(float_enabled(), kSd); }

void Status::write(std::uint64_t value) {
    value &= kMachine;
    if (not legal_mpp(vm::bits(value, kMppShift, 2))) {
        value = (value & ~kMpp) | (bits_ & kMpp);
    }
    bits_ = value | when((value & kFs) != 0, kFs);
}

std::uint64_t Status::read_supervisor() const { return read() & kSupervisorRead; }

void Status::write_supervisor(std::uint64_t value) { write((bits_ & ~kSupervisor) | (value & kSupervisor)); }

bool Status::float_enabled() const { return (bits_ & kFs) != 0; }
void Status::enable_float() { bits_ |= kFs; }

bool Status::machine_interrupts() const { return (bits_ & kMie) != 0; }
bool Status::supervisor_interrupts() const { return (bits_ & kSie) != 0; }
bool Status::modifies_privilege() const { return (bits_ & kMprv) != 0; }
bool Status::user_memory_access() const { return (bits_ & kSum) != 0; }
bool Status::executable_readable() const { return (bits_ & kMxr) != 0; }
bool Status::traps_translation() const { return (bits_ & kTvm) != 0; }
bool Status::traps_wait() const { return (bits_ & kTw) != 0; }
bool Status::traps_return() const { return (bits_ & kTsr) != 0; }
Privilege Status::machine_previous() const { return static_cast<Privilege>(vm::bits(bits_, kMppShift, 2)); }

void Status::enter_machine(Privilege from) {
    const std::uint64_t enabled = when(machine_interrupts(), kMpie);
    bits_ &= ~(kMie | kMpie | kMpp);
    bits_ |= enabled | static_cast<std::uint64_t>(from) << kMppShift;
}

void Status::enter_supervisor(Privilege from) {
    const std::uint64_t enabled = when(supervisor_interrupts(), kSpie);
    bits_ &= ~(kSie | kSpie | kSpp);
    bits_ |= enabled | when(from == Privilege::supervisor, kSpp);
}

// A return to less than M ends MPRV, so that no handler has to. (Priv. 3.1.6.1)
Privilege Status::leave_machine() {
    const Privilege to = machine_previous();
    const std::uint64_t enabled = when((bits_ & kMpie) != 0, kMie);
    bits_ &= ~(kMie | kMpp | when(to != Privilege::machine, kMprv));
    bits_ |= enabled | kMpie;
    return to;
}

Privilege Status::leave_supervisor() {
    const Privilege to = (bits_ & kSpp) != 0 ? Privilege::supervisor : Privilege::user;
    const std::uint64_t enabled = when((bits_ & kSpie) != 0, kSie);
    bits_ &= ~(kSie | kSpp | kMprv);
    bits_ |= enabled | kSpie;
    return to;
}

}  // namespace vm::guest::riscv
