#pragma once

// Of Core, which includes it: instructions that handlers do not inline.

#include "vm/guest/riscv/core.h"

namespace vm::guest::riscv {

template <class Memory>
bool Core<Memory>::trapped(const engine::Trap& trap, const Op<Memory>& op) {
    memory_.slow().trap = trap;
    // Whoever refused the instruction does not know its encoding.
    if (trap.cause == cause::kIllegalInstruction) {
        memory_.slow().trap.value = op.bits;
    }
    return false;
}

template <class Memory>
bool Core<Memory>::csr_read(const Op<Memory>& op, std::int64_t unused) {
    settle(unused + op.unretired + 1);
    const auto value = hart_.csrs.read(static_cast<std::uint16_t>(op.imm & 0xfff));
    if (not value) {
        return trapped(value.error(), op);
    }
    memory_.slow().value = *value;
    return true;
}

template <class Memory>
bool Core<Memory>::csr_update(const Op<Memory>& op, std::int64_t unused, semantics::CsrUpdate update,
                              std::uint64_t operand) {
    if (not csr_read(op, unused)) {
        return false;
    }
    const auto number = static_cast<std::uint16_t>(op.imm & 0xfff);
    const std::uint64_t old = memory_.slow().value;
    const std::uint64_t from = hart_.csrs.value_for_update(number, old);
    const auto written = update == semantics::CsrUpdate::write ? hart_.csrs.write(number, operand)
                         : update == semantics::CsrUpdate::set
                             ? hart_.csrs.write(number, from | operand, operand)
                             : hart_.csrs.write(number, from & ~operand, operand);
    if (not written) {
        return trapped(written.error(), op);
    }
    fp::HostEnvironment::set_rounding(hart_.csrs.frm);
    memory_.slow().value = old;
    return true;
}

template <class Memory>
bool Core<Memory>::machine_return(const Op<Memory>& op) {
    const auto address = hart_.csrs.mret();
    if (not address) {
        return trapped(address.error(), op);
    }
    memory_.slow().value = *address;
    return true;
}

template <class Memory>
bool Core<Memory>::supervisor_return(const Op<Memory>& op) {
    const auto address = hart_.csrs.sret();
    if (not address) {
        return trapped(address.error(), op);
    }
    memory_.slow().value = *address;
    return true;
}

template <class Memory>
bool Core<Memory>::translation_fence(const Op<Memory>& op, const TranslationFence& fence) {
    if (not hart_.csrs.translation_fence_allowed()) {
        return trapped({cause::kIllegalInstruction, 0}, op);
    }
    forget_translations(fence);
    return true;
}

template <class Memory>
void Core<Memory>::forget_translations(const TranslationFence& fence) {
    ++fences_;
    memory_.translation_fence(fence);
    bool forgot = false;
    for_spaces([&](CodeSpace<Memory>& space) {
        const bool held = fence.all_addresses ? space.forget_targets() : space.forget_targets(fence.address);
        forgot = forgot or held;
    });
    if (forgot) {  // at once: a run may be on that waits for others
        jump_spaces_.forget();
        select_jump_space();
    }
}

// Not held back by TVM. (Priv. Svinval)
template <class Memory>
bool Core<Memory>::invalidation_fence(const Op<Memory>& op) {
    return hart_.csrs.privilege() != Privilege::user or trapped({cause::kIllegalInstruction, 0}, op);
}

template <class Memory>
bool Core<Memory>::wait_for_interrupt(const Op<Memory>& op) {
    if (not hart_.csrs.wfi_allowed()) {
        return trapped({cause::kIllegalInstruction, 0}, op);
    }
    hart_.csrs.waiting = true;
    return true;
}

template <class Memory>
bool Core<Memory>::load_reserved(std::uint64_t address, semantics::MemType type) {
    const std::byte* const from = memory_.reserve_pointer(address, host_atomics::size(type));
    if (from == nullptr) {
        hart_.reservation.valid = false;
        return false;
    }
    // A load of the host waits for no store of its own: what the guest stored plainly would come later than
    // an lr with rl.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const std::uint64_t value = host_atomics::load(from, type);
    hart_.reservation = {true, address, value};
    memory_.slow().value = value;
    return true;
}

// The result is 0 on success and 1 on failure. Whatever happens, the reservation is used up. (Unpriv. 14.2)
template <class Memory>
bool Core<Memory>::store_conditional(std::uint64_t address, semantics::MemType type, std::uint64_t value) {
    std::byte* const to = memory_.atomic_pointer(address, host_atomics::size(type));
    if (to == nullptr) {
        return false;
    }
    const Reservation reservation = std::exchange(hart_.reservation, {false, 0, 0});
    const bool stored = reservation.valid and reservation.address == address and
                        host_atomics::store_if(to, type, reservation.value, value);
    memory_.slow().value = stored ? 0 : 1;
    return true;
}

template <class Memory>
bool Core<Memory>::atomic(semantics::Amo amo, std::uint64_t address, semantics::MemType type,
                          std::uint64_t value) {
    std::byte* const at = memory_.atomic_pointer(address, host_atomics::size(type));
    if (at == nullptr) {
        return false;
    }
    memory_.slow().value = host_atomics::update(amo, at, type, value);
    return true;
}

}  // namespace vm::guest::riscv
