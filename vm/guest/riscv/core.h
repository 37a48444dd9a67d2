#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "vm/engine/exit.h"
#include "vm/engine/native_tier.h"
#include "vm/guest/riscv/block_cache.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/fusion.h"
#include "vm/guest/riscv/host_atomics.h"
#include "vm/guest/riscv/jump_spaces.h"
#include "vm/guest/riscv/memory_policy.h"
#include "vm/guest/riscv/op.h"
#include "vm/guest/riscv/semantics/atomic.h"
#include "vm/guest/riscv/semantics/system.h"
#include "vm/guest/riscv/traits.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/mem/host_access.h"

namespace vm::guest::riscv {

// The slow half of an interpreter: decoded blocks, the instruction budget, and every operation that the
// handlers do not inline. The functions answering bool leave a value or a trap in memory.slow(), see
// MemoryPolicy.
template <class Memory>
class Core {
  public:
    using Handlers = std::array<typename Op<Memory>::Handler, static_cast<std::size_t>(Opcode::count)>;
    using PairHandlers = std::array<typename Op<Memory>::Handler, kFusedPairs>;

    // Ops that are no instructions.
    struct Marks {
        typename Op<Memory>::Handler fall_through;
        typename Op<Memory>::Handler stop;
        typename Op<Memory>::Handler breakpoint;
        typename Op<Memory>::Handler count;   // at the start of a block: until it is hot
        typename Op<Memory>::Handler native;  // later
        typename Op<Memory>::Handler skip;    // where it cannot be compiled
    };

    Core(Hart& hart, Memory& memory, const Handlers& handlers, const PairHandlers& pair_handlers,
         const Marks& marks)
        : hart_(hart), memory_(memory), handlers_(handlers), pair_handlers_(pair_handlers), marks_(marks) {}

    // From now on blocks that were entered `threshold` times go to the tier, which stays until another one is
    // set. While nothing runs.
    void set_native(engine::NativeTier* tier, std::uint16_t threshold) {
        if (tier == nullptr and native_ == nullptr) {
            return;
        }
        native_ = tier;
        threshold_ = threshold;
        generation_ = tier != nullptr ? tier->forgotten() : memory_.code_generation();
        flush();
    }
    engine::NativeTier& native() { return *native_; }
    // Has the block compiled, or marks it as one that is not, or as one to be tried again. Where everything
    // was forgotten instead, the block is gone. False where its code cannot be fetched: memory.slow() says
    // why.
    [[gnu::noinline]] bool compile(Op<Memory>* block);
    // What comes of it lies here, not in the caller's frame: that would stop its jump to what follows.
    [[gnu::noinline]] const engine::NativeOutcome& run_native(const Op<Memory>& block, std::int64_t granted) {
        outcome_ = native_->run(block.native(), granted);
        return outcome_;
    }
    // Compiled code rounds as the host can.
    bool native_allowed() const { return hart_.csrs.frm < static_cast<std::uint8_t>(fp::Rounding::rmm); }
    // The block's first instruction.
    Op<Memory>* body(Op<Memory>* block) const {
        const bool marked = block->handler == marks_.count or block->handler == marks_.native or
                            block->handler == marks_.skip;
        return marked ? block + 1 : block;
    }
    bool is_native(const Op<Memory>& block) const { return block.handler == marks_.native; }

    // The block at pc in the hart's present context; nullptr when it cannot be fetched. Decoding may empty
    // the cache, which epoch() tells: ops and links from before are gone then.
    Op<Memory>* block_at(std::uint64_t pc);
    Op<Memory>* recent(std::uint64_t pc) const { return space_->recent(pc, address_space_); }
    // What the tier has given is gone.
    [[gnu::noinline]] void forget_compiled() { flush(); }
    // Whether a jump from a block of one page to another may be kept for as long as both are.
    bool linkable(std::uint32_t from, const Op<Memory>& to) const {
        return not Memory::kRemapsCode or (from == to.page and from != 0);
    }
    std::uint64_t epoch() const { return epoch_; }

    // A block of the one instruction at pc that ends the run behind it; nullptr when it cannot be fetched.
    Op<Memory>* single_step(std::uint64_t pc);

    // Follows changes of context and drops decoded code that may be stale.
    void synchronize();

    // Where code that is decoded from now on ends the run. No run is on.
    void set_breakpoints(std::vector<std::uint64_t> addresses);

    // Budget. The countdown holds what has been granted and not yet been used.
    void begin(std::uint64_t budget);
    std::int64_t grant();
    bool exhausted(std::int64_t unused) const { return unused == 0 and ungranted_ == 0; }
    void end(engine::Exit exit, std::uint64_t pc, std::int64_t unused);
    engine::Exit exit() const { return exit_; }
    std::int64_t leftover() const { return leftover_; }
    // Reports what has retired, given the unused countdown, to the counters; also hands over the accrued
    // flags.
    void settle(std::int64_t unused);

    std::atomic<bool>& attention() { return attention_; }
    // Not inlined: what it answers with lies in memory, which would stop its caller's jump to what follows.
    [[gnu::noinline]] bool interrupted() const { return hart_.csrs.pending_interrupt().has_value(); }

    [[gnu::noinline]] bool load_slow(std::uint64_t address, unsigned size) {
        return memory_.load_slow(address, size);
    }
    [[gnu::noinline]] bool store_slow(std::uint64_t address, unsigned size, std::uint64_t value) {
        return memory_.store_slow(address, size, value);
    }
    [[gnu::noinline]] bool load_reserved(std::uint64_t address, semantics::MemType type);
    [[gnu::noinline]] bool store_conditional(std::uint64_t address, semantics::MemType type,
                                             std::uint64_t value);
    [[gnu::noinline]] bool atomic(semantics::Amo amo, std::uint64_t address, semantics::MemType type,
                                  std::uint64_t value);
    [[gnu::noinline]] bool csr_read(const Op<Memory>& op, std::int64_t unused);
    [[gnu::noinline]] bool csr_update(const Op<Memory>& op, std::int64_t unused, semantics::CsrUpdate update,
                                      std::uint64_t operand);
    [[gnu::noinline]] bool machine_return(const Op<Memory>& op);
    [[gnu::noinline]] bool supervisor_return(const Op<Memory>& op);
    [[gnu::noinline]] bool translation_fence(const Op<Memory>& op, const TranslationFence& fence);
    void forget_translations(const TranslationFence& fence);
    [[gnu::noinline]] bool invalidation_fence(const Op<Memory>& op);
    [[gnu::noinline]] bool wait_for_interrupt(const Op<Memory>& op);

    // Where the loop form of dispatch keeps what comes next.
    Op<Memory>* next = nullptr;
    std::int64_t countdown = 0;

  private:
    static constexpr unsigned kContexts = 8;
    static constexpr std::int64_t kMaxGrant = 4096;
    static constexpr std::size_t kMaxBlock = 64;
    // Of compiled code, which goes on where a branch is not taken.
    static constexpr std::uint32_t kMaxTrace = 100;

    bool breaks_at(std::uint64_t pc) const {
        return not breakpoints_.empty() and std::binary_search(breakpoints_.begin(), breakpoints_.end(), pc);
    }
    void bind_breakpoint(Op<Memory>& op, std::uint64_t pc) const;
    bool fetch_insn(std::uint64_t pc, Insn& insn);
    Op<Memory>* decode_block(std::uint64_t pc);
    Op<Memory>* known_block(std::uint64_t pc);
    template <class Action>
    bool forget_overwritten(Action forget);
    void drop_overwritten();
    void select_jump_space();
    template <class Action>
    void for_spaces(Action action);
    void bind(Op<Memory>& op, const Insn& insn, std::uint64_t pc) const;
    bool illegal(const Insn& insn) const;
    void fuse(Op<Memory>* ops, std::size_t count) const;
    void flush();
    engine::NativeRequest native_request(const Op<Memory>& block, std::span<const std::byte> bytes,
                                         bool whole_page) const;
    void run_compiled(Op<Memory>& block, const void* entry) const;
    bool trapped(const engine::Trap& trap, const Op<Memory>& op);

    Hart& hart_;
    Memory& memory_;
    const Handlers& handlers_;
    const PairHandlers& pair_handlers_;
    Marks marks_;
    engine::NativeTier* native_ = nullptr;
    std::uint16_t threshold_ = 0;
    engine::NativeOutcome outcome_{};

    OpArena<Memory> arena_;
    std::array<std::unique_ptr<CodeSpace<Memory>>, kContexts> spaces_;
    CodeSpace<Memory>* space_ = nullptr;
    std::array<Op<Memory>, 2> step_{};
    std::vector<std::uint64_t> breakpoints_;  // in order
    std::uint64_t epoch_ = 0;
    std::uint64_t generation_ = 0;  // of code: all that was overwritten up to it is forgotten
    std::uint64_t permissions_ = 0;
    std::uint64_t mapping_ = 0;
    std::uint64_t fences_ = 0;
    std::uint64_t address_space_ = 0;
    JumpSpaces jump_spaces_;

    std::uint64_t ungranted_ = 0;
    std::uint64_t granted_ = 0;
    std::uint64_t settled_ = 0;
    std::uint64_t ran_ = 0;  // in all runs, until settled
    std::int64_t leftover_ = 0;
    engine::Exit exit_{};
    std::atomic<bool> attention_ = false;
};

template <class Memory>
void Core<Memory>::synchronize() {
    if (memory_.code_permissions() != permissions_) {
        flush();
    } else if (memory_.code_generation() != generation_) {
        drop_overwritten();
    }
    if (memory_.code_mapping() != mapping_) {
        mapping_ = memory_.code_mapping();
        for_spaces([](CodeSpace<Memory>& space) { space.forget_targets(); });
        jump_spaces_.forget();
    }
    address_space_ = memory_.code_space();
    auto& space = spaces_[hart_.csrs.code_context()];
    if (space == nullptr) {
        space = std::make_unique<CodeSpace<Memory>>();
    }
    space_ = space.get();
    select_jump_space();
}

template <class Memory>
void Core<Memory>::select_jump_space() {
    if (Memory::kRemapsCode and native_ != nullptr) {
        native_->select_space(jump_spaces_.number(hart_.csrs.code_context(), address_space_));
    }
}

template <class Memory>
template <class Action>
void Core<Memory>::for_spaces(Action action) {
    for (const auto& space : spaces_) {
        if (space != nullptr) {
            action(*space);
        }
    }
}

// All that was overwritten by now is forgotten, compiled code by whoever shares it. `forget` takes each page,
// none where any may have been: then it is the last, and the answer false.
template <class Memory>
template <class Action>
bool Core<Memory>::forget_overwritten(Action forget) {
    const std::uint64_t now = memory_.code_generation();
    while (generation_ != now) {
        const std::byte* const page = memory_.overwritten_code(generation_ + 1);
        generation_ = page == nullptr ? now : generation_ + 1;
        if (native_ != nullptr) {
            native_->forget_code(page, generation_);
        }
        if (page == nullptr) {
            return false;
        }
        forget(page);
    }
    return true;
}

// What is overwritten meanwhile is forgotten when it is looked for again.
template <class Memory>
void Core<Memory>::flush() {
    forget_overwritten([](const std::byte*) {});
    for_spaces([](CodeSpace<Memory>& space) { space.clear(); });
    arena_.clear();
    if (native_ != nullptr) {
        native_->forget();
    }
    permissions_ = memory_.code_permissions();
    ++epoch_;
}

template <class Memory>
void Core<Memory>::set_breakpoints(std::vector<std::uint64_t> addresses) {
    std::sort(addresses.begin(), addresses.end());
    if (addresses != breakpoints_) {
        breakpoints_ = std::move(addresses);
        flush();
    }
}

// Where links between pages are kept, all decoded blocks go: they are not known from their ends.
template <class Memory>
void Core<Memory>::drop_overwritten() {
    const bool known = forget_overwritten([&](const std::byte* page) {
        if (Memory::kRemapsCode) {
            for_spaces([=](CodeSpace<Memory>& space) { space.drop(page); });
        }
    });
    if (not known or not Memory::kRemapsCode) {
        return flush();
    }
    jump_spaces_.forget();
}

template <class Memory>
Op<Memory>* Core<Memory>::block_at(std::uint64_t pc) {
    if (Op<Memory>* op = recent(pc)) {
        return op;
    }
    if (arena_.full()) {
        flush();
    }
    // The standard containers compute load factors in floating point, which must not show in the guest's
    // flags.
    const std::uint32_t mxcsr = fp::host::read_mxcsr();
    Op<Memory>* op = nullptr;
    std::uint64_t fences = 0;
    do {  // a fetch may wait for other harts, whose fences are then carried out for this one
        fences = fences_;
        memory_.slow().code_page_shift = mem::kPageShift;
        op = memory_.fetch(pc) ? known_block(pc) : nullptr;
    } while (fences != fences_);
    if (op != nullptr) {
        space_->remember(pc, address_space_, op, memory_.slow().code_page_shift);
    }
    fp::host::write_mxcsr(mxcsr);
    return op;
}

// The block whose first bytes were just fetched, decoded where it is new. One that begins with an instruction
// in two pages depends on where the second lies, too: it is kept only as long as its address leads to it. One
// during whose decoding translations were forgotten may come from several pages, and is not kept at all.
template <class Memory>
Op<Memory>* Core<Memory>::known_block(std::uint64_t pc) {
    const std::byte* const code = memory_.slow().code;
    if (Op<Memory>* op = space_->find(pc, code)) {
        return op;
    }
    const std::uint64_t fences = fences_;
    const bool whole_page = memory_.slow().code_whole_page;
    Op<Memory>* const op = decode_block(pc);
    if (op == nullptr) {
        return nullptr;
    }
    const bool in_two_pages = (pc + op->length - 1) >> mem::kPageShift != pc >> mem::kPageShift;
    if (Memory::kRemapsCode and (in_two_pages or fences != fences_)) {
        return op;
    }
    if constexpr (Memory::kRemapsCode) {
        const std::uint32_t page = space_->page(pc, code);
        const Op<Memory>* const end = body(op) + op->block_length;
        for (Op<Memory>* each = op; each <= end; ++each) {
            each->page = page;
        }
    }
    space_->add(pc, code, op);
    if (op->handler == marks_.count) {
        run_compiled(*op, native_->find(native_request(*op, {code, 0}, whole_page)));
    }
    return op;
}

template <class Memory>
void Core<Memory>::begin(std::uint64_t budget) {
    ungranted_ = budget;
    granted_ = 0;
    settled_ = 0;
    leftover_ = 0;
}

template <class Memory>
std::int64_t Core<Memory>::grant() {
    const std::uint64_t amount = std::min(ungranted_, static_cast<std::uint64_t>(kMaxGrant));
    ungranted_ -= amount;
    granted_ += amount;
    return static_cast<std::int64_t>(amount);
}

template <class Memory>
void Core<Memory>::end(engine::Exit exit, std::uint64_t pc, std::int64_t unused) {
    exit_ = exit;
    hart_.pc = pc;
    leftover_ = unused;
}

template <class Memory>
void Core<Memory>::settle(std::int64_t unused) {
    const std::uint64_t retired = granted_ - static_cast<std::uint64_t>(unused);
    hart_.csrs.instret += retired - settled_;
    ran_ += retired - settled_;
    settled_ = retired;
    hart_.csrs.fflags = static_cast<std::uint8_t>(hart_.csrs.fflags | fp::HostEnvironment::fflags());
    fp::HostEnvironment::clear_flags();
}

}  // namespace vm::guest::riscv

#include "vm/guest/riscv/core_blocks.h"
#include "vm/guest/riscv/core_operations.h"
