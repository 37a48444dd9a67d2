#include "vm/ir/passes/forward.h"

#include <array>
#include <cstddef>

#include "vm/base/bits.h"
#include "vm/ir/passes/rewrite.h"
#include "vm/ir/simplify.h"

namespace vm::ir::passes {
namespace {

// An address as an expression: a value, or none for an absolute address, and what is added to it.
struct Place {
    Value base;
    std::uint64_t offset = 0;
    unsigned size = 0;
};

// Whether no byte can be the same. The same base is not enough: two pages of the guest may be one of memory,
// so this holds only for bytes less than the smallest page apart.
bool disjoint(const Place& a, const Place& b) {
    constexpr std::uint64_t kSmallestPage = 4096;
    const std::uint64_t ahead = b.offset - a.offset;
    const std::uint64_t behind = a.offset - b.offset;
    const bool after = ahead >= a.size and ahead <= kSmallestPage - b.size;
    const bool before = behind >= b.size and behind <= kSmallestPage - a.size;
    return a.base == b.base and (after or before);
}

// What is known of memory: the last few values that loads and stores had in hand.
class Known {
  public:
    void clear() { count_ = 0; }

    void forget(const Place& place) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            if (disjoint(entries_[i].place, place)) entries_[kept++] = entries_[i];
        }
        count_ = kept;
    }
    void note(const Place& place, Value value) {
        if (count_ == entries_.size()) forget_oldest();
        entries_[count_++] = {place, value};
    }
    // The value whose low bytes are those at the place, or none.
    Value find(const Place& place) const {
        for (std::size_t i = count_; i-- > 0;) {
            const Place& known = entries_[i].place;
            if (known.base == place.base and known.offset == place.offset and known.size >= place.size) {
                return entries_[i].value;
            }
        }
        return {};
    }

  private:
    struct Entry {
        Place place;
        Value value;
    };

    void forget_oldest() {
        for (std::size_t i = 1; i < count_; ++i) entries_[i - 1] = entries_[i];
        --count_;
    }

    std::array<Entry, 16> entries_{};
    std::size_t count_ = 0;
};

class Forward {
  public:
    explicit Forward(Block& block) : block_(block), rewrite_(block) {}

    void run() {
        for (std::uint32_t i = 0; i < rewrite_.old().size(); ++i) {
            const Node& old = rewrite_.old()[i];
            if (old.op == Opcode::load or old.op == Opcode::store) {
                access(i);
                continue;
            }
            if (is_barrier(old)) known_.clear();
            rewrite_.keep(i);
        }
        rewrite_.finish();
    }

  private:
    static bool is_barrier(const Node& node) {
        return node.op == Opcode::fence or (node.op == Opcode::call and not is_pure(node));
    }

    void access(std::uint32_t index) {
        const Node& old = rewrite_.old()[index];
        Node node = rewrite_.renumbered(old);
        if (rewrite_.operands_changed(old)) simplify(block_, node);
        if (reach(node) == Reach::device) known_.clear();
        const Place place = place_of(node);
        if (node.op == Opcode::load) {
            const Value value = known_.find(place);
            if (not value.is_none()) return rewrite_.map(index, loaded(value, node));
        } else {
            known_.forget(place);
        }
        // A later address may have depended on this load before it was simplified. (Unpriv. 17.1, rule 9)
        if (node.op == Opcode::load) known_.clear();
        const Value made = block_.append(node);
        if (node.op == Opcode::load) rewrite_.map(index, made);
        if (reach(node) == Reach::memory)
            known_.note(place, node.op == Opcode::load ? made : node.operands[1]);
    }

    Place place_of(const Node& node) const {
        const Value base = node.operands[0];
        const unsigned size = size_of(mem_kind(node));
        if (base.is_constant()) return {Value{}, block_.bits(base) + node.imm, size};
        return {base, node.imm, size};
    }

    // What the load makes of the low bytes of the value.
    Value loaded(Value value, const Node& load) {
        if (load.type == block_.type(value) and is_float(load.type)) return value;
        const Value bits = as_integer(value);
        const bool is_word = block_.type(bits) == Type::i32;
        if (load.type == Type::f64) return rewrite_.add(Opcode::float_, Type::f64, bits);
        if (load.type == Type::f32)
            return rewrite_.add(Opcode::float_, Type::f32, is_word ? bits : low(bits));
        const MemKind kind = mem_kind(load);
        switch (kind) {
            case MemKind::u64:
                return bits;
            case MemKind::u32:
            case MemKind::s32:
                return extend(kind, is_word ? bits : low(bits));
            case MemKind::u16:
                return rewrite_.add(Opcode::zext16, Type::i64, bits);
            case MemKind::s16:
                return rewrite_.add(Opcode::sext16, Type::i64, bits);
            case MemKind::u8:
                return rewrite_.add(Opcode::zext8, Type::i64, bits);
            case MemKind::s8:
                break;
        }
        return rewrite_.add(Opcode::sext8, Type::i64, bits);
    }

    Value as_integer(Value value) {
        const Type type = block_.type(value);
        return is_float(type) ? rewrite_.add(Opcode::bits, integer_of(type), value) : value;
    }
    Value low(Value value) { return rewrite_.add(Opcode::low, Type::i32, value); }
    Value extend(MemKind kind, Value word) {
        return rewrite_.add(is_signed(kind) ? Opcode::sext : Opcode::zext, Type::i64, word);
    }

    Block& block_;
    Rewrite rewrite_;
    Known known_;
};

}  // namespace

void forward(Block& block) { Forward(block).run(); }

}  // namespace vm::ir::passes
