#pragma once

#include "vm/engine/native_tier.h"
#include "vm/guest/riscv/core.h"
#include "vm/guest/riscv/lift_helpers.h"
#include "vm/guest/riscv/lifter.h"

namespace vm::guest::riscv {

// A hart as compilers see it.
template <class Memory>
class NativeFrontend final : public engine::Frontend {
  public:
    // All outlive it.
    NativeFrontend(Hart& hart, Memory& memory, Core<Memory>& core)
        : hart_(hart), memory_(memory), core_(core) {}

    std::uint32_t lift(ir::Block& block, const engine::NativeRequest& request) override {
        // Compiled code is not entered while the host cannot round as frm says.
        const LiftContext context{.float_enabled = hart_.csrs.float_enabled(),
                                  .rounds_on_host = true,
                                  .atomics_by_helper = true,
                                  .reach = Memory::kRemapsCode ? ir::Reach::device : ir::Reach::memory};
        // A branch that is not taken is passed, as most are.
        return riscv::lift(block,
                           {request.pc, request.bytes, request.instructions, Branches::side_exit, context})
            .instructions;
    }

    std::byte* state() override { return reinterpret_cast<std::byte*>(&hart_); }
    void* memory() override { return memory_.native_memory(); }

    Outcome load(std::uint64_t address, unsigned size) override {
        const bool done = memory_.load_slow(address, size);
        return {done, memory_.slow().value};
    }
    Outcome store(std::uint64_t address, unsigned size, std::uint64_t value) override {
        return {memory_.store_slow(address, size, value), 0};
    }
    Outcome call(std::uint32_t number, const std::array<std::uint64_t, 4>& arguments) override {
        const auto helper = static_cast<LiftHelper>(number);
        const semantics::MemType type = mem_type(helper);
        const bool done = [&] {
            switch (helper) {
                case LiftHelper::lr_w:
                case LiftHelper::lr_d:
                    return core_.load_reserved(arguments[0], type);
                case LiftHelper::sc_w:
                case LiftHelper::sc_d:
                    return core_.store_conditional(arguments[0], type, arguments[1]);
                default:
                    return core_.atomic(amo_of(helper), arguments[0], type, arguments[1]);
            }
        }();
        return {done, memory_.slow().value};
    }

  private:
    Hart& hart_;
    Memory& memory_;
    Core<Memory>& core_;
};

}  // namespace vm::guest::riscv
