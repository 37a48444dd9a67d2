#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
namespace Inst = x86::Inst;
using ir::Opcode;
using ir::Type;

namespace {

constexpr std::uint64_t kSignDouble = std::uint64_t{1} << 63;
constexpr std::uint64_t kSignSingle = std::uint64_t{1} << 31;

std::uint64_t sign_of(Type type) { return type == Type::f64 ? kSignDouble : kSignSingle; }

}  // namespace

// False where the node is not one of these. What is not written out here is served by C++, which knows every
// operand and all modes but the one that no host has.
bool Lowering::lower_floating() {
    if (ir::info(node().op).layout == ir::Layout::rounded and ir::rounding(node()) == ir::Rounding::rmm) {
        fail_with("rounding to nearest, ties away is not supported");
        return true;
    }
    switch (node().op) {
        case Opcode::fadd:
            lower_arithmetic(Inst::kIdVaddss, Inst::kIdVaddsd);
            return true;
        case Opcode::fsub:
            lower_arithmetic(Inst::kIdVsubss, Inst::kIdVsubsd);
            return true;
        case Opcode::fmul:
            lower_arithmetic(Inst::kIdVmulss, Inst::kIdVmulsd);
            return true;
        case Opcode::fdiv:
            lower_arithmetic(Inst::kIdVdivss, Inst::kIdVdivsd);
            return true;
        case Opcode::fsqrt:
            lower_square_root();
            return true;
        case Opcode::fmadd:
        case Opcode::fmsub:
        case Opcode::fnmsub:
        case Opcode::fnmadd:
            lower_fused();
            return true;
        case Opcode::feq:
        case Opcode::flt:
        case Opcode::fle:
            lower_float_compare();
            return true;
        case Opcode::fmin:
        case Opcode::fmax:
            lower_float_choice();
            return true;
        case Opcode::fneg:
        case Opcode::fabs:
        case Opcode::fsgnj:
            lower_sign();
            return true;
        case Opcode::float_to_signed:
            lower_to_integer();
            return true;
        case Opcode::signed_to_float:
        case Opcode::unsigned_to_float:
            lower_from_integer();
            return true;
        case Opcode::fnarrow:
        case Opcode::fwiden:
            lower_conversion();
            return true;
        case Opcode::box:
        case Opcode::unbox:
            lower_box();
            return true;
        case Opcode::bits:
        case Opcode::float_:
            lower_bits();
            return true;
        case Opcode::canon:
            lower_canonical();
            return true;
        default:
            return false;
    }
}

// The hardware's mode is the guest's while compiled code runs.
bool Lowering::in_current_mode() const { return ir::rounding(node()) == ir::Rounding::dyn; }

void Lowering::lower_arithmetic(Inst::Id single, Inst::Id twice) {
    if (not in_current_mode()) return serve_whole();
    const auto [a, b, c, d] = node().operands;
    const std::uint8_t left = vector(a);
    const std::uint8_t right = vector(b);
    const std::uint8_t to = define_vector(0, a);
    assembler_.emit(node().type == Type::f64 ? twice : single, xmm(to), xmm(left), xmm(right));
}

// The VEX form merges into its first source: the operand itself, so that it waits for nothing else.
void Lowering::lower_square_root() {
    if (not in_current_mode()) return serve_whole();
    const std::uint8_t from = vector(node().operands[0]);
    const std::uint8_t to = define_vector(0, node().operands[0]);
    node().type == Type::f64 ? assembler_.vsqrtsd(xmm(to), xmm(from), xmm(from))
                             : assembler_.vsqrtss(xmm(to), xmm(from), xmm(from));
}

// Hosts raise nothing for infinity times zero plus a quiet NaN, RISC-V invalid (Unpriv. 20.6): NaN results
// are computed again.
void Lowering::lower_fused() {
    if (not in_current_mode()) return serve_whole();
    const bool twice = node().type == Type::f64;
    const auto [a, b, c, d] = node().operands;
    const std::uint8_t first = vector(a);
    const std::uint8_t second = vector(b);
    const std::uint8_t third = vector(c);
    const std::uint32_t site = make_site(false);
    const std::uint8_t to = define_result(site, c);
    const Label entry = assembler_.newLabel();
    const Label back = assembler_.newLabel();
    const auto op = [&]() -> Inst::Id {
        switch (node().op) {
            case Opcode::fmadd:
                return twice ? Inst::kIdVfmadd213sd : Inst::kIdVfmadd213ss;
            case Opcode::fmsub:
                return twice ? Inst::kIdVfmsub213sd : Inst::kIdVfmsub213ss;
            case Opcode::fnmsub:
                return twice ? Inst::kIdVfnmadd213sd : Inst::kIdVfnmadd213ss;
            default:
                return twice ? Inst::kIdVfnmsub213sd : Inst::kIdVfnmsub213ss;
        }
    }();
    assembler_.vmovapd(xmm(kVectorScratch), xmm(first));
    assembler_.emit(op, xmm(kVectorScratch), xmm(second), xmm(third));
    twice ? assembler_.vucomisd(xmm(kVectorScratch), xmm(kVectorScratch))
          : assembler_.vucomiss(xmm(kVectorScratch), xmm(kVectorScratch));
    assembler_.jp(entry);
    assembler_.vmovapd(xmm(to), xmm(kVectorScratch));
    assembler_.bind(back);
    serve_cold(entry, back, site);
}

void Lowering::lower_float_compare() {
    const auto [a, b, c, d] = node().operands;
    const bool twice = type(a) == Type::f64;
    const std::uint8_t left = vector(a);
    const std::uint8_t right = vector(b);
    const std::uint8_t to = define_general(0, {});
    // Predicates: equal, quiet; less and less or equal, signalling.
    const unsigned predicate = node().op == Opcode::feq ? 0 : node().op == Opcode::flt ? 1 : 2;
    twice ? assembler_.vcmpsd(xmm(kVectorScratch), xmm(left), xmm(right), predicate)
          : assembler_.vcmpss(xmm(kVectorScratch), xmm(left), xmm(right), predicate);
    assembler_.vmovd(gp32(to), xmm(kVectorScratch));
    assembler_.and_(gp32(to), 1);
}

// The host's minimum is wrong for NaNs and for zeros of both signs: those take the other way, as equal
// operands do.
void Lowering::lower_float_choice() {
    const auto [a, b, c, d] = node().operands;
    const bool twice = node().type == Type::f64;
    const std::uint8_t left = vector(a);
    const std::uint8_t right = vector(b);
    const std::uint32_t site = make_site(false);
    const std::uint8_t to = define_result(site, a);
    const Label entry = assembler_.newLabel();
    const Label back = assembler_.newLabel();
    twice ? assembler_.vucomisd(xmm(left), xmm(right)) : assembler_.vucomiss(xmm(left), xmm(right));
    assembler_.jz(entry);  // also where they are not ordered
    const bool least = node().op == Opcode::fmin;
    const Inst::Id op =
        twice ? (least ? Inst::kIdVminsd : Inst::kIdVmaxsd) : (least ? Inst::kIdVminss : Inst::kIdVmaxss);
    assembler_.emit(op, xmm(to), xmm(left), xmm(right));
    assembler_.bind(back);
    serve_cold(entry, back, site);
}

void Lowering::lower_sign() {
    const auto [a, b, c, d] = node().operands;
    const std::uint64_t sign = sign_of(node().type);
    const std::uint8_t from = vector(a);
    if (node().op == Opcode::fneg) {
        const std::uint8_t to = define_vector(0, a);
        return void(assembler_.vxorpd(xmm(to), xmm(from), constant(sign)));
    }
    if (node().op == Opcode::fabs) {
        const std::uint8_t to = define_vector(0, a);
        return void(assembler_.vandpd(xmm(to), xmm(from), constant(~sign, ~std::uint64_t{0})));
    }
    const std::uint8_t signs = vector(b);
    const std::uint8_t to = define_vector(0, a);
    assembler_.vandpd(xmm(kVectorScratch), xmm(signs), constant(sign));
    assembler_.vandpd(xmm(kVectorScratch2), xmm(from), constant(~sign, ~std::uint64_t{0}));
    assembler_.vorpd(xmm(to), xmm(kVectorScratch), xmm(kVectorScratch2));
}

// Towards zero or in the current mode; the host answers what is out of range with one number, in whose place
// C++ finds the right one.
void Lowering::lower_to_integer() {
    const ir::Rounding mode = ir::rounding(node());
    if (mode != ir::Rounding::dyn and mode != ir::Rounding::rtz) return serve_whole();
    const ir::Value a = node().operands[0];
    const bool truncate = mode == ir::Rounding::rtz;
    const std::uint8_t from = vector(a);
    const std::uint32_t site = make_site(false);
    const std::uint8_t to = define_result(site);
    const Label entry = assembler_.newLabel();
    const Label back = assembler_.newLabel();
    const Inst::Id op = type(a) == Type::f64 ? (truncate ? Inst::kIdVcvttsd2si : Inst::kIdVcvtsd2si)
                                             : (truncate ? Inst::kIdVcvttss2si : Inst::kIdVcvtss2si);
    assembler_.emit(op, gp(to, node().type), xmm(from));
    // The least number overflows when 1 is taken off.
    assembler_.cmp(gp(to, node().type), 1);
    assembler_.jo(entry);
    assembler_.bind(back);
    serve_cold(entry, back, site);
}

void Lowering::lower_from_integer() {
    const ir::Value a = node().operands[0];
    const bool exact = node().type == Type::f64 and type(a) == Type::i32;
    if (not exact and not in_current_mode()) return serve_whole();
    const bool is_unsigned = node().op == Opcode::unsigned_to_float;
    if (is_unsigned and type(a) == Type::i64) return serve_whole();
    const std::uint8_t from = general(a);
    const std::uint8_t to = define_vector(0, {});
    assembler_.vxorpd(xmm(to), xmm(to), xmm(to));  // or it would wait for what was there
    const Inst::Id op = node().type == Type::f64 ? Inst::kIdVcvtsi2sd : Inst::kIdVcvtsi2ss;
    if (is_unsigned) {
        assembler_.mov(gp32(kScratch), gp32(from));
        assembler_.emit(op, xmm(to), xmm(to), gp64(kScratch));
    } else {
        assembler_.emit(op, xmm(to), xmm(to), gp(from, type(a)));
    }
}

void Lowering::lower_conversion() {
    const bool narrow = node().op == Opcode::fnarrow;
    if (narrow and not in_current_mode()) return serve_whole();
    const std::uint8_t from = vector(node().operands[0]);
    const std::uint8_t to = define_vector(0, node().operands[0]);
    narrow ? assembler_.vcvtsd2ss(xmm(to), xmm(from), xmm(from))
           : assembler_.vcvtss2sd(xmm(to), xmm(from), xmm(from));
}

// What is not boxed is read as the canonical NaN.
void Lowering::lower_box() {
    const std::uint8_t from = vector(node().operands[0]);
    const std::uint8_t to = define_vector(0, node().operands[0]);
    if (node().op == Opcode::box) {
        return void(assembler_.vorpd(xmm(to), xmm(from), constant(ir::kBox)));
    }
    const Label entry = assembler_.newLabel();
    const Label back = assembler_.newLabel();
    assembler_.vmovq(gp64(kScratch), xmm(from));
    assembler_.shr(gp64(kScratch), 32);
    assembler_.cmp(gp32(kScratch), -1);
    if (to != from) assembler_.vmovapd(xmm(to), xmm(from));
    assembler_.jne(entry);
    assembler_.bind(back);
    nan_fixes_.push_back({entry, back, to, Type::f32});
}

void Lowering::lower_bits() {
    const ir::Value a = node().operands[0];
    const bool wide = ir::width(node().type) == 64;
    if (node().op == Opcode::bits) {
        const std::uint8_t from = vector(a);
        const std::uint8_t to = define_general(0, {});
        wide ? assembler_.vmovq(gp64(to), xmm(from)) : assembler_.vmovd(gp32(to), xmm(from));
    } else {
        const std::uint8_t from = general(a);
        const std::uint8_t to = define_vector(0, {});
        wide ? assembler_.vmovq(xmm(to), gp64(from)) : assembler_.vmovd(xmm(to), gp32(from));
    }
}

void Lowering::lower_canonical() {
    const ir::Value a = node().operands[0];
    const bool quiet = makes_quiet_nans(a);
    const std::uint8_t from = vector(a);
    const std::uint8_t to = define_vector(0, a);
    if (to != from) assembler_.vmovapd(xmm(to), xmm(from));
    make_canonical(to, node().type, quiet);
}

bool Lowering::makes_quiet_nans(ir::Value value) const {
    return value.is_node() and (ir::flags(block_->nodes()[value.index()].op) & ir::kAnyNan) != 0;
}

// NaNs in the register become the canonical one. Comparing a quiet one with itself raises nothing; what may
// signal is told by its bits.
void Lowering::make_canonical(std::uint8_t number, Type type, bool quiet) {
    const ir::FloatFormat format = ir::float_format(type);
    const bool twice = type == Type::f64;
    x86::Assembler& a = assembler_;
    if (not quiet) {
        const auto mask = xmm(kVectorScratch2);
        a.vandpd(mask, xmm(number), constant(format.sign - 1));
        twice ? a.vpcmpgtq(mask, mask, constant(format.infinity))
              : a.vpcmpgtd(mask, mask, constant(format.infinity));
        const auto nan = constant(format.canonical_nan());
        twice ? a.vblendvpd(xmm(number), xmm(number), nan, mask)
              : a.vblendvps(xmm(number), xmm(number), nan, mask);
        return;
    }
    const Label entry = a.newLabel();
    const Label back = a.newLabel();
    twice ? a.vucomisd(xmm(number), xmm(number)) : a.vucomiss(xmm(number), xmm(number));
    a.jp(entry);
    a.bind(back);
    nan_fixes_.push_back({entry, back, number, type});
}

}  // namespace vm::jit::x64
