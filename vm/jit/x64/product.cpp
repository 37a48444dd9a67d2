// Products and quotients.
#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using ir::Opcode;

// rdx times an operand, in rdx and rax.
void Lowering::lower_high_product() {
    auto [a, b, c, d] = node().operands;
    if (b.is_constant() and node().op == Opcode::mulhsu) return serve_whole();
    if (b.is_constant()) std::swap(a, b);
    registers_.vacate(kRdx);
    const std::uint8_t right = general(b);
    const std::uint8_t left = general(a);
    assembler_.mov(gp64(kRdx), gp64(left));
    if (node().op == Opcode::mulhu) {
        const std::uint8_t to = define_general(mask_of(kRdx), a);
        assembler_.mulx(gp64(to), gp64(kScratch), gp64(right));
    } else if (node().op == Opcode::mulhs) {
        assembler_.mov(gp64(kScratch), gp64(kRdx));
        const std::uint8_t to = define_general(mask_of(kRdx) | mask_of(right), a);
        assembler_.imul(gp64(right));
        assembler_.mov(gp64(to), gp64(kRdx));
    } else {
        const std::uint8_t to = define_general(mask_of(kRdx) | mask_of(right), {});
        assembler_.mulx(gp64(to), gp64(kScratch), gp64(right));
        assembler_.sar(gp64(kRdx), 63);
        assembler_.and_(gp64(kRdx), gp64(right));
        assembler_.sub(gp64(to), gp64(kRdx));
    }
}

// Quotients and remainders of what the host's division does not do are written out: by 0 and by -1.
void Lowering::lower_division() {
    const auto [a, b, c, d] = node().operands;
    if (b.is_constant()) return lower_division_by(block_->bits(b));
    registers_.vacate(kRdx);
    const std::uint8_t divisor = general(b);
    std::uint8_t dividend = 0;
    if (a.is_constant()) {
        dividend = registers_.temporary();
        load_constant(dividend, block_->bits(a));
    } else {
        dividend = general(a);
    }
    const std::uint8_t to = define_general(mask_of(kRdx) | mask_of(dividend) | mask_of(divisor));
    const Label usual = assembler_.newLabel();
    const Label done = assembler_.newLabel();
    divide_specially(to, dividend, divisor, usual);
    assembler_.jmp(done);
    assembler_.bind(usual);
    divide(to, dividend, gp(divisor, node().type));
    assembler_.bind(done);
}

void Lowering::lower_division_by(std::uint64_t divisor) {
    if (divisor == 0 or divisor == ir::mask(node().type)) return serve_whole();
    registers_.vacate(kRdx);
    const std::uint8_t dividend = general(node().operands[0]);
    const std::uint8_t to = define_general(mask_of(kRdx), node().operands[0]);
    Mem at = constant(divisor);
    at.setSize(ir::width(node().type) / 8);
    divide(to, dividend, at);
}

// To `usual`, with nothing done, where the host's division will do.
void Lowering::divide_specially(std::uint8_t to, std::uint8_t dividend, std::uint8_t divisor,
                                const Label& usual) {
    x86::Assembler& a = assembler_;
    const Opcode op = node().op;
    const auto r = [this](std::uint8_t number) { return gp(number, node().type); };
    if (op == Opcode::divu or op == Opcode::remu) {
        a.test(r(divisor), r(divisor));
        a.jnz(usual);
        op == Opcode::divu ? a.mov(r(to), -1) : a.mov(r(to), r(dividend));
        return;
    }
    a.lea(r(kScratch), x86::ptr(gp64(divisor), 1));
    a.cmp(r(kScratch), 1);
    a.ja(usual);
    if (op == Opcode::divs) {
        a.mov(r(to), r(dividend));
        a.neg(r(to));
        a.mov(r(kScratch), -1);
        a.test(r(divisor), r(divisor));
        a.cmovz(r(to), r(kScratch));
    } else {
        a.test(r(divisor), r(divisor));
        a.mov(r(to), 0);
        a.cmovz(r(to), r(dividend));
    }
}

void Lowering::divide(std::uint8_t to, std::uint8_t dividend, const asmjit::Operand& divisor) {
    const ir::Type type = node().type;
    const Opcode op = node().op;
    assembler_.mov(gp(kScratch, type), gp(dividend, type));
    if (op == Opcode::divs or op == Opcode::rems) {
        type == ir::Type::i64 ? assembler_.cqo() : assembler_.cdq();
        assembler_.emit(Inst::kIdIdiv, divisor);
    } else {
        assembler_.xor_(gp32(kRdx), gp32(kRdx));
        assembler_.emit(Inst::kIdDiv, divisor);
    }
    const bool quotient = op == Opcode::divs or op == Opcode::divu;
    assembler_.mov(gp(to, type), gp(quotient ? kScratch : kRdx, type));
}

void Lowering::lower_carryless() {
    const auto [a, b, c, d] = node().operands;
    assembler_.vmovq(xmm(kVectorScratch), gp64(general(a)));
    assembler_.vmovq(xmm(kVectorScratch2), gp64(general(b)));
    const std::uint8_t to = define_general(0, a);
    assembler_.vpclmulqdq(xmm(kVectorScratch), xmm(kVectorScratch), xmm(kVectorScratch2), 0);
    node().op == Opcode::clmul ? assembler_.vmovq(gp64(to), xmm(kVectorScratch))
                               : assembler_.vpextrq(gp64(to), xmm(kVectorScratch), 1);
}

}  // namespace vm::jit::x64
