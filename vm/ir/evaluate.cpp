#include "vm/ir/evaluate.h"

#include <optional>

#include "vm/base/bits.h"
#include "vm/ir/evaluate_float.h"
#include "vm/ir/float_format.h"

namespace vm::ir {
namespace {

std::uint64_t read_bytes(const std::uint8_t* from, unsigned count) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i) value |= std::uint64_t{from[i]} << (8 * i);
    return value;
}

void write_bytes(std::uint8_t* to, unsigned count, std::uint64_t value) {
    for (unsigned i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t formed(Form form, std::uint64_t bits, Type slot) {
    const auto canonical = [&](Type type) {
        return float_format(type).is_nan(bits) ? float_format(type).canonical_nan() : bits;
    };
    switch (form) {
        case Form::whole:
        case Form::zext:
            return bits;
        case Form::sext:
            return sext32(bits);
        case Form::canon:
            return canonical(slot);
        case Form::box:
            return bits | kBox;
        case Form::box_canon:
            break;
    }
    return canonical(Type::f32) | kBox;
}

class Evaluator {
  public:
    Evaluator(const Block& block, World& world, const Helper& helper)
        : block_(block), world_(world), helper_(helper), values_(block.nodes().size()) {}

    Result<Departure> run() {
        for (const Slot& slot : block_.slots()) {
            if (slot.offset + std::uint64_t{slot.bytes} > world_.state.size()) {
                return fail("slot {} lies outside a state of {} bytes", slot.name.data(),
                            world_.state.size());
            }
        }
        for (std::size_t i = 0; i < block_.nodes().size(); ++i) {
            const Node& node = block_.nodes()[i];
            const auto left = step(node, values_[i]);
            if (not left) return tl::unexpected<Error>(left.error());
            if (left->has_value()) return **left;
        }
        return fail("the block has no end");
    }

  private:
    using Left = std::optional<Departure>;

    OperandBits operands(const Node& node) const {
        OperandBits bits{};
        for (std::size_t k = 0; k < operand_count(node); ++k) {
            const Value value = node.operands[k];
            bits[k] = value.is_node() ? values_[value.index()] : block_.bits(value);
        }
        return bits;
    }

    Result<Left> step(const Node& node, std::uint64_t& result) {
        const OperandBits v = operands(node);
        switch (node.op) {
            case Opcode::nop:
            case Opcode::fence:
                return Left{};
            case Opcode::get:
                result = read_slot(slot_index(node));
                return Left{};
            case Opcode::load:
            case Opcode::store:
                return access(node, v, result);
            case Opcode::call:
                return call(node, v, result);
            case Opcode::branch:
            case Opcode::leave_if:
                if (not holds(condition(node), block_.type(node.operands[0]), v[0], v[1])) return Left{};
                return leave(node, v);
            case Opcode::goto_:
            case Opcode::goto_value:
            case Opcode::leave:
            case Opcode::trap:
                return leave(node, v);
            default:
                return compute_value(node, v, result);
        }
    }

    Result<Left> compute_value(const Node& node, const OperandBits& v, std::uint64_t& result) {
        const Type type = block_.type(node.operands[0]);
        if ((flags(node.op) & kFloatFlags) == 0) {
            result = compute(node, type, v);
            return Left{};
        }
        const Rounding said = info(node.op).layout == Layout::rounded ? rounding(node) : Rounding::rne;
        const auto made = evaluate_float(node, type, v, said == Rounding::dyn ? world_.rounding : said);
        if (not made) return tl::unexpected<Error>(made.error());
        result = made->bits;
        world_.float_flags |= made->raised;
        return Left{};
    }

    std::uint64_t read_slot(SlotIndex index) const {
        const Slot& slot = block_.slots()[index];
        return read_bytes(world_.state.data() + slot.offset, slot.bytes);
    }

    // Brings the state up to what a frame shows.
    void materialise(const Frame& frame) {
        for (std::size_t i = frame.first; i < frame.last; ++i) {
            const Write& write = block_.writes()[i];
            const Slot& slot = block_.slots()[write.slot];
            const std::uint64_t bits =
                write.value.is_node() ? values_[write.value.index()] : block_.bits(write.value);
            write_bytes(world_.state.data() + slot.offset, slot.bytes,
                        formed(write.form, bits, slot.type) + static_cast<std::uint64_t>(write.addend));
        }
    }

    // The bytes of an access, or nullptr where no memory is.
    std::uint8_t* find(std::uint64_t address, unsigned size) {
        const std::uint64_t at = address - world_.memory_base;
        const bool inside = size <= world_.memory.size() and at <= world_.memory.size() - size;
        return inside ? world_.memory.data() + at : nullptr;
    }

    Result<Left> access(const Node& node, const OperandBits& v, std::uint64_t& result) {
        const std::uint64_t address = v[0] + node.imm;
        const MemKind kind = mem_kind(node);
        std::uint8_t* const bytes = find(address, size_of(kind));
        if (bytes == nullptr) return depart(node, Departure::Kind::fault, address);
        if (node.op == Opcode::store) write_bytes(bytes, size_of(kind), v[1]);
        const std::uint64_t value = read_bytes(bytes, size_of(kind));
        result = is_signed(kind) ? sign_extend(value, 8 * size_of(kind)) : value;
        if (reach(node) == Reach::device) {
            world_.device_accesses.push_back({node.op, size_of(kind), address, value});
        }
        return Left{};
    }

    Result<Left> call(const Node& node, const OperandBits& v, std::uint64_t& result) {
        if (not helper_) return fail("there is nobody to carry out call {}", helper_number(node));
        const bool touches_state = (node.detail & (kReadsState | kWritesState)) != 0;
        if (touches_state) materialise(block_.frames()[node.frame]);
        const HelperOutcome outcome = helper_(world_, helper_number(node), v);
        result = outcome.value & mask(node.type);
        if (not outcome.exits or (node.detail & kExits) == 0) return Left{};
        return depart(node, Departure::Kind::helper, 0);
    }

    Result<Left> leave(const Node& node, const OperandBits& v) {
        if (node.op == Opcode::trap) return depart(node, Departure::Kind::trap, v[0]);
        const bool to_engine = node.op == Opcode::leave or node.op == Opcode::leave_if;
        return depart(node, to_engine ? Departure::Kind::leave : Departure::Kind::jump, v[0]);
    }

    Result<Left> depart(const Node& node, Departure::Kind kind, std::uint64_t value) {
        const Frame& frame = block_.frames()[node.frame];
        // What a helper that writes state left there is newer than the log.
        if ((flags(node) & kWritesState) == 0) materialise(frame);
        Departure departure;
        departure.kind = kind;
        departure.pc = node.op == Opcode::goto_value ? value : frame.pc;
        departure.retired = frame.retired;
        if (kind == Departure::Kind::leave) departure.leave = leave_kind(node);
        if (kind == Departure::Kind::trap) departure.cause = node.imm;
        if (kind == Departure::Kind::trap or kind == Departure::Kind::fault) departure.value = value;
        return Left{departure};
    }

    const Block& block_;
    World& world_;
    const Helper& helper_;
    std::vector<std::uint64_t> values_;
};

}  // namespace

Result<Departure> evaluate(const Block& block, World& world, const Helper& helper) {
    return Evaluator(block, world, helper).run();
}

}  // namespace vm::ir
