#include "vm/ir/passes/fuse.h"

#include <algorithm>

#include "vm/ir/uses.h"

namespace vm::ir::passes {
namespace {

// Moves a pure node that stands behind `to` there; what stands between moves on by one.
void move_forward(Block& block, std::uint32_t from, std::uint32_t to) {
    std::vector<Node>& nodes = block.nodes();
    std::rotate(nodes.begin() + to, nodes.begin() + from, nodes.begin() + from + 1);
    const auto renumber = [&](Value& value) {
        if (not value.is_node() or value.index() < to or value.index() > from) return;
        value = Value::node(value.index() == from ? to : value.index() + 1);
    };
    for (std::size_t i = to; i < nodes.size(); ++i)
        std::for_each(nodes[i].operands.begin(), nodes[i].operands.end(), renumber);
    for (Write& write : block.writes()) renumber(write.value);
}

bool same_factors(const Node& a, const Node& b) { return has_factors(a, b.operands[0], b.operands[1]); }

// For each product whose upper half is asked for behind the lower one: moves the upper one before it. Before
// uses are counted, as that renumbers nodes.
void order_products(Block& block) {
    std::vector<std::uint32_t>& lower = block.workspace().indices;
    lower.clear();
    for (std::uint32_t i = 0; i < block.nodes().size(); ++i) {
        const Node& node = block.nodes()[i];
        if (node.op == Opcode::mul and node.type == Type::i64) lower.push_back(i);
        if (lower.empty() or (node.op != Opcode::mulhu and node.op != Opcode::mulhs)) continue;
        const auto found = std::find_if(lower.begin(), lower.end(), [&](std::uint32_t at) {
            return same_factors(block.nodes()[at], node);
        });
        if (found == lower.end()) continue;
        const std::uint32_t to = *found;
        move_forward(block, i, to);
        for (std::uint32_t& at : lower) at += at >= to ? 1 : 0;
    }
}

class Fuse {
  public:
    explicit Fuse(Block& block)
        : block_(block),
          nodes_(block.nodes()),
          uses_(block.workspace().counts),
          to_(block.workspace().values) {}

    void run() {
        order_products(block_);
        count_uses(block_, uses_);
        to_.assign(nodes_.size(), Value{});
        std::vector<std::uint32_t>& upper = block_.workspace().indices;
        upper.clear();
        for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
            Node& node = nodes_[i];
            if (any_moved_) renumber(node);
            switch (node.op) {
                case Opcode::add:
                    shift_add(node);
                    break;
                case Opcode::mulhu:
                case Opcode::mulhs:
                    upper.push_back(i);
                    break;
                case Opcode::mul:
                    node.operands[1].is_constant() ? multiple(node) : product(node, upper);
                    break;
                case Opcode::float_:
                    load_float(node, i);
                    break;
                default:
                    break;
            }
        }
        if (not any_moved_) return;
        for (Write& write : block_.writes()) renumber(write.value);
    }

  private:
    void renumber(Node& node) const {
        for (Value& operand : node.operands) renumber(operand);
    }
    void renumber(Value& value) const {
        if (value.is_node() and not to_[value.index()].is_none()) value = to_[value.index()];
    }

    bool has_one_user(Value value) const { return uses_[value.index()] == 1; }

    // x << 1 to 3, plus y: what hosts compute as an address.
    void shift_add(Node& node) {
        for (const unsigned k : {0u, 1u}) {
            const Node* const shifted = block_.match(node.operands[k], Opcode::shl);
            if (shifted == nullptr or not has_one_user(node.operands[k])) continue;
            const Value amount = shifted->operands[1];
            if (not amount.is_constant() or block_.bits(amount) - 1 > 2) continue;
            return add_shifted(node, shifted->operands[0], block_.bits(amount), node.operands[1 - k]);
        }
    }

    // Three, five and nine times.
    void multiple(Node& node) {
        const std::uint64_t factor = block_.bits(node.operands[1]);
        if (factor == 3) add_shifted(node, node.operands[0], 1, node.operands[0]);
        if (factor == 5) add_shifted(node, node.operands[0], 2, node.operands[0]);
        if (factor == 9) add_shifted(node, node.operands[0], 3, node.operands[0]);
    }

    static void add_shifted(Node& node, Value shifted, std::uint64_t amount, Value plain) {
        node.op = Opcode::shift_add;
        node.operands = {shifted, plain};
        node.imm = amount;
    }

    // The lower half of a product whose upper half is asked for, too.
    void product(Node& node, const std::vector<std::uint32_t>& upper) const {
        if (node.type != Type::i64) return;
        for (const std::uint32_t at : upper) {
            if (uses_[at] == 0 or not same_factors(nodes_[at], node)) continue;
            node.operands = {Value::node(at), node.operands[0], node.operands[1]};
            node.op = Opcode::product_low;
            return;
        }
    }

    // Bits that are loaded for nothing but to be a floating-point value are loaded as one.
    void load_float(Node& node, std::uint32_t index) {
        Value source = node.operands[0];
        if (node.type == Type::f32) {
            const Node* const cut = block_.match(source, Opcode::low);
            if (cut == nullptr or not has_one_user(source)) return;
            source = cut->operands[0];
        }
        const Node* const load = block_.match(source, Opcode::load);
        if (load == nullptr or not has_one_user(source) or 8 * size_of(mem_kind(*load)) != width(node.type))
            return;
        Node& loaded = nodes_[source.index()];
        loaded.type = node.type;
        loaded.detail = access_detail(node.type == Type::f32 ? MemKind::u32 : MemKind::u64, reach(loaded));
        if (node.type == Type::f32) nodes_[node.operands[0].index()] = Node{};
        node = Node{};
        to_[index] = source;
        any_moved_ = true;
    }

    Block& block_;
    std::vector<Node>& nodes_;
    std::vector<std::uint32_t>& uses_;
    std::vector<Value>& to_;
    bool any_moved_ = false;
};

}  // namespace

void fuse(Block& block) { Fuse(block).run(); }

}  // namespace vm::ir::passes
