#include "vm/ir/known_bits.h"

#include "vm/base/bits.h"

namespace vm::ir {
namespace {

// Answers must cost little: what lies further back than this counts as unknown.
constexpr unsigned kDepth = 3;
constexpr unsigned kShortDepth = 2;

std::uint64_t loaded_bits(const Node& node) {
    const MemKind kind = mem_kind(node);
    return is_signed(kind) ? mask(node.type) : low_ones(8 * size_of(kind));
}

class Possible {
  public:
    explicit Possible(const Block& block) : block_(block) {}

    std::uint64_t of(Value value, unsigned depth) const {
        if (value.is_constant()) return block_.bits(value);
        const Node& node = block_.nodes()[value.index()];
        return depth == 0 ? mask(node.type) : of_node(node, depth - 1) & mask(node.type);
    }

  private:
    std::uint64_t of_node(const Node& node, unsigned depth) const {
        const auto operand = [&](std::size_t k) { return of(node.operands[k], depth); };
        switch (node.op) {
            case Opcode::and_:
                return operand(0) & operand(1);
            case Opcode::andn:
                return operand(0);
            case Opcode::or_:
            case Opcode::xor_:
            case Opcode::minu:
            case Opcode::maxu:
                return operand(0) | operand(1);
            case Opcode::select:
                return of(node.operands[2], depth) | of(node.operands[3], depth);
            case Opcode::shl:
            case Opcode::shr:
                return shifted(node, depth);
            case Opcode::eq:
            case Opcode::ne:
            case Opcode::lts:
            case Opcode::ges:
            case Opcode::ltu:
            case Opcode::geu:
            case Opcode::feq:
            case Opcode::flt:
            case Opcode::fle:
                return 1;
            case Opcode::clz:
            case Opcode::ctz:
            case Opcode::popcnt:
                return 2 * width(node.type) - 1;
            case Opcode::fclass:
                return low_ones(10);
            case Opcode::zext8:
                return operand(0) & 0xff;
            case Opcode::zext16:
                return operand(0) & 0xffff;
            case Opcode::zext:
            case Opcode::low:
                return operand(0);
            case Opcode::extract:
                return operand(0) >> field_first(node) & low_ones(field_count(node));
            case Opcode::get:
                return low_ones(8u * block_.slots()[slot_index(node)].bytes);
            case Opcode::load:
                return is_integer(node.type) ? loaded_bits(node) : mask(node.type);
            default:
                return mask(node.type);
        }
    }

    std::uint64_t shifted(const Node& node, unsigned depth) const {
        if (not node.operands[1].is_constant()) return mask(node.type);
        const auto amount = static_cast<unsigned>(block_.bits(node.operands[1]) & (width(node.type) - 1));
        const std::uint64_t bits = of(node.operands[0], depth);
        return node.op == Opcode::shl ? bits << amount : bits >> amount;
    }

    const Block& block_;
};

class Extended {
  public:
    explicit Extended(const Block& block) : block_(block) {}

    bool is(Value value, unsigned bits, unsigned depth) const {
        const Type type = block_.type(value);
        if (value.is_constant()) {
            const std::uint64_t constant = block_.bits(value);
            return (sign_extend(constant, bits) & mask(type)) == constant;
        }
        if (depth != 0 and is_node(block_.nodes()[value.index()], bits, depth - 1)) return true;
        return Possible(block_).of(value, kShortDepth) < std::uint64_t{1} << (bits - 1);
    }

  private:
    bool is_node(const Node& node, unsigned bits, unsigned depth) const {
        const auto operand = [&](std::size_t k) { return is(node.operands[k], bits, depth); };
        switch (node.op) {
            case Opcode::sext8:
                return bits >= 8;
            case Opcode::sext16:
                return bits >= 16;
            case Opcode::sext:
                return bits >= 32 or operand(0);
            case Opcode::load:
                return is_signed(mem_kind(node)) and bits >= 8 * size_of(mem_kind(node));
            case Opcode::sar:
                return node.operands[1].is_constant() and
                       width(node.type) - (block_.bits(node.operands[1]) & (width(node.type) - 1)) <= bits;
            case Opcode::and_:
            case Opcode::or_:
            case Opcode::xor_:
            case Opcode::andn:
            case Opcode::orn:
            case Opcode::xnor:
            case Opcode::mins:
            case Opcode::maxs:
            case Opcode::minu:
            case Opcode::maxu:
                return operand(0) and operand(1);
            case Opcode::select:
                return is(node.operands[2], bits, depth) and is(node.operands[3], bits, depth);
            default:
                return false;
        }
    }

    const Block& block_;
};

}  // namespace

std::uint64_t possible_bits(const Block& block, Value value) { return Possible(block).of(value, kDepth); }

bool is_sign_extended(const Block& block, Value value, unsigned bits) {
    return bits >= width(block.type(value)) or Extended(block).is(value, bits, kShortDepth);
}

}  // namespace vm::ir
