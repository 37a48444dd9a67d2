#include "vm/user/signal_frame.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <sys/mman.h>

#include "vm/base/bits.h"
#include "vm/user/host_signals.h"

namespace vm::user {
namespace {

constexpr std::size_t kRa = 1, kSp = 2, kA0 = 10;

// li a7, 139 (rt_sigreturn); ecall
constexpr std::array<std::uint32_t, 2> kTrampolineCode = {0x08b0'0893, 0x0000'0073};

std::uint64_t unblockable() { return signal_bit(SIGKILL) | signal_bit(SIGSTOP); }

abi::SignalContext save(const guest::riscv::Hart& hart) {
    abi::SignalContext saved{};
    saved.pc = hart.pc;
    std::copy_n(hart.x.begin() + 1, saved.x.size(), saved.x.begin());
    saved.f = hart.f;
    saved.fcsr = std::uint32_t{hart.csrs.frm} << 5 | hart.csrs.fflags;
    return saved;
}

void restore(guest::riscv::Hart& hart, const abi::SignalContext& saved) {
    hart.pc = saved.pc & ~std::uint64_t{1};  // as the sepc register drops it
    std::copy(saved.x.begin(), saved.x.end(), hart.x.begin() + 1);
    hart.f = saved.f;
    hart.csrs.fflags = static_cast<std::uint8_t>(saved.fcsr & 0x1f);
    hart.csrs.frm = static_cast<std::uint8_t>(saved.fcsr >> 5 & 7);
    hart.reservation.valid = false;
}

// 0: on the alternate stack already and out of it, so there is no place.
std::uint64_t frame_address(const SignalState& state, const abi::SignalAction& action,
                            std::uint64_t stack_pointer) {
    const bool inside = on_alternate_stack(state, stack_pointer);
    if (inside and not on_alternate_stack(state, stack_pointer - sizeof(abi::SignalFrame))) {
        return 0;
    }
    const bool wanted = (action.flags & SA_ONSTACK) != 0 and (state.alternate.flags & SS_DISABLE) == 0;
    const std::uint64_t top =
        wanted and not inside ? state.alternate.base + state.alternate.size : stack_pointer;
    return align_down(top - sizeof(abi::SignalFrame), 16);
}

}  // namespace

Result<void> map_trampoline(AddressSpace& memory) {
    const auto mapped = memory.map({.address = kTrampoline,
                                    .length = mem::kPageSize,
                                    .permissions = mem::page::kRead | mem::page::kWrite,
                                    .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                    .placement = Placement::fixed});
    const SysValue failed = mapped ? memory.put(kTrampoline, kTrampolineCode) : mapped.error();
    if (failed != 0) {
        return fail("cannot map the signal trampoline: {}", std::strerror(static_cast<int>(-failed)));
    }
    memory.protect(kTrampoline, mem::kPageSize, mem::page::kRead | mem::page::kExecute);
    return {};
}

bool on_alternate_stack(const SignalState& state, std::uint64_t stack_pointer) {
    // With SS_AUTODISARM a handler runs with the stack disabled, so it never counts as being on it.
    return (state.alternate.flags & (SS_DISABLE | abi::kStackAutoDisarm)) == 0 and
           stack_pointer > state.alternate.base and
           stack_pointer - state.alternate.base <= state.alternate.size;
}

bool enter_handler(AddressSpace& memory, guest::riscv::Hart& hart, SignalState& state,
                   const abi::SignalAction& action, const siginfo_t& info) {
    const std::uint64_t stack_pointer = hart.x[kSp];
    const std::uint64_t address = frame_address(state, action, stack_pointer);
    abi::SignalFrame frame{};
    std::memcpy(frame.info.data(), &info, sizeof info);
    frame.context.stack = state.alternate;
    if (on_alternate_stack(state, stack_pointer)) {
        frame.context.stack.flags |= SS_ONSTACK;
    }
    frame.context.mask = state.mask;
    frame.context.registers = save(hart);
    if (address == 0 or memory.put(address, frame) != 0) {
        return false;
    }
    if ((state.alternate.flags & abi::kStackAutoDisarm) != 0) {
        state.alternate = {};
    }
    hart.x[kRa] = kTrampoline;
    hart.x[kSp] = address;
    hart.x[kA0] = static_cast<std::uint64_t>(info.si_signo);
    hart.x[kA0 + 1] = address + offsetof(abi::SignalFrame, info);
    hart.x[kA0 + 2] = address + offsetof(abi::SignalFrame, context);
    hart.pc = action.handler;
    hart.reservation.valid = false;
    const bool defer = (action.flags & SA_NODEFER) == 0;
    state.mask |= (action.mask | (defer ? signal_bit(info.si_signo) : 0)) & ~unblockable();
    return true;
}

bool leave_handler(AddressSpace& memory, guest::riscv::Hart& hart, SignalState& state) {
    const auto frame = memory.get<abi::SignalFrame>(hart.x[kSp]);
    if (not frame) {
        return false;
    }
    restore(hart, frame->context.registers);
    state.mask = frame->context.mask & ~unblockable();
    state.alternate = frame->context.stack;
    state.alternate.flags &= SS_DISABLE | abi::kStackAutoDisarm;
    return true;
}

}  // namespace vm::user
