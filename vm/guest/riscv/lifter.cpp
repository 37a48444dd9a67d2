#include "vm/guest/riscv/lifter.h"

#include <algorithm>
#include <optional>

#include "vm/base/check.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/lift_env.h"
#include "vm/guest/riscv/semantics/bitmanip.h"
#include "vm/guest/riscv/semantics/control.h"
#include "vm/guest/riscv/traits.h"
#include "vm/mem/host_access.h"

namespace vm::guest::riscv {
namespace {

// The instruction that the bytes begin with; nothing where it goes on behind them.
std::optional<Insn> first_insn(std::span<const std::byte> bytes) {
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    std::uint32_t bits = mem::host_load<std::uint16_t>(bytes.data());
    if (instruction_length(bits) == 4) {
        if (bytes.size() < 4) {
            return std::nullopt;
        }
        bits |= std::uint32_t{mem::host_load<std::uint16_t>(bytes.data() + 2)} << 16;
    }
    return decode(bits);
}

// Whether the instruction ends a block and does no more than that. The others that end one change what
// decoded code depends on, or how the hart runs.
bool only_leaves(Opcode op) {
    return op == Opcode::jal or op == Opcode::jalr or op == Opcode::ecall or op == Opcode::ebreak;
}

// Hosts have no mode that rounds to nearest with ties away, and 5 and 6 are reserved. (Unpriv. 20.2)
bool rounds_on_host(std::uint8_t rm, const LiftContext& context) {
    return rm == kDynamicRounding ? context.rounds_on_host
                                  : rm <= static_cast<std::uint8_t>(ir::Rounding::rup);
}

bool left_to_interpreter(const Insn& insn, const LiftContext& context) {
    if (traits::has(insn.op, traits::kEndsBlock)) {
        return not only_leaves(insn.op);
    }
    if (traits::has(insn.op, traits::kFloat) and not context.float_enabled) {
        return true;
    }
    if (traits::has(insn.op, traits::kRounds) and not rounds_on_host(insn.rm, context)) {
        return true;
    }
    return encoding(insn.op).format == Format::Atomic and not context.atomics_by_helper;
}

void record(LiftEnv& e, const Insn& insn) {
    switch (insn.op) {
        case Opcode::illegal:
        case Opcode::count:
            return semantics::illegal(e, insn);
#define INST(ident, name, format, pattern, operands) \
    case Opcode::ident:                              \
        return semantics::ident(e, insn);
#include "vm/guest/riscv/rv64.inc"
#undef INST
    }
}

}  // namespace

Lifted lift(ir::Block& block, const LiftRequest& request) {
    VM_CHECK(request.max_instructions != 0);
    block.clear();
    const bool trace = request.branches == Branches::side_exit;
    const LiftEnv::Loop loop{request.pc, request.max_instructions};
    LiftEnv e(block, request.context.reach, trace ? std::optional(loop) : std::nullopt);
    Lifted lifted;
    std::uint32_t at = 0;
    const auto here = [&] { return ir::Point{request.pc + at, lifted.instructions}; };
    const auto may_go_on = [&] {
        const bool branched = e.branched() and request.branches == Branches::end_block;
        return not e.ended() and not branched and lifted.instructions < request.max_instructions;
    };
    while (may_go_on()) {
        const auto insn = first_insn(request.bytes.subspan(at));
        if (not insn) {
            break;
        }
        e.begin(*insn, here());
        left_to_interpreter(*insn, request.context) ? e.leave(ir::Leave::interpret) : record(e, *insn);
        at += insn->length;
        lifted.bytes = std::max(lifted.bytes, at);
        // What leaves before the instruction is not complete, what jumps is.
        lifted.instructions = e.ended() ? block.frames().back().retired : lifted.instructions + 1;
        if (e.goes_round()) {
            at = 0;
        }
    }
    if (not e.ended()) {
        lifted.instructions == 0 ? e.leave_at(here()) : e.go_on_at(here());
    }
    return lifted;
}

}  // namespace vm::guest::riscv
