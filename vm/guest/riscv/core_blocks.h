#pragma once

// Of Core, which includes it: how blocks are decoded, and handed to the compiler.

#include "vm/guest/riscv/core.h"

namespace vm::guest::riscv {

template <class Memory>
bool Core<Memory>::fetch_insn(std::uint64_t pc, Insn& insn) {
    if (not memory_.fetch(pc)) {
        return false;
    }
    SlowAccess& slow = memory_.slow();
    std::uint32_t bits = mem::host_load<std::uint16_t>(slow.code);
    if (instruction_length(bits) == 4) {
        // The second half may lie in another page, with its own permissions.
        if (slow.code_bytes >= 4) {
            slow.code += 2;
        } else if (not memory_.fetch(pc + 2)) {
            return false;
        }
        bits |= std::uint32_t{mem::host_load<std::uint16_t>(slow.code)} << 16;
    }
    insn = decode(bits);
    return true;
}

template <class Memory>
bool Core<Memory>::illegal(const Insn& insn) const {
    if (traits::has(insn.op, traits::kFloat) and not hart_.csrs.float_enabled()) {
        return true;
    }
    // Modes 5 and 6 are reserved; what 7 stands for is looked up when the instruction runs.
    return traits::has(insn.op, traits::kRounds) and (insn.rm == 5 or insn.rm == 6);
}

template <class Memory>
void Core<Memory>::bind(Op<Memory>& op, const Insn& insn, std::uint64_t pc) const {
    static_cast<Insn&>(op) = insn;
    if (illegal(insn)) {
        op.op = Opcode::illegal;
    }
    if (traits::has(op.op, traits::kWritesX) and op.rd == 0) {
        op.rd = 32;
    }
    op.handler = handlers_[static_cast<std::size_t>(op.op)];
    op.pc = pc;
    op.link = nullptr;
    op.page = 0;  // the arena's memory may have held another op
}

template <class Memory>
Op<Memory>* Core<Memory>::decode_block(std::uint64_t start) {
    Op<Memory>* const block = arena_.reserve(kMaxBlock + 2);
    if (breaks_at(start)) {
        bind_breakpoint(block[0], start);
        arena_.keep(1);
        return block;
    }
    Op<Memory>* const ops = native_ != nullptr ? block + 1 : block;
    const std::uint64_t page_end = (start | (mem::kPageSize - 1)) + 1;
    std::uint64_t pc = start;
    std::size_t count = 0;
    bool ended = false;
    while (not ended and count < kMaxBlock) {
        // What follows behind a page border or a breakpoint, or where PMP lets nothing be fetched, waits
        // until it is reached. (An instruction on the border is interpreted alone, and that may be compiled.)
        if (count != 0 and (static_cast<std::int64_t>(page_end - pc) < 4 or breaks_at(pc))) {
            break;
        }
        Insn insn;
        if (not fetch_insn(pc, insn)) {
            if (count == 0 or not Memory::kRemapsCode) {
                return nullptr;
            }
            break;
        }
        bind(ops[count], insn, pc);
        ended = traits::has(ops[count].op, traits::kEndsBlock);
        pc += insn.length;
        ++count;
    }
    ops[count] = {};
    ops[count].handler = marks_.fall_through;  // is reached by blocks that no jump ends
    ops[count].pc = pc;
    for (std::size_t k = 0; k < count; ++k) {
        ops[k].unretired = static_cast<std::uint16_t>(count - 1 - k);
    }
    if (ops != block) {
        block[0] = {};
        block[0].handler = marks_.count;
        block[0].pc = start;
        block[0].length = ops[0].length;
        block[0].cold_entries() = threshold_;
    }
    fuse(ops, count);
    ops[0].block_length = static_cast<std::uint16_t>(count);
    block[0].block_length = ops[0].block_length;
    arena_.keep(static_cast<std::size_t>(ops - block) + count + 1);
    return block;
}

// A fetch may wait for others. The bytes that lie there now may be newer than what was decoded: without a
// fence.i the guest may meet either. But where the tables lead elsewhere by now, and the fence that says so
// is on its way, they are not the block's, which is known by where its own lie.
template <class Memory>
bool Core<Memory>::compile(Op<Memory>* block) {
    const std::uint32_t mxcsr = fp::host::read_mxcsr();
    const std::uint64_t epoch = epoch_;
    const std::uint64_t fences = fences_;
    const std::uint64_t generation = memory_.code_generation();
    const bool fetched = memory_.fetch(block->pc);
    const bool kept = fetched and epoch == epoch_ and fences == fences_;
    const bool same =
        kept and (block->page == 0 or block->page == space_->page(block->pc, memory_.slow().code));
    engine::NativeCode code{.later = true};
    if (same) {
        const SlowAccess& slow = memory_.slow();
        auto request = native_request(*block, {slow.code, slow.code_bytes}, slow.code_whole_page);
        request.generation = generation;
        code = native_->compile(request);
    }
    if (not code.later) {
        block->handler = marks_.skip;
        run_compiled(*block, code.entry);
    } else if (fetched and epoch == epoch_) {
        block->cold_entries() = std::max<std::uint16_t>(threshold_, 1);  // this time it is interpreted
    }
    fp::host::write_mxcsr(mxcsr);
    return fetched;
}

template <class Memory>
void Core<Memory>::run_compiled(Op<Memory>& block, const void* entry) const {
    if (entry != nullptr) {
        block.handler = marks_.native;
        block.set_native(entry);
    }
}

// For code that is kept for one page, that page must be executable as a whole or not at all.
template <class Memory>
engine::NativeRequest Core<Memory>::native_request(const Op<Memory>& block, std::span<const std::byte> bytes,
                                                   bool whole_page) const {
    using Scope = engine::NativeRequest::Scope;
    const Scope in_machine = block.page != 0 and whole_page ? Scope::page : Scope::none;
    return {.pc = block.pc,
            .bytes = bytes,
            .instructions = kMaxTrace,
            .context = hart_.csrs.code_context(),
            .scope = Memory::kRemapsCode ? in_machine : Scope::all,
            .ran = ran_ + (granted_ - settled_)};
}

// The second op keeps its own handler: the pair's handler goes there when the fast path does not suffice.
template <class Memory>
void Core<Memory>::fuse(Op<Memory>* ops, std::size_t count) const {
    for (std::size_t k = 0; k + 1 < count; ++k) {
        const std::size_t pair = fused_pair(ops[k], ops[k + 1]);
        if (pair < kFusedPairs and pair_handlers_[pair] != nullptr) {
            ops[k].handler = pair_handlers_[pair];
            ++k;
        }
    }
}

// A block of no instruction, which costs nothing of the budget.
template <class Memory>
void Core<Memory>::bind_breakpoint(Op<Memory>& op, std::uint64_t pc) const {
    op = {};
    op.length = 2;
    op.handler = marks_.breakpoint;
    op.pc = pc;
}

template <class Memory>
Op<Memory>* Core<Memory>::single_step(std::uint64_t pc) {
    if (breaks_at(pc)) {
        bind_breakpoint(step_[0], pc);
        return step_.data();
    }
    Insn insn;
    if (not fetch_insn(pc, insn)) {
        return nullptr;
    }
    bind(step_[0], insn, pc);
    step_[0].block_length = 1;
    step_[1].handler = marks_.stop;
    step_[1].pc = pc + insn.length;
    return step_.data();
}

}  // namespace vm::guest::riscv
