#pragma once

// For tests: a block on the way from the guest's instructions to the host's code.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/lifter.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/code_memory.h"
#include "vm/jit/code_observer.h"
#include "vm/jit/x64/backend.h"

namespace vm::native::testing {

class TestBlock {
  public:
    static constexpr std::uint64_t kPc = 0x10234;

    // Compiles the instructions on a host that can. The observer is asked for a counter, and told nothing.
    explicit TestBlock(std::initializer_list<guest::riscv::Insn> insns, std::uint64_t pc = kPc,
                       jit::CodeObserver* observer = nullptr)
        : backend_(jit::x64::make_backend(abi_, jit::MemoryModel{}, observer != nullptr ? observer : &nobody_)
                       .value()) {
        for (const guest::riscv::Insn& insn : insns) append_word(code_, insn);
        request_ = {.pc = pc,
                    .bytes = std::as_bytes(std::span(code_)),
                    .instructions = static_cast<std::uint32_t>(insns.size())};
        guest::riscv::lift(
            lifted_, {pc, request_.bytes, request_.instructions, guest::riscv::Branches::side_exit, {}});
        optimised_ = lifted_;
        ir::passes::optimise(optimised_, 1);
        const auto stubs =
            backend_->make_stubs(memory_.writable(), memory_.address(0), memory_.size()).value();
        const std::size_t offset = align_up(stubs, 16);
        const auto made = backend_->compile(optimised_, pc, memory_.address(offset), *native_);
        VM_CHECK(made.has_value());
        std::memcpy(memory_.writable() + offset, native_->code.data(), native_->code.size());
    }

    jit::Compilation from() const { return {request_, lifted_, optimised_}; }
    const jit::NativeBlock& native() const { return *native_; }
    const jit::Stubs& stubs() const { return backend_->stubs(); }
    // Its code runs once.
    void run(jit::NativeRun& run) const {
        run.jumps = jumps_.get();
        stubs().enter(&run, reinterpret_cast<const void*>(native_->address), nullptr, 100);
    }

  private:
    jit::CodeObserver nobody_;
    jit::EdgeAbi abi_{guest::riscv::kSlotBias, guest::riscv::kBusyIntegers, guest::riscv::kBusyFloats};
    std::unique_ptr<jit::Backend> backend_;
    std::unique_ptr<jit::JumpCache> jumps_ = std::make_unique<jit::JumpCache>();
    jit::CodeMemory memory_ = jit::CodeMemory::create(1 << 16).value();
    guest::riscv::ProgramCode code_;
    engine::NativeRequest request_;
    ir::Block lifted_;
    ir::Block optimised_;
    std::unique_ptr<jit::NativeBlock> native_ = std::make_unique<jit::NativeBlock>();
};

}  // namespace vm::native::testing
