#pragma once

#include <cstdint>

#include <signal.h>

#include "vm/base/result.h"
#include "vm/guest/riscv/hart.h"
#include "vm/user/address_space.h"
#include "vm/user/signals.h"

namespace vm::user {

// Where the code page lies to which handlers return: it makes the system call rt_sigreturn. Linux keeps it in
// the vDSO; unwinders know its two instructions by their bits.
inline constexpr std::uint64_t kTrampoline = kAddressSpaceSize - 0x2000;
Result<void> map_trampoline(AddressSpace& memory);

// Enters the handler that `action` names for info's signal: saves registers, mask and info in a frame on the
// handler's stack, as setup_rt_frame in arch/riscv/kernel/signal.c does, and blocks what the action says in
// state.mask. False: the stack has no room for the frame, and nothing changed.
[[nodiscard]] bool enter_handler(AddressSpace& memory, guest::riscv::Hart& hart, SignalState& state,
                                 const abi::SignalAction& action, const siginfo_t& info);

// rt_sigreturn: takes registers, mask and alternate stack back from the frame at the stack pointer. False:
// there is no readable frame, and nothing changed.
[[nodiscard]] bool leave_handler(AddressSpace& memory, guest::riscv::Hart& hart, SignalState& state);

// The stack pointer lies on the alternate stack.
bool on_alternate_stack(const SignalState& state, std::uint64_t stack_pointer);

}  // namespace vm::user
