#include "vm/ir/compute.h"

#include <algorithm>
#include <bit>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/ir/float_format.h"

namespace vm::ir {
namespace {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

std::int64_t signed_value(Type type, std::uint64_t bits) { return as_signed(sign_extend(bits, width(type))); }

std::uint64_t all_ones() { return ~std::uint64_t{0}; }

std::uint64_t shift(Opcode op, Type type, std::uint64_t a, std::uint64_t b) {
    const unsigned bits = width(type);
    const auto amount = static_cast<unsigned>(b & (bits - 1));
    const unsigned rest = (bits - amount) & (bits - 1);
    switch (op) {
        case Opcode::shl:
            return a << amount;
        case Opcode::shr:
            return a >> amount;
        case Opcode::sar:
            return as_unsigned(signed_value(type, a) >> amount);
        case Opcode::rotl:
            return a << amount | a >> rest;
        default:
            return a >> amount | a << rest;
    }
}

std::uint64_t upper_product(Opcode op, std::uint64_t a, std::uint64_t b) {
    if (op == Opcode::mulhu) return static_cast<std::uint64_t>((Wide{a} * b) >> 64);
    if (op == Opcode::mulhs) {
        return static_cast<std::uint64_t>((SignedWide{as_signed(a)} * as_signed(b)) >> 64);
    }
    // a's sign bit counts 2^64 too much in the unsigned product.
    return static_cast<std::uint64_t>((Wide{a} * b) >> 64) - (as_signed(a) < 0 ? b : 0);
}

std::uint64_t divide(Opcode op, Type type, std::uint64_t a, std::uint64_t b) {
    const bool quotient = op == Opcode::divs or op == Opcode::divu;
    if (b == 0) return quotient ? all_ones() : a;
    if (op == Opcode::divu) return a / b;
    if (op == Opcode::remu) return a % b;
    const std::int64_t x = signed_value(type, a);
    const std::int64_t y = signed_value(type, b);
    if (y == -1) return quotient ? 0 - a : 0;  // the host traps where this overflows
    return as_unsigned(quotient ? x / y : x % y);
}

std::uint64_t choose(Opcode op, Type type, std::uint64_t a, std::uint64_t b) {
    const bool less =
        holds(op == Opcode::mins or op == Opcode::maxs ? Condition::lts : Condition::ltu, type, a, b);
    const bool least = op == Opcode::mins or op == Opcode::minu;
    return less == least ? a : b;
}

// Counting in the type's width: what lies above an i32 is not its own.
std::uint64_t leading_zeros(Type type, std::uint64_t a) {
    return static_cast<std::uint64_t>(std::countl_zero(a)) - (64 - width(type));
}
std::uint64_t trailing_zeros(Type type, std::uint64_t a) {
    return std::min<std::uint64_t>(static_cast<std::uint64_t>(std::countr_zero(a)), width(type));
}

std::uint64_t or_combine_bytes(std::uint64_t a) {
    std::uint64_t result = 0;
    for (unsigned at = 0; at < 64; at += 8) {
        result |= vm::bits(a, at, 8) != 0 ? std::uint64_t{0xff} << at : 0;
    }
    return result;
}

std::uint64_t carryless(Opcode op, std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    for (unsigned at = op == Opcode::clmul ? 0 : 1; at < 64; ++at) {
        if (bit(b, at)) product ^= op == Opcode::clmul ? a << at : a >> (64 - at);
    }
    return product;
}

// Bits 0 to 4 of the mask: minus infinity, minus normal, minus subnormal, minus zero, plus zero; 5 to 7 the
// positive ones, 8 signalling, 9 quiet. (RISC-V Unpriv. 20.9, table 30)
std::uint64_t classify(Type type, std::uint64_t a) {
    const FloatFormat format = float_format(type);
    const std::uint64_t magnitude = format.magnitude(a);
    if (format.is_nan(a)) return format.is_signalling(a) ? 1 << 8 : 1 << 9;
    const unsigned above_zero = magnitude == format.infinity          ? 3
                                : magnitude >= format.smallest_normal ? 2
                                : magnitude != 0                      ? 1
                                                                      : 0;
    return std::uint64_t{1} << ((a & format.sign) != 0 ? 3 - above_zero : 4 + above_zero);
}

std::uint64_t compute_float_bits(Opcode op, Type type, const OperandBits& v) {
    const FloatFormat format = float_format(type);
    switch (op) {
        case Opcode::fclass:
            return classify(type, v[0]);
        case Opcode::fneg:
            return v[0] ^ format.sign;
        case Opcode::fabs:
            return format.magnitude(v[0]);
        case Opcode::fsgnj:
            return format.magnitude(v[0]) | (v[1] & format.sign);
        case Opcode::canon:
            return format.is_nan(v[0]) ? format.canonical_nan() : v[0];
        case Opcode::box:
            return v[0] | kBox;
        case Opcode::unbox:
            return v[0] >= kBox ? v[0] : float_format(Type::f32).canonical_nan();
        default:
            VM_CHECK(op == Opcode::bits or op == Opcode::float_);
            return v[0];
    }
}

// One case for each operation; bits above the type do not count.
std::uint64_t compute_any(const Node& node, Type type, const OperandBits& v) {
    const std::uint64_t a = v[0];
    const std::uint64_t b = v[1];
    switch (node.op) {
        case Opcode::add:
            return a + b;
        case Opcode::sub:
            return a - b;
        case Opcode::and_:
            return a & b;
        case Opcode::or_:
            return a | b;
        case Opcode::xor_:
            return a ^ b;
        case Opcode::andn:
            return a & ~b;
        case Opcode::orn:
            return a | ~b;
        case Opcode::xnor:
            return ~(a ^ b);
        case Opcode::shl:
        case Opcode::shr:
        case Opcode::sar:
        case Opcode::rotl:
        case Opcode::rotr:
            return shift(node.op, type, a, b);
        case Opcode::mul:
            return a * b;
        case Opcode::mulhu:
        case Opcode::mulhs:
        case Opcode::mulhsu:
            return upper_product(node.op, a, b);
        case Opcode::product_low:
            return b * v[2];
        case Opcode::divs:
        case Opcode::divu:
        case Opcode::rems:
        case Opcode::remu:
            return divide(node.op, type, a, b);
        case Opcode::eq:
        case Opcode::ne:
        case Opcode::lts:
        case Opcode::ges:
        case Opcode::ltu:
        case Opcode::geu:
            return holds(condition_of(node.op), type, a, b) ? 1 : 0;
        case Opcode::mins:
        case Opcode::maxs:
        case Opcode::minu:
        case Opcode::maxu:
            return choose(node.op, type, a, b);
        case Opcode::clz:
            return leading_zeros(type, a);
        case Opcode::ctz:
            return trailing_zeros(type, a);
        case Opcode::popcnt:
            return static_cast<std::uint64_t>(std::popcount(a));
        case Opcode::bswap:
            return __builtin_bswap64(a) >> (64 - width(type));
        case Opcode::orc_b:
            return or_combine_bytes(a);
        case Opcode::clmul:
        case Opcode::clmulh:
            return carryless(node.op, a, b);
        case Opcode::sext8:
            return sign_extend(a, 8);
        case Opcode::sext16:
            return sign_extend(a, 16);
        case Opcode::zext8:
            return a & 0xff;
        case Opcode::zext16:
            return a & 0xffff;
        case Opcode::sext:
            return sext32(a);
        case Opcode::zext:
        case Opcode::low:
            return a;  // the mask of the result's type does the rest
        case Opcode::shift_add:
            return (a << shift_amount(node)) + b;
        case Opcode::extract:
            return a >> field_first(node) & (all_ones() >> (64 - field_count(node)));
        case Opcode::select:
            return holds(condition(node), type, a, b) ? v[2] : v[3];
        default:
            return compute_float_bits(node.op, type, v);
    }
}

}  // namespace

bool holds(Condition relation, Type type, std::uint64_t a, std::uint64_t b) {
    switch (relation) {
        case Condition::eq:
            return a == b;
        case Condition::ne:
            return a != b;
        case Condition::lts:
            return signed_value(type, a) < signed_value(type, b);
        case Condition::ges:
            return signed_value(type, a) >= signed_value(type, b);
        case Condition::ltu:
            return a < b;
        case Condition::geu:
            break;
    }
    return a >= b;
}

std::uint64_t compute(const Node& node, Type operand_type, const OperandBits& operands) {
    return compute_any(node, operand_type, operands) & mask(node.type);
}

}  // namespace vm::ir
