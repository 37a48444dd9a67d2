#pragma once

// The handlers of pre-decoded instructions and the loop around them. Included by the one file that
// instantiates Interpreter for a memory policy.

#include <limits>
#include <utility>

#include "vm/guest/riscv/core.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/interpreter_env.h"
#include "vm/guest/riscv/native_frontend.h"
#include "vm/guest/riscv/semantics/bitmanip.h"
#include "vm/guest/riscv/semantics/control.h"

namespace vm::guest::riscv {

// Handlers jump to one another where the compiler makes sibling calls (release builds); elsewhere each
// returns to a loop. Measured gain of the jumps on the integer mix: see docs/BENCHMARKING.md.
#ifdef VM_INTERPRETER_SIBLING_CALLS
inline constexpr bool kSiblingCalls = true;
#else
inline constexpr bool kSiblingCalls = false;
#endif

#define VM_HANDLER_PARAMETERS                                                                            \
    [[maybe_unused]] Hart *hart, Op<Memory>*op, std::int64_t countdown, [[maybe_unused]] Memory *memory, \
        Core<Memory>*core
#define VM_HANDLER_ARGUMENTS hart, op, countdown, memory, core

template <Opcode kOpcode>
struct Semantics;

template <>
struct Semantics<Opcode::illegal> {
    template <class Env>
    static void run(Env& e, const auto& i) {
        semantics::illegal(e, i);
    }
};
#define INST(ident, name, format, pattern, operands) \
    template <>                                      \
    struct Semantics<Opcode::ident> {                \
        template <class Env>                         \
        static void run(Env& e, const auto& i) {     \
            semantics::ident(e, i);                  \
        }                                            \
    };
#include "vm/guest/riscv/rv64.inc"
#undef INST

template <class Memory>
[[gnu::always_inline]] inline void dispatch(VM_HANDLER_PARAMETERS) {
    if constexpr (kSiblingCalls) {
        return op->handler(VM_HANDLER_ARGUMENTS);
    }
    core->next = op;
    core->countdown = countdown;
}

// Entering `op`'s block took the countdown below zero: ends the run, or grants more and goes on.
template <class Memory>
[[gnu::noinline]] void refill(VM_HANDLER_PARAMETERS) {
    countdown += op->block_length;
    if (core->attention().load(std::memory_order_relaxed)) {
        return core->end({engine::ExitReason::pending, {}}, op->pc, countdown);
    }
    countdown += core->grant();
    if (countdown < op->block_length) {
        return core->end({engine::ExitReason::budget, {}}, op->pc, countdown);
    }
    countdown -= op->block_length;
    return dispatch(VM_HANDLER_ARGUMENTS);
}

// `op` is the first of a block.
template <class Memory>
[[gnu::always_inline]] inline void enter_block(VM_HANDLER_PARAMETERS) {
    countdown -= op->block_length;
    if (countdown < 0) [[unlikely]] {
        return refill(VM_HANDLER_ARGUMENTS);
    }
    return dispatch(VM_HANDLER_ARGUMENTS);
}

// Enters the block at pc, which has not been met lately. A spent budget ends the run before anything is
// fetched: a fetch fault belongs to the instruction after it.
template <class Memory>
[[gnu::noinline]] void enter_pc(Hart* hart, std::uint64_t pc, std::int64_t countdown, Memory* memory,
                                Core<Memory>* core) {
    if (core->exhausted(countdown)) {
        return core->end({engine::ExitReason::budget, {}}, pc, 0);
    }
    Op<Memory>* const op = core->block_at(pc);
    if (op == nullptr) {
        return core->end({engine::ExitReason::trap, memory->slow().trap}, pc, countdown);
    }
    return enter_block(VM_HANDLER_ARGUMENTS);
}

// As enter_pc, and keeps the link from `from` for the next time.
template <class Memory>
[[gnu::noinline]] void resolve_link(Hart* hart, Op<Memory>* from, std::int64_t countdown, Memory* memory,
                                    Core<Memory>* core, std::uint64_t pc) {
    if (not core->exhausted(countdown)) {
        const std::uint64_t epoch = core->epoch();
        Op<Memory>* const to = core->block_at(pc);
        if (to != nullptr and epoch == core->epoch() and core->linkable(from->page, *to)) {
            from->link = to;
        }
    }
    return enter_pc(hart, pc, countdown, memory, core);
}

// After an instruction that may have let an interrupt in, it is taken at once.
template <class Memory>
[[gnu::noinline]] void resume_at(Hart* hart, std::uint64_t pc, std::int64_t countdown, Memory* memory,
                                 Core<Memory>* core) {
    if (core->interrupted()) {
        return core->end({engine::ExitReason::pending, {}}, pc, countdown);
    }
    core->synchronize();
    return enter_pc(hart, pc, countdown, memory, core);
}

template <class Memory>
[[gnu::noinline]] void leave_trapped(VM_HANDLER_PARAMETERS) {
    core->end({engine::ExitReason::trap, memory->slow().trap}, op->pc, countdown + op->unretired + 1);
}

template <class Memory>
[[gnu::noinline]] void leave_waiting(VM_HANDLER_PARAMETERS) {
    core->end({engine::ExitReason::pending, {}}, op->pc + op->length, countdown + op->unretired);
}

template <class Memory>
[[gnu::always_inline]] inline void follow_link(VM_HANDLER_PARAMETERS, std::uint64_t pc) {
    countdown += op->unretired;
    Op<Memory>* to = op->link;
    if (Memory::kRemapsCode and to == nullptr) {
        to = core->recent(pc);
    }
    if (to == nullptr) [[unlikely]] {
        return resolve_link(VM_HANDLER_ARGUMENTS, pc);
    }
    op = to;
    return enter_block(VM_HANDLER_ARGUMENTS);
}

template <class Memory>
[[gnu::always_inline]] inline void jump_to(VM_HANDLER_PARAMETERS, std::uint64_t pc) {
    op = core->recent(pc);
    if (op == nullptr) [[unlikely]] {
        return enter_pc(hart, pc, countdown, memory, core);
    }
    return enter_block(VM_HANDLER_ARGUMENTS);
}

template <class Memory, Opcode kOpcode>
void complete(VM_HANDLER_PARAMETERS);

// Goes where `e`, the environment of `op`, says.
template <class Memory, Opcode kOpcode, Path kPath>
[[gnu::always_inline]] inline void follow(const Env<Memory, kPath>& e, VM_HANDLER_PARAMETERS) {
    switch (e.flow()) {
        case Flow::next:
            ++op;
            return dispatch(VM_HANDLER_ARGUMENTS);
        case Flow::jump:
            return follow_link(VM_HANDLER_ARGUMENTS, op->pc + as_unsigned(op->imm));
        case Flow::jump_to:
            return jump_to(VM_HANDLER_ARGUMENTS, e.target());
        case Flow::resume:
            return resume_at(hart, e.target(), countdown, memory, core);
        case Flow::wait:
            return leave_waiting(VM_HANDLER_ARGUMENTS);
        case Flow::trap:
            return leave_trapped(VM_HANDLER_ARGUMENTS);
        case Flow::retry:
            return complete<Memory, kOpcode>(VM_HANDLER_ARGUMENTS);
    }
}

template <class Memory, Opcode kOpcode, Path kPath>
[[gnu::flatten]] void execute(VM_HANDLER_PARAMETERS) {
    Env<Memory, kPath> e(VM_HANDLER_ARGUMENTS);
    Semantics<kOpcode>::run(e, *op);
    return follow<Memory, kOpcode>(e, VM_HANDLER_ARGUMENTS);
}

// Two neighbours in one handler; the second may take the first one's result from a host register.
template <class Memory, Opcode kFirst, Opcode kSecond, Forward kForward>
[[gnu::flatten]] void execute_pair(VM_HANDLER_PARAMETERS) {
    Env<Memory, Path::fast> first(VM_HANDLER_ARGUMENTS);
    Semantics<kFirst>::run(first, *op);
    if (first.flow() != Flow::next) {
        return follow<Memory, kFirst>(first, VM_HANDLER_ARGUMENTS);
    }
    ++op;
    Env<Memory, Path::fast> second(VM_HANDLER_ARGUMENTS);
    second.forward(first.written());
    Semantics<kSecond>::run(second, FusedInsn<kForward>(*op));
    return follow<Memory, kSecond>(second, VM_HANDLER_ARGUMENTS);
}

template <class Memory, Opcode kOpcode>
[[gnu::noinline, gnu::cold]] void complete(VM_HANDLER_PARAMETERS) {
    return execute<Memory, kOpcode, Path::complete>(VM_HANDLER_ARGUMENTS);
}

// Not an instruction: the end of a block that goes on in another.
template <class Memory>
void fall_through(VM_HANDLER_PARAMETERS) {
    return follow_link(VM_HANDLER_ARGUMENTS, op->pc);
}

// Not an instruction: the end of a single step.
template <class Memory>
void stop(VM_HANDLER_PARAMETERS) {
    core->end({engine::ExitReason::budget, {}}, op->pc, countdown);
}

// Not an instruction: a debugger wants the run to end before the one that lies here.
template <class Memory>
void breakpoint(VM_HANDLER_PARAMETERS) {
    core->end({engine::ExitReason::pending, {}}, op->pc, countdown);
}

// Where compiled code has left off: the block at pc is interpreted, compiled or not.
template <class Memory>
[[gnu::noinline]] void interpret_at(Hart* hart, std::uint64_t pc, std::int64_t countdown, Memory* memory,
                                    Core<Memory>* core) {
    if (core->exhausted(countdown)) {
        return core->end({engine::ExitReason::budget, {}}, pc, 0);
    }
    Op<Memory>* const block = core->block_at(pc);
    if (block == nullptr) {
        return core->end({engine::ExitReason::trap, memory->slow().trap}, pc, countdown);
    }
    Op<Memory>* const op = core->body(block);
    return enter_block(VM_HANDLER_ARGUMENTS);
}

// On to the next block, to which the exit or the jump leads by itself from now on where it is compiled, too.
template <class Memory>
[[gnu::noinline]] void go_on(Hart* hart, const engine::NativeOutcome& outcome, Memory* memory,
                             Core<Memory>* core) {
    const std::int64_t countdown = outcome.countdown;
    if (core->exhausted(countdown)) {
        return core->end({engine::ExitReason::budget, {}}, outcome.pc, 0);
    }
    const std::uint64_t epoch = core->epoch();
    Op<Memory>* const op = core->block_at(outcome.pc);
    if (op == nullptr) {
        return core->end({engine::ExitReason::trap, memory->slow().trap}, outcome.pc, countdown);
    }
    if (core->is_native(*op)) {
        if (outcome.exit == nullptr) {
            core->native().remember(outcome.pc, op->native());
        } else if (epoch == core->epoch()) {
            core->native().link(outcome.exit, op->native());
        }
    }
    return enter_block(VM_HANDLER_ARGUMENTS);
}

// With more of the countdown compiled code goes on. A compiled block may be longer than what the interpreter
// has of it: near the end of the budget the latter gets further.
template <class Memory>
[[gnu::noinline]] void refill_native(Hart* hart, std::uint64_t pc, std::int64_t countdown, Memory* memory,
                                     Core<Memory>* core) {
    if (core->attention().load(std::memory_order_relaxed)) {
        return core->end({engine::ExitReason::pending, {}}, pc, countdown);
    }
    const std::int64_t granted = core->grant();
    return granted == 0 ? interpret_at(hart, pc, countdown, memory, core)
                        : enter_pc(hart, pc, countdown + granted, memory, core);
}

// The compiled code of this block may be gone, and so may that of all others.
template <class Memory>
[[gnu::noinline, gnu::cold]] void enter_anew(VM_HANDLER_PARAMETERS) {
    const std::uint64_t pc = op->pc;
    countdown += op->block_length;
    core->forget_compiled();
    return enter_pc(hart, pc, countdown, memory, core);
}

// Not an instruction: the start of a block that is compiled.
template <class Memory>
void native(VM_HANDLER_PARAMETERS) {
    if (not core->native_allowed()) [[unlikely]] {
        ++op;
        return dispatch(VM_HANDLER_ARGUMENTS);
    }
    const engine::NativeOutcome& outcome = core->run_native(*op, countdown + op->block_length);
    switch (outcome.kind) {
        case engine::NativeOutcome::Kind::go_on:
            return go_on(hart, outcome, memory, core);
        case engine::NativeOutcome::Kind::spent:
            return refill_native(hart, outcome.pc, outcome.countdown, memory, core);
        case engine::NativeOutcome::Kind::interpret:
            break;
        case engine::NativeOutcome::Kind::trap:
            if (core->exhausted(outcome.countdown)) {
                return core->end({engine::ExitReason::budget, {}}, outcome.pc, 0);
            }
            return core->end({engine::ExitReason::trap, outcome.trap}, outcome.pc, outcome.countdown);
        case engine::NativeOutcome::Kind::stale:
            return enter_anew(VM_HANDLER_ARGUMENTS);
    }
    return interpret_at(hart, outcome.pc, outcome.countdown, memory, core);
}

template <class Memory>
[[gnu::noinline, gnu::cold]] void compile_block(VM_HANDLER_PARAMETERS) {
    countdown += op->block_length;
    const std::uint64_t pc = op->pc;
    if (not core->compile(op)) {
        return core->end({engine::ExitReason::trap, memory->slow().trap}, pc, countdown);
    }
    return enter_pc(hart, pc, countdown, memory, core);
}

// Not an instruction: the start of a block that is not hot yet.
template <class Memory>
void count_entry(VM_HANDLER_PARAMETERS) {
    if (op->cold_entries() == 0) [[unlikely]] {
        return compile_block(VM_HANDLER_ARGUMENTS);
    }
    --op->cold_entries();
    ++op;
    return dispatch(VM_HANDLER_ARGUMENTS);
}

// Not an instruction: the start of a block that cannot be compiled.
template <class Memory>
void skip(VM_HANDLER_PARAMETERS) {
    ++op;
    return dispatch(VM_HANDLER_ARGUMENTS);
}

template <class Memory, std::size_t... kIndex>
constexpr typename Core<Memory>::Handlers make_handlers(std::index_sequence<kIndex...>) {
    return {&execute<Memory, static_cast<Opcode>(kIndex), Path::fast>...};
}

template <class Memory>
inline constexpr typename Core<Memory>::Handlers kHandlers =
    make_handlers<Memory>(std::make_index_sequence<static_cast<std::size_t>(Opcode::count)>{});

template <class Memory, std::size_t kPair>
constexpr typename Op<Memory>::Handler pair_handler() {
    // Builds that return to a loop between handlers gain little and compile long.
    if constexpr (kSiblingCalls and fused_possible(kPair)) {
        return &execute_pair<Memory, fused_first(kPair), fused_second(kPair), fused_forward(kPair)>;
    } else {
        return nullptr;
    }
}

template <class Memory, std::size_t... kIndex>
constexpr typename Core<Memory>::PairHandlers make_pair_handlers(std::index_sequence<kIndex...>) {
    return {pair_handler<Memory, kIndex>()...};
}

template <class Memory>
inline constexpr typename Core<Memory>::PairHandlers kPairHandlers =
    make_pair_handlers<Memory>(std::make_index_sequence<kFusedPairs>{});

template <class Memory>
inline constexpr
    typename Core<Memory>::Marks kMarks{&fall_through<Memory>, &stop<Memory>,   &breakpoint<Memory>,
                                        &count_entry<Memory>,  &native<Memory>, &skip<Memory>};

template <class Memory>
class Interpreter<Memory>::Impl {
  public:
    Impl(Hart& hart, Memory& memory)
        : hart_(hart),
          memory_(memory),
          core_(hart, memory, kHandlers<Memory>, kPairHandlers<Memory>, kMarks<Memory>),
          frontend_(hart, memory, core_) {}

    engine::Frontend& frontend() { return frontend_; }
    void set_native(engine::NativeTier* tier, std::uint16_t threshold) { core_.set_native(tier, threshold); }

    engine::Exit run(std::uint64_t budget, Last last) {
        const fp::HostEnvironment guest_floating_point(hart_.csrs.frm);
        core_.begin(budget);
        core_.synchronize();
        enter_pc(&hart_, hart_.pc, 0, &memory_, &core_);
        drain();
        // A block longer than what is left of the budget is walked instruction by instruction.
        const auto enough = [&] {
            const auto left = static_cast<std::uint64_t>(core_.leftover());
            return left == 0 or (last == Last::whole_block and left < budget);
        };
        while (core_.exit().reason == engine::ExitReason::budget and not enough()) {
            step();
        }
        core_.settle(core_.leftover());
        return core_.exit();
    }

    engine::Exit run_one() {
        const fp::HostEnvironment guest_floating_point(hart_.csrs.frm);
        core_.begin(1);
        core_.synchronize();
        core_.end({engine::ExitReason::budget, {}}, hart_.pc, core_.grant());
        step();
        core_.settle(core_.leftover());
        return core_.exit();
    }

    void translation_fence(const TranslationFence& fence) { core_.forget_translations(fence); }
    void set_breakpoints(std::vector<std::uint64_t> addresses) {
        core_.set_breakpoints(std::move(addresses));
    }
    // What was done before a request is seen by whoever looks after it was accepted.
    void request_attention() { core_.attention().store(true, std::memory_order_release); }
    void accept_attention() { core_.attention().exchange(false, std::memory_order_acquire); }

  private:
    void step() {
        Op<Memory>* const op = core_.single_step(hart_.pc);
        if (op == nullptr) {
            return core_.end({engine::ExitReason::trap, memory_.slow().trap}, hart_.pc, core_.leftover());
        }
        enter_block(&hart_, op, core_.leftover(), &memory_, &core_);
        drain();
    }

    // Carries on what the loop form of dispatch left to do.
    void drain() {
        while (core_.next != nullptr) {
            Op<Memory>* const op = std::exchange(core_.next, nullptr);
            op->handler(&hart_, op, core_.countdown, &memory_, &core_);
        }
    }

    Hart& hart_;
    Memory& memory_;
    Core<Memory> core_;
    NativeFrontend<Memory> frontend_;
};

template <class Memory>
engine::Frontend& Interpreter<Memory>::frontend() {
    return impl_->frontend();
}

template <class Memory>
void Interpreter<Memory>::set_native(engine::NativeTier* tier, std::uint16_t threshold) {
    impl_->set_native(tier, threshold);
}

template <class Memory>
Interpreter<Memory>::Interpreter(Hart& hart, Memory& memory) : impl_(std::make_unique<Impl>(hart, memory)) {}

template <class Memory>
Interpreter<Memory>::~Interpreter() = default;

template <class Memory>
engine::Exit Interpreter<Memory>::run(std::uint64_t budget, Last last) {
    const engine::Exit exit = impl_->run(budget, last);
    if (exit.reason == engine::ExitReason::pending) {
        impl_->accept_attention();
    }
    return exit;
}

template <class Memory>
engine::Exit Interpreter<Memory>::run_one() {
    return impl_->run_one();
}

template <class Memory>
void Interpreter<Memory>::translation_fence(const TranslationFence& fence) {
    impl_->translation_fence(fence);
}

template <class Memory>
void Interpreter<Memory>::set_breakpoints(std::vector<std::uint64_t> addresses) {
    impl_->set_breakpoints(std::move(addresses));
}

template <class Memory>
void Interpreter<Memory>::request_attention() {
    impl_->request_attention();
}

}  // namespace vm::guest::riscv
