#include <limits>
#include <utility>

#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using ir::Opcode;

// False where the node is not one of these.
bool Lowering::lower_integer() {
    switch (node().op) {
        case Opcode::add:
            lower_add();
            return true;
        case Opcode::sub:
            lower_sub();
            return true;
        case Opcode::and_:
            lower_binary(Inst::kIdAnd);
            return true;
        case Opcode::or_:
            lower_binary(Inst::kIdOr);
            return true;
        case Opcode::xor_:
            lower_binary(Inst::kIdXor);
            return true;
        case Opcode::mul:
        case Opcode::product_low:
            lower_binary(Inst::kIdImul);
            return true;
        case Opcode::andn:
        case Opcode::orn:
        case Opcode::xnor:
            lower_negated();
            return true;
        case Opcode::shl:
            lower_shift(Inst::kIdShl, Inst::kIdShlx);
            return true;
        case Opcode::shr:
            lower_shift(Inst::kIdShr, Inst::kIdShrx);
            return true;
        case Opcode::sar:
            lower_shift(Inst::kIdSar, Inst::kIdSarx);
            return true;
        case Opcode::rotl:
        case Opcode::rotr:
            lower_rotate(node().op == Opcode::rotl);
            return true;
        case Opcode::mulhu:
        case Opcode::mulhs:
        case Opcode::mulhsu:
            lower_high_product();
            return true;
        case Opcode::divs:
        case Opcode::divu:
        case Opcode::rems:
        case Opcode::remu:
            lower_division();
            return true;
        case Opcode::eq:
        case Opcode::ne:
        case Opcode::lts:
        case Opcode::ges:
        case Opcode::ltu:
        case Opcode::geu:
            lower_comparison();
            return true;
        case Opcode::mins:
        case Opcode::maxs:
        case Opcode::minu:
        case Opcode::maxu:
            lower_min_max();
            return true;
        case Opcode::clz:
            lower_unary(Inst::kIdLzcnt);
            return true;
        case Opcode::ctz:
            lower_unary(Inst::kIdTzcnt);
            return true;
        case Opcode::popcnt:
            lower_unary(Inst::kIdPopcnt);
            return true;
        case Opcode::bswap:
            lower_byte_swap();
            return true;
        case Opcode::orc_b:
            lower_or_combine();
            return true;
        case Opcode::clmul:
        case Opcode::clmulh:
            lower_carryless();
            return true;
        case Opcode::sext8:
        case Opcode::sext16:
        case Opcode::zext8:
        case Opcode::zext16:
        case Opcode::sext:
        case Opcode::zext:
        case Opcode::low:
            lower_extension();
            return true;
        case Opcode::shift_add:
            lower_shift_add();
            return true;
        case Opcode::extract:
            lower_extract();
            return true;
        case Opcode::select:
            lower_select();
            return true;
        default:
            return false;
    }
}

// Two operands, the result in place of the first: commutative ones. Of product_low the first operand only
// says that the product may be known.
void Lowering::lower_binary(Inst::Id op) {
    const bool product = node().op == Opcode::product_low;
    ir::Value a = node().operands[product ? 1 : 0];
    ir::Value b = node().operands[product ? 2 : 1];
    if (a.is_constant()) std::swap(a, b);
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    if (const auto number = immediate(b)) {
        const std::uint8_t to = define_general(0, a);
        if (op == Inst::kIdImul) {
            assembler_.imul(gp(to, type), gp(left, type), *number);
            return;
        }
        if (to != left) assembler_.mov(gp(to, type), gp(left, type));
        assembler_.emit(op, gp(to, type), asmjit::Imm(*number));
        return;
    }
    const std::uint8_t right = general(b);
    const std::uint8_t to = define_general(0, dies_here(a) ? a : b);
    if (to == right) {
        assembler_.emit(op, gp(to, type), gp(left, type));
        return;
    }
    if (to != left) assembler_.mov(gp(to, type), gp(left, type));
    assembler_.emit(op, gp(to, type), gp(right, type));
}

void Lowering::lower_add() {
    ir::Value a = node().operands[0];
    ir::Value b = node().operands[1];
    if (a.is_constant()) std::swap(a, b);
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    if (const auto number = immediate(b)) {
        const std::uint8_t to = define_general(0, a);
        if (to == left) {
            assembler_.add(gp(to, type), *number);
        } else {
            assembler_.lea(gp(to, type), x86::ptr(gp64(left), *number));
        }
        return;
    }
    const std::uint8_t right = general(b);
    const std::uint8_t to = define_general(0, dies_here(a) ? a : b);
    if (to == left) {
        assembler_.add(gp(to, type), gp(right, type));
    } else if (to == right) {
        assembler_.add(gp(to, type), gp(left, type));
    } else {
        assembler_.lea(gp(to, type), x86::ptr(gp64(left), gp64(right)));
    }
}

void Lowering::lower_sub() {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    if (const auto number = immediate(b); number and *number != std::numeric_limits<std::int32_t>::min()) {
        const std::uint8_t left = general(a);
        const std::uint8_t to = define_general(0, a);
        if (to == left) {
            assembler_.sub(gp(to, type), *number);
        } else {
            assembler_.lea(gp(to, type), x86::ptr(gp64(left), -*number));
        }
        return;
    }
    if (block_->is(a, 0)) {
        const std::uint8_t right = general(b);
        const std::uint8_t to = define_general(0, b);
        if (to != right) assembler_.mov(gp(to, type), gp(right, type));
        assembler_.neg(gp(to, type));
        return;
    }
    const std::uint8_t left = general(a);
    const std::uint8_t right = general(b);
    const std::uint8_t to = define_general(a == b ? 0 : mask_of(right), a);
    if (to != left) assembler_.mov(gp(to, type), gp(left, type));
    assembler_.sub(gp(to, type), gp(right, type));
}

void Lowering::lower_negated() {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    const std::uint8_t right = general(b);
    if (node().op == Opcode::andn) {
        const std::uint8_t to = define_general(0, a);
        assembler_.andn(gp(to, type), gp(right, type), gp(left, type));
        return;
    }
    const std::uint8_t to = define_general(a == b ? 0 : mask_of(left), b);
    if (to != right) assembler_.mov(gp(to, type), gp(right, type));
    if (node().op == Opcode::orn) {
        if (a == b) {
            assembler_.mov(gp(to, type), -1);
            return;
        }
        assembler_.not_(gp(to, type));
        assembler_.or_(gp(to, type), gp(left, type));
    } else {
        assembler_.xor_(gp(to, type), gp(left, type));
        assembler_.not_(gp(to, type));
    }
}

void Lowering::lower_shift(Inst::Id by_constant, Inst::Id by_register) {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    if (b.is_constant()) {
        const auto amount = static_cast<std::uint32_t>(block_->bits(b)) & (ir::width(type) - 1);
        const std::uint8_t to = define_general(0, a);
        if (by_constant == Inst::kIdShl and to != left and amount - 1 < 3) {
            const auto scaled = x86::ptr(static_cast<std::uint64_t>(0), gp64(left), amount);
            return void(assembler_.lea(gp(to, type), scaled));
        }
        if (to != left) assembler_.mov(gp(to, type), gp(left, type));
        if (amount != 0) assembler_.emit(by_constant, gp(to, type), asmjit::Imm(amount));
        return;
    }
    const std::uint8_t right = general(b);
    const std::uint8_t to = define_general(0, a);
    assembler_.emit(by_register, gp(to, type), gp(left, type), gp(right, type));
}

void Lowering::lower_rotate(bool left) {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    const unsigned width = ir::width(type);
    if (b.is_constant()) {
        const auto amount = static_cast<unsigned>(block_->bits(b)) & (width - 1);
        const std::uint8_t from = general(a);
        const std::uint8_t to = define_general(0, a);
        assembler_.rorx(gp(to, type), gp(from, type), left ? (width - amount) & (width - 1) : amount);
        return;
    }
    registers_.vacate(kRcx);
    const std::uint8_t amount = general(b);
    assembler_.mov(gp32(kRcx), gp32(amount));
    const std::uint8_t from = general(a);
    const std::uint8_t to = define_general(mask_of(kRcx), a);
    if (to != from) assembler_.mov(gp(to, type), gp(from, type));
    left ? assembler_.rol(gp(to, type), gp8(kRcx)) : assembler_.ror(gp(to, type), gp8(kRcx));
}

void Lowering::lower_unary(Inst::Id op) {
    const ir::Type type = node().type;
    const std::uint8_t from = general(node().operands[0]);
    const std::uint8_t to = define_general(0, node().operands[0]);
    assembler_.emit(op, gp(to, type), gp(from, type));
}

void Lowering::lower_byte_swap() {
    const ir::Type type = node().type;
    const std::uint8_t from = general(node().operands[0]);
    const std::uint8_t to = define_general(0, node().operands[0]);
    if (to != from) assembler_.mov(gp(to, type), gp(from, type));
    assembler_.bswap(gp(to, type));
}

// Bytes that are zero become all ones, and that is complemented.
void Lowering::lower_or_combine() {
    const std::uint8_t from = general(node().operands[0]);
    const std::uint8_t to = define_general(0, node().operands[0]);
    assembler_.vmovq(xmm(kVectorScratch), gp64(from));
    assembler_.vpxor(xmm(kVectorScratch2), xmm(kVectorScratch2), xmm(kVectorScratch2));
    assembler_.vpcmpeqb(xmm(kVectorScratch), xmm(kVectorScratch), xmm(kVectorScratch2));
    assembler_.vmovq(gp64(to), xmm(kVectorScratch));
    assembler_.not_(gp64(to));
}

void Lowering::lower_extension() {
    const ir::Type type = node().type;
    const std::uint8_t from = general(node().operands[0]);
    const std::uint8_t to = define_general(0, node().operands[0]);
    switch (node().op) {
        case Opcode::sext8:
            assembler_.movsx(gp(to, type), gp8(from));
            return;
        case Opcode::sext16:
            assembler_.movsx(gp(to, type), asmjit::x86::gpw(from));
            return;
        case Opcode::zext8:
            assembler_.movzx(gp32(to), gp8(from));
            return;
        case Opcode::zext16:
            assembler_.movzx(gp32(to), asmjit::x86::gpw(from));
            return;
        case Opcode::sext:
            assembler_.movsxd(gp64(to), gp32(from));
            return;
        case Opcode::zext:
            assembler_.mov(gp32(to), gp32(from));
            return;
        default:
            if (to != from) assembler_.mov(gp32(to), gp32(from));
            return;
    }
}

void Lowering::lower_extract() {
    const ir::Type type = node().type;
    const unsigned first = ir::field_first(node());
    const unsigned count = ir::field_count(node());
    const std::uint8_t from = general(node().operands[0]);
    const std::uint8_t to = define_general(0, node().operands[0]);
    if (first + count == ir::width(type)) {
        if (to != from) assembler_.mov(gp(to, type), gp(from, type));
        if (first != 0) assembler_.shr(gp(to, type), first);
        return;
    }
    assembler_.mov(gp32(kScratch), first | count << 8);
    assembler_.bextr(gp(to, type), gp(from, type), gp(kScratch, type));
}

void Lowering::lower_shift_add() {
    const auto [a, b, c, d] = node().operands;
    const ir::Type type = node().type;
    const std::uint8_t left = general(a);
    if (const auto number = immediate(b)) {
        const std::uint8_t to = define_general(0, a);
        assembler_.lea(gp(to, type),
                       x86::ptr(static_cast<std::uint64_t>(0), gp64(left), ir::shift_amount(node())));
        if (*number != 0) assembler_.add(gp(to, type), *number);
        return;
    }
    const std::uint8_t right = general(b);
    const std::uint8_t to = define_general(0, b);
    assembler_.lea(gp(to, type), x86::ptr(gp64(right), gp64(left), ir::shift_amount(node())));
}

}  // namespace vm::jit::x64
