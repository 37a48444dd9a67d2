#include "vm/ir/passes/narrow.h"

#include <algorithm>

#include "vm/ir/known_bits.h"
#include "vm/ir/passes/rewrite.h"
#include "vm/ir/rules.h"
#include "vm/ir/simplify.h"
#include "vm/ir/uses.h"

namespace vm::ir::passes {
namespace {

// What is asked of an old node's value.
enum Demand : std::uint8_t { kNothing, kLowHalf, kWhole };

bool is_bitwise(Opcode op) { return op >= Opcode::and_ and op <= Opcode::xnor; }
bool is_shift(Opcode op) { return op >= Opcode::shl and op <= Opcode::sar; }

class Narrow {
  public:
    explicit Narrow(Block& block)
        : block_(block), demand_(block.workspace().marks), halves_(block.workspace().halves) {}

    void run() {
        drop_unobserved_writes(block_);
        old_ = &block_.nodes();
        find_demands();
        Rewrite rewrite(block_);
        rewrite_ = &rewrite;
        old_ = &rewrite.old();
        halves_.clear();
        for (std::uint32_t i = 0; i < old_->size(); ++i) {
            if (demand_[i] == kNothing and not must_stay((*old_)[i])) continue;
            if (not narrowed((*old_)[i], i)) rewrite.keep(i);
        }
        rewrite.finish();
    }

  private:
    void find_demands() {
        const std::vector<Node>& nodes = *old_;
        demand_.assign(nodes.size(), kNothing);
        for (const Write& write : block_.writes()) ask(write.value, kWhole);
        for (std::size_t i = nodes.size(); i-- > 0;) {
            const Node& node = nodes[i];
            if (demand_[i] == kNothing and not must_stay(node)) continue;
            const std::size_t count = most_operands(node.op);
            const std::size_t whole = looks_whole(node, demand_[i]);
            for (std::size_t k = 0; k < count; ++k) ask(node.operands[k], k < whole ? kWhole : kLowHalf);
        }
    }

    void ask(Value value, Demand demand) {
        if (not value.is_node()) return;
        std::uint8_t& asked = demand_[value.index()];
        asked = std::max<std::uint8_t>(asked, demand);
    }

    // How many operands the old node asks all of, the first ones; of the others it asks the low half.
    std::size_t looks_whole(const Node& node, std::uint8_t demand) const {
        if (looks_at_low_half(node)) return 0;
        const bool by_halves = demand == kLowHalf and node.type == Type::i64 and follows_low_halves(node);
        if (not by_halves) return kMaxOperands;
        return node.op == Opcode::select ? 2 : 0;  // what it compares
    }

    // Looks at the low 32 bits of its operands only, whatever is asked of it.
    bool looks_at_low_half(const Node& node) const {
        if (node.op == Opcode::and_) {
            return node.operands[1].is_constant() and block_.bits(node.operands[1]) >> 32 == 0;
        }
        if (node.op == Opcode::extract) return field_first(node) + field_count(node) <= 32;
        return node.op == Opcode::low or is_extended_part(node.op);
    }

    // Whether the old node's low half can be computed as 32 bits.
    bool follows_low_halves(const Node& node) const {
        if (node.op == Opcode::shl) return shifts_below_32(node.operands[1]);
        return (flags(node.op) & kByHalves) != 0;
    }

    // Of an old value: a constant, or masked so.
    bool shifts_below_32(Value amount) const {
        if (amount.is_constant()) return (block_.bits(amount) & 32) == 0;
        const Node& node = (*old_)[amount.index()];
        return node.op == Opcode::and_ and node.operands[1].is_constant() and
               (block_.bits(node.operands[1]) & 32) == 0;
    }

    // Makes the old node anew in 32 bits; false when it cannot be, or is already.
    bool narrowed(const Node& old, std::uint32_t index) {
        if (old.op == Opcode::low) {
            rewrite_->map(index, low(rewrite_->to(old.operands[0])));
            return true;
        }
        if (old.type != Type::i64 or not is_candidate(old.op)) return false;
        const bool low_half_will_do = demand_[index] == kLowHalf;
        if (is_extended_part(old.op)) return low_half_will_do and extend_to_half(old, index);
        const bool by_halves = low_half_will_do and follows_low_halves(old);
        Node node = rewrite_->renumbered(old);
        const Opcode extension = by_halves ? Opcode::nop : extension_behind(node, low_half_will_do);
        if (not by_halves and extension == Opcode::nop) return false;
        halve(node);
        const Value half = emit(block_, node);
        rewrite_->map(index, low_half_will_do ? half : rewrite_->add(extension, Type::i64, half));
        return true;
    }

    static bool is_candidate(Opcode op) {
        switch (op) {
            case Opcode::shl:
            case Opcode::shr:
            case Opcode::sar:
            case Opcode::divs:
            case Opcode::divu:
            case Opcode::rems:
            case Opcode::remu:
            case Opcode::mins:
            case Opcode::maxs:
            case Opcode::minu:
            case Opcode::maxu:
            case Opcode::sext8:
            case Opcode::sext16:
            case Opcode::zext8:
            case Opcode::zext16:
            case Opcode::extract:
                return true;
            default:
                return (flags(op) & kByHalves) != 0;
        }
    }

    bool extend_to_half(const Node& old, std::uint32_t index) {
        Node node = rewrite_->renumbered(old);
        node.type = Type::i32;
        rewrite_->map(index, emit(block_, node));
        return true;
    }

    // What is left to do behind the operation on 32 bits to have all 64; nop where it takes more than an
    // extension. Whoever asks for the low half needs none, but some extension shows that the low half comes
    // out right.
    Opcode extension_behind(const Node& node, bool low_half_will_do) const {
        if (looks_at_low_half(node)) return Opcode::zext;
        const Value a = node.operands[0];
        const Value b = node.operands[1];
        switch (node.op) {
            case Opcode::shr:
                return is_zext(a) and amount_below_32(b) ? Opcode::zext : Opcode::nop;
            case Opcode::sar:
                return is_extension(a) and extends_sign(a) and amount_below_32(b) ? Opcode::sext
                                                                                  : Opcode::nop;
            case Opcode::divs:
            case Opcode::divu:
                // The quotient of two words is one, but for the signed one that overflows and for zero
                // divisors: then only its low half is the word's.
                return low_half_will_do ? divide_extension(node) : Opcode::nop;
            case Opcode::rems:
            case Opcode::remu:
                return divide_extension(node);
            case Opcode::mins:
            case Opcode::maxs:
            case Opcode::minu:
            case Opcode::maxu:
                return common_extension(node);
            default:
                return is_bitwise(node.op) ? common_extension(node) : Opcode::nop;
        }
    }

    Opcode divide_extension(const Node& node) const {
        const Value a = node.operands[0];
        const Value b = node.operands[1];
        if (node.op == Opcode::divs or node.op == Opcode::rems) {
            return extends_sign(a) and extends_sign(b) ? Opcode::sext : Opcode::nop;
        }
        return extends_zeros(a) and extends_zeros(b) ? Opcode::zext : Opcode::nop;
    }

    // Of an operation that does to two extended words what it does to the words, extended alike.
    Opcode common_extension(const Node& node) const {
        const Value a = node.operands[0];
        const Value b = node.operands[1];
        if (not is_extension(a) and not is_extension(b)) return Opcode::nop;
        if (extends_sign(a) and extends_sign(b)) return Opcode::sext;
        const bool keeps_zeros = node.op != Opcode::orn and node.op != Opcode::xnor and
                                 node.op != Opcode::mins and node.op != Opcode::maxs;
        return keeps_zeros and extends_zeros(a) and extends_zeros(b) ? Opcode::zext : Opcode::nop;
    }

    // Makes the node the same operation on the low halves.
    void halve(Node& node) {
        node.type = Type::i32;
        const std::size_t count = most_operands(node.op);
        for (std::size_t k = node.op == Opcode::select ? 2 : 0; k < count; ++k) {
            const bool is_amount = k == 1 and is_shift(node.op);
            node.operands[k] = low(is_amount ? unmasked(node.operands[k]) : node.operands[k]);
        }
    }

    // What follows is about new values. Their low halves are made once.
    Value low(Value value) {
        if (block_.type(value) == Type::i32) return value;
        if (value.is_constant()) return block_.constant(Type::i32, block_.bits(value));
        if (halves_.size() <= value.index()) halves_.resize(block_.nodes().size());
        Value& half = halves_[value.index()];
        if (half.is_none()) half = rewrite_->add(Opcode::low, Type::i32, value);
        return half;
    }
    // The amount of a shift of words without a mask that keeps the five bits that count.
    Value unmasked(Value amount) const {
        const rules::Masked part = rules::masked(block_, amount);
        return (part.mask & 31) == 31 ? part.source : amount;
    }
    bool is_zext(Value value) const { return block_.match(value, Opcode::zext) != nullptr; }
    bool is_extension(Value value) const {
        return is_zext(value) or block_.match(value, Opcode::sext) != nullptr;
    }
    bool extends_sign(Value value) const {
        return block_.type(value) == Type::i64 and is_sign_extended(block_, value, 32);
    }
    bool extends_zeros(Value value) const {
        return block_.type(value) == Type::i64 and possible_bits(block_, value) >> 32 == 0;
    }
    bool amount_below_32(Value value) const { return (possible_bits(block_, value) & 32) == 0; }

    Block& block_;
    std::vector<std::uint8_t>& demand_;
    std::vector<Value>& halves_;  // by new value
    const std::vector<Node>* old_ = nullptr;
    Rewrite* rewrite_ = nullptr;
};

}  // namespace

void narrow(Block& block) { Narrow(block).run(); }

}  // namespace vm::ir::passes
