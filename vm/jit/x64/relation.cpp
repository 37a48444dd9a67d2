// Relations between integers, and what is chosen by them.
#include "vm/jit/x64/condition.h"
#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using ir::Opcode;
using x86::CondCode;

// The flags of a - b.
void Lowering::compare(ir::Value a, ir::Value b) {
    const ir::Type width = type(a);
    const std::uint8_t left = general(a);
    if (const auto number = immediate(b)) {
        *number == 0 ? assembler_.test(gp(left, width), gp(left, width))
                     : assembler_.cmp(gp(left, width), *number);
        return;
    }
    if (left == kScratch and b.is_constant()) {
        assembler_.cmp(gp(left, width), constant(block_->bits(b)));
        return;
    }
    const std::uint8_t right = general(b);
    assembler_.cmp(gp(left, width), gp(right, width));
}

void Lowering::lower_comparison() {
    const auto [a, b, c, d] = node().operands;
    compare(a, b);
    const std::uint8_t to = define_general(0, {});
    assembler_.set(code_of(ir::condition_of(node().op)), gp8(kScratch));
    assembler_.movzx(gp32(to), gp8(kScratch));
}

void Lowering::lower_min_max() {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    const std::uint8_t right = general(b);
    assembler_.cmp(gp(left, type), gp(right, type));
    const std::uint8_t to = define_general(a == b ? 0 : mask_of(right), a);
    if (to != left) assembler_.mov(gp(to, type), gp(left, type));
    const auto replaced = [](Opcode op) {
        switch (op) {
            case Opcode::mins:
                return CondCode::kG;
            case Opcode::maxs:
                return CondCode::kL;
            case Opcode::minu:
                return CondCode::kA;
            default:
                return CondCode::kB;
        }
    };
    assembler_.cmov(replaced(node().op), gp(to, type), gp(right, type));
}

void Lowering::lower_select() {
    const auto [a, b, yes, no] = node().operands;
    if (ir::is_float(node().type)) return lower_float_select();
    const ir::Type type = node().type;
    const std::uint8_t taken = yes.is_node() ? general(yes) : kScratch;
    const std::uint8_t other = no.is_node() ? general(no) : kScratch;
    compare(a, b);
    const std::uint8_t to = define_general(yes.is_node() and yes != no ? mask_of(taken) : 0, no);
    if (no.is_constant()) {
        load_constant(to, block_->bits(no));
    } else if (to != other) {
        assembler_.mov(gp(to, type), gp(other, type));
    }
    if (yes.is_constant()) load_constant(kScratch, block_->bits(yes));
    assembler_.cmov(code_of(ir::condition(node())), gp(to, type), gp(taken, type));
}

// Constants come straight from memory.
void Lowering::lower_float_select() {
    const auto [a, b, yes, no] = node().operands;
    const auto source = [this](ir::Value value) -> asmjit::Operand {
        if (value.is_constant()) return constant(block_->bits(value));
        return xmm(vector(value));
    };
    const asmjit::Operand taken = source(yes);
    const asmjit::Operand other = source(no);
    const RegisterMask avoid = yes.is_node() and yes != no ? mask_of(vector(yes)) : 0;
    compare(a, b);
    const std::uint8_t to = define_vector(avoid, no);
    const auto take = [&](ir::Value value, const asmjit::Operand& from) {
        assembler_.emit(value.is_constant() ? Inst::kIdVmovsd : Inst::kIdVmovapd, xmm(to), from);
    };
    const Label done = assembler_.newLabel();
    if (other != xmm(to)) take(no, other);
    assembler_.j(code_of(ir::opposite(ir::condition(node()))), done);
    take(yes, taken);
    assembler_.bind(done);
}

}  // namespace vm::jit::x64
