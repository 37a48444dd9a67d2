#include <utility>

#include "vm/base/bits.h"
#include "vm/ir/compute.h"
#include "vm/ir/known_bits.h"
#include "vm/ir/rules.h"

namespace vm::ir::rules {
namespace {

enum class Truth : std::uint8_t { unknown, never, always };

// `a condition b`, being simplified.
struct Relation {
    Condition condition;
    Value a;
    Value b;

    friend bool operator==(const Relation&, const Relation&) = default;
};

Relation relation_of(const Node& node, Condition condition) {
    return {condition, node.operands[0], node.operands[1]};
}

Truth truth(bool holds) { return holds ? Truth::always : Truth::never; }

bool is_equality(Condition condition) { return condition == Condition::eq or condition == Condition::ne; }
bool is_unsigned(Condition condition) { return condition == Condition::ltu or condition == Condition::geu; }

// The greatest value in the condition's order.
std::uint64_t greatest(Condition condition, Type type) {
    return is_unsigned(condition) ? mask(type) : mask(type) >> 1;
}

// The i32 whose sign extension the value is, and the i32 whose zero extension it is; none where there is no
// such thing at hand.
Value sign_extended_source(Block& block, Value value) {
    if (value.is_constant()) {
        const std::uint64_t bits = block.bits(value);
        return sext32(bits) == bits ? block.constant(Type::i32, bits) : Value{};
    }
    if (const Node* const node = block.match(value, Opcode::sext)) return node->operands[0];
    const Node* const node = block.match(value, Opcode::zext);
    return node != nullptr and possible_bits(block, node->operands[0]) >> 31 == 0 ? node->operands[0]
                                                                                  : Value{};
}
Value zero_extended_source(Block& block, Value value) {
    if (value.is_constant()) {
        const std::uint64_t bits = block.bits(value);
        return bits >> 32 == 0 ? block.constant(Type::i32, bits) : Value{};
    }
    const Node* const node = block.match(value, Opcode::zext);
    return node != nullptr ? node->operands[0] : Value{};
}

class RelationRules {
  public:
    explicit RelationRules(Block& block) : block_(block) {}

    // Rewrites the relation as far as the rules go, or tells that it always or never holds.
    Truth run(Relation& relation) const {
        for (unsigned rounds = 0; rounds < kRounds; ++rounds) {
            const Relation before = relation;
            if (const Truth found = step(relation); found != Truth::unknown) return found;
            if (relation == before) break;
        }
        return Truth::unknown;
    }

  private:
    // Each rule comes nearer to a constant or to fewer nodes; the bound is for the day when one does not.
    static constexpr unsigned kRounds = 8;

    Truth step(Relation& r) const {
        const Type type = block_.type(r.a);
        if (r.a.is_constant() and r.b.is_constant()) {
            return truth(holds(r.condition, type, block_.bits(r.a), block_.bits(r.b)));
        }
        if (r.a == r.b) {
            return truth(r.condition == Condition::eq or r.condition == Condition::ges or
                         r.condition == Condition::geu);
        }
        if (r.a.is_constant()) return constant_to_the_right(r, type);
        if (r.b.is_constant()) {
            if (const Truth found = against_constant(r, type, block_.bits(r.b)); found != Truth::unknown)
                return found;
        }
        if (type == Type::i64) narrow(r);
        return Truth::unknown;
    }

    // c < x is x >= c + 1, and c >= x is x < c + 1.
    Truth constant_to_the_right(Relation& r, Type type) const {
        const std::uint64_t c = block_.bits(r.a);
        if (is_equality(r.condition)) {
            std::swap(r.a, r.b);
            return Truth::unknown;
        }
        if (c == greatest(r.condition, type)) {
            return truth(r.condition == Condition::ges or r.condition == Condition::geu);
        }
        r = {opposite(r.condition), r.b, block_.constant(type, c + 1)};
        return Truth::unknown;
    }

    Truth against_constant(Relation& r, Type type, std::uint64_t c) const {
        const std::uint64_t least = is_unsigned(r.condition) ? 0 : (mask(type) >> 1) + 1;
        if (not is_equality(r.condition) and c == least) {
            return truth(r.condition == Condition::ges or r.condition == Condition::geu);
        }
        if (r.condition == Condition::ltu and c == 1) r = {Condition::eq, r.a, block_.constant(type, 0)};
        if (r.condition == Condition::geu and c == 1) r = {Condition::ne, r.a, block_.constant(type, 0)};
        const bool by_bits = is_equality(r.condition) or is_unsigned(r.condition);
        if (by_bits and possible_bits(block_, r.a) < block_.bits(r.b)) {
            return truth(r.condition == Condition::ne or r.condition == Condition::ltu);
        }
        if (is_equality(r.condition)) equal_to_constant(r, type, block_.bits(r.b));
        return Truth::unknown;
    }

    void equal_to_constant(Relation& r, Type type, std::uint64_t c) const {
        const Node& node = block_.nodes()[r.a.index()];
        if (is_comparison(node.op) and c <= 1) {
            const bool itself = (r.condition == Condition::ne) == (c == 0);
            const Condition own = condition_of(node.op);
            r = relation_of(node, itself ? own : opposite(own));
            return;
        }
        const bool by_constant = node.op != Opcode::nop and node.operands[1].is_constant();
        if (node.op == Opcode::add and by_constant) {
            r = {r.condition, node.operands[0], block_.constant(type, c - block_.bits(node.operands[1]))};
        } else if (node.op == Opcode::xor_ and by_constant) {
            r = {r.condition, node.operands[0], block_.constant(type, c ^ block_.bits(node.operands[1]))};
        } else if ((node.op == Opcode::sub or node.op == Opcode::xor_) and c == 0) {
            r = relation_of(node, r.condition);
        }
    }

    // Both sides extend 32 bits: the 32 bits compare alike.
    void narrow(Relation& r) const {
        if (block_.match(r.a, Opcode::sext) == nullptr and block_.match(r.a, Opcode::zext) == nullptr and
            block_.match(r.b, Opcode::sext) == nullptr and block_.match(r.b, Opcode::zext) == nullptr) {
            return;
        }
        // A sign extension keeps the unsigned order, too: it moves the upper half to the top.
        const Value a = sign_extended_source(block_, r.a);
        const Value b = sign_extended_source(block_, r.b);
        if (not a.is_none() and not b.is_none()) {
            r = {r.condition, a, b};
            return;
        }
        const Value x = zero_extended_source(block_, r.a);
        const Value y = zero_extended_source(block_, r.b);
        if (not x.is_none() and not y.is_none()) r = {without_sign(r.condition), x, y};
    }

    static Condition without_sign(Condition condition) {
        if (condition == Condition::lts) return Condition::ltu;
        return condition == Condition::ges ? Condition::geu : condition;
    }

    Block& block_;
};

// The opcode of the least or greatest of a and b that `select condition a, b, yes, no` chooses; nop where it
// does not.
Opcode extreme(Condition condition, bool straight) {
    const bool least = straight == (condition == Condition::lts or condition == Condition::ltu);
    if (is_equality(condition)) return Opcode::nop;
    if (is_unsigned(condition)) return least ? Opcode::minu : Opcode::maxu;
    return least ? Opcode::mins : Opcode::maxs;
}

Outcome choose_extreme(Subject& s) {
    const auto [a, b, yes, no] = s.node.operands;
    const bool straight = a == yes and b == no;
    if (not straight and not(a == no and b == yes)) return Outcome::kept;
    const Opcode op = extreme(condition(s.node), straight);
    return op != Opcode::nop ? s.change(op, a, b) : Outcome::kept;
}

}  // namespace

Outcome compare(Subject& s) {
    const Condition own = condition_of(s.node.op);
    // What is 1 or 0 is what `ne 0` and `eq 1` make of it.
    const bool asks_itself = s.block.is(s.operand(1), own == Condition::ne ? 0 : 1);
    const bool asks_opposite = s.block.is(s.operand(1), own == Condition::ne ? 1 : 0);
    if (is_equality(own) and s.block.type(s.operand(0)) == Type::i64 and (asks_itself or asks_opposite) and
        possible_bits(s.block, s.operand(0)) <= 1) {
        return asks_itself ? s.replace(s.operand(0)) : s.change_to(Opcode::xor_, s.operand(0), 1);
    }
    Relation relation = relation_of(s.node, own);
    const Truth found = RelationRules(s.block).run(relation);
    if (found != Truth::unknown) return s.replace_by(found == Truth::always ? 1 : 0);
    if (relation == relation_of(s.node, own)) return Outcome::kept;
    return s.change(comparison(relation.condition), relation.a, relation.b);
}

Outcome select(Subject& s) {
    const Value yes = s.operand(2);
    const Value no = s.operand(3);
    if (yes == no) return s.replace(yes);
    if (const Outcome outcome = choose_extreme(s); outcome != Outcome::kept) return outcome;
    Relation relation = relation_of(s.node, condition(s.node));
    const Truth found = RelationRules(s.block).run(relation);
    if (found != Truth::unknown) return s.replace(found == Truth::always ? yes : no);
    if (s.node.type == Type::i64 and s.block.is(yes, 1) and s.block.is(no, 0)) {
        return s.change(comparison(relation.condition), relation.a, relation.b);
    }
    if (s.node.type == Type::i64 and s.block.is(yes, 0) and s.block.is(no, 1)) {
        return s.change(comparison(opposite(relation.condition)), relation.a, relation.b);
    }
    if (relation == relation_of(s.node, condition(s.node))) return Outcome::kept;
    s.node.detail = condition_detail(relation.condition);
    s.node.operands = {relation.a, relation.b, yes, no};
    return Outcome::changed;
}

Outcome side_exit(Subject& s) {
    Relation relation = relation_of(s.node, condition(s.node));
    const Truth found = RelationRules(s.block).run(relation);
    if (found == Truth::never) {
        s.node = Node{};
        return Outcome::kept;
    }
    if (found == Truth::always) {
        const Value zero = s.block.constant(Type::i64, 0);
        relation = {Condition::eq, zero, zero};
    }
    s.node.detail = condition_detail(relation.condition, leave_kind(s.node));
    s.node.operands = {relation.a, relation.b};
    return Outcome::kept;
}

}  // namespace vm::ir::rules
