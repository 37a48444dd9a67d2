#include "vm/ir/random_block.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "vm/ir/float_format.h"
#include "vm/ir/random.h"
#include "vm/ir/random_world.h"

namespace vm::ir {
namespace {

class Generator {
  public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    Block run() {
        for (const Slot& slot : kRandomSlots) block_.slot(slot);
        const std::size_t instructions = 3 + random_.below(22);
        for (std::size_t i = 0; i < instructions; ++i) {
            begin_instruction();
            instruction();
            if (random_.one_in(2)) write_some();
        }
        end();
        return std::move(block_);
    }

  private:
    Node make(Opcode op, Type type, Value a = {}, Value b = {}) {
        Node node;
        node.op = op;
        node.type = type;
        node.operands = {a, b};
        return node;
    }
    Value append(const Node& node) {
        const Value value = block_.append(node);
        if (node.type != Type::none) values_[static_cast<std::size_t>(node.type)].push_back(value);
        return value;
    }

    // State.

    void begin_instruction() {
        pc_ += 4;
        before_ = frame_now();
        ++retired_;
    }
    FrameIndex frame_now() {
        return block_.frame({pc_, first_, static_cast<std::uint32_t>(block_.writes().size()), retired_});
    }
    void write_some() {
        const auto slot = static_cast<SlotIndex>(random_.below(kRandomSlots.size()));
        block_.writes().push_back({slot, Form::whole, operand(kRandomSlots[slot].type)});
    }

    // Operands.

    Value constant(Type type) {
        return block_.constant(type, is_integer(type) ? random_.integer() : random_.floating(type));
    }
    Value operand(Type type) {
        const std::vector<Value>& known = values_[static_cast<std::size_t>(type)];
        if (random_.one_in(5)) return constant(type);
        if (known.empty() or random_.one_in(8)) return read(type);
        // Mostly what is new, so that chains grow.
        const std::size_t back = random_.below(random_.one_in(2) ? 3 : known.size());
        return known[known.size() - 1 - std::min(back, known.size() - 1)];
    }
    Value read(Type type) {
        for (unsigned tries = 0; tries < 16; ++tries) {
            const auto slot = static_cast<SlotIndex>(random_.below(kRandomSlots.size()));
            if (kRandomSlots[slot].type == type and not is_written(slot)) return get(slot);
        }
        return constant(type);
    }
    // Since the block was entered or a call wrote the state: then its value is known, and get must not ask
    // for it.
    bool is_written(SlotIndex slot) const {
        const auto begin = block_.writes().begin() + first_;
        return std::any_of(begin, block_.writes().end(),
                           [&](const Write& write) { return write.slot == slot; });
    }
    Value get(SlotIndex slot) {
        Node node = make(Opcode::get, kRandomSlots[slot].type);
        node.imm = slot;
        return append(node);
    }
    Type integer() { return random_.one_in(2) ? Type::i64 : Type::i32; }
    Type floating() { return random_.one_in(2) ? Type::f64 : Type::f32; }

    // Instructions.

    void instruction() {
        switch (random_.below(16)) {
            case 0:
            case 1:
                return access(Opcode::load);
            case 2:
            case 13:
                return access(Opcode::store);
            case 3:
                return side_exit();
            case 4:
                return random_.one_in(2) ? call() : fence();
            case 5:
            case 6:
                return word_operation();
            case 7:
                return shift_pair();
            case 8:
                return rotate();
            case 9:
                return float_sign();
            case 10:
                return product();
            case 11:
                return word_idiom();
            case 12:
                return load_float();
            default:
                return compute();
        }
    }

    // Any operation that is described by its signature.
    void compute() {
        const auto op = static_cast<Opcode>(random_.below(kOpcodes));
        const OpcodeInfo& line = info(op);
        const bool by_signature = line.layout == Layout::plain or line.layout == Layout::shift or
                                  line.layout == Layout::field or line.layout == Layout::condition or
                                  line.layout == Layout::rounded;
        if (not by_signature or op == Opcode::nop or op == Opcode::product_low) return compute();
        const Type integers = integer();
        const Type floats = floating();
        const Type any = static_cast<Type>(1 + random_.below(4));
        Node node = make(op, Type::none);
        for (std::size_t k = 0; k < line.operands.size(); ++k) {
            const char letter = line.operands[k];
            const Type type = letter == 'I'   ? integers
                              : letter == 'F' ? floats
                              : letter == 'T' ? any
                                              : detail::fixed_type(letter);
            node.operands[k] = operand(type);
        }
        const bool gives_float = op == Opcode::signed_to_float or op == Opcode::unsigned_to_float;
        node.type = result_type(op, gives_float ? floating() : integer(),
                                [&](std::size_t k) { return block_.type(node.operands[k]); });
        details(node);
        const Value made = append(node);
        if ((flags(op) & kAnyNan) == 0 or random_.one_in(3)) return;
        const Value canonical = append(make(Opcode::canon, node.type, made));
        if (node.type == Type::f32 and random_.one_in(2)) append(make(Opcode::box, Type::f64, canonical));
    }

    void details(Node& node) {
        switch (info(node.op).layout) {
            case Layout::shift:
                node.imm = 1 + random_.below(3);
                break;
            case Layout::field: {
                const unsigned count = 1 + static_cast<unsigned>(random_.below(width(node.type) - 1));
                node.detail =
                    field_detail(static_cast<unsigned>(random_.below(width(node.type) - count + 1)), count);
                break;
            }
            case Layout::condition:
                node.detail = condition_detail(random_condition());
                break;
            case Layout::rounded:
                node.detail =
                    plain_detail(random_.one_in(3) ? Rounding::dyn : static_cast<Rounding>(random_.below(4)));
                break;
            default:
                break;
        }
    }
    Condition random_condition() { return static_cast<Condition>(random_.below(kConditionNames.size())); }

    // A guest's 32-bit instruction: computed in 64 bits, the low half extended.
    void word_operation() {
        constexpr std::array kOps = {Opcode::add,  Opcode::sub,  Opcode::mul,  Opcode::shl,
                                     Opcode::divs, Opcode::divu, Opcode::rems, Opcode::mins,
                                     Opcode::maxs, Opcode::minu, Opcode::maxu, Opcode::remu,
                                     Opcode::xor_, Opcode::andn, Opcode::shr,  Opcode::sar};
        const Opcode op = random_.pick(kOps);
        const Value a = extended(operand(Type::i64));
        const Value b = extended(operand(Type::i64));
        const bool is_shift = op == Opcode::shl or op == Opcode::shr or op == Opcode::sar;
        const Value by =
            is_shift ? append(make(Opcode::and_, Type::i64, b, block_.constant(Type::i64, 31))) : b;
        extended(append(make(op, Type::i64, a, by)));
    }
    Value extended(Value whole) {
        if (random_.one_in(4)) return whole;
        const Value half = append(make(Opcode::low, Type::i32, whole));
        return append(make(random_.one_in(3) ? Opcode::zext : Opcode::sext, Type::i64, half));
    }

    void shift_pair() {
        constexpr std::array<std::uint64_t, 6> kAmounts = {16, 24, 32, 48, 56, 60};
        const Type type = integer();
        const Value up = block_.constant(type, random_.pick(kAmounts));
        const Value left = append(make(Opcode::shl, type, operand(type), up));
        const Value down = random_.one_in(2) ? up : block_.constant(type, random_.pick(kAmounts));
        append(make(random_.one_in(2) ? Opcode::shr : Opcode::sar, type, left, down));
    }

    void rotate() {
        constexpr std::array kOps = {Opcode::or_, Opcode::add, Opcode::xor_};
        const Type type = integer();
        const Value source = operand(type);
        const std::uint64_t amount = 1 + random_.below(width(type) - 1);
        const bool variable = random_.one_in(3);
        const Value by = variable ? operand(type) : block_.constant(type, amount);
        const Value rest = variable ? append(make(Opcode::sub, type, block_.constant(type, 0), by))
                                    : block_.constant(type, width(type) - amount);
        const Value left = append(make(Opcode::shl, type, source, by));
        const Value right = append(make(Opcode::shr, type, source, rest));
        append(make(random_.pick(kOps), type, left, right));
    }

    // Sign injection as guests' semantics spell it.
    void float_sign() {
        const Type type = floating();
        const Type integers = integer_of(type);
        const FloatFormat format = float_format(type);
        const Value a = append(make(Opcode::bits, integers, operand(type)));
        Value b = random_.one_in(2) ? a : append(make(Opcode::bits, integers, operand(type)));
        if (random_.one_in(2))
            b = append(make(Opcode::xor_, integers, b, block_.constant(integers, mask(integers))));
        const Value sign = append(make(Opcode::and_, integers, b, block_.constant(integers, format.sign)));
        const bool exclusive = random_.one_in(3);
        const Value rest =
            exclusive ? a
                      : append(make(Opcode::and_, integers, a, block_.constant(integers, format.sign - 1)));
        const Value joined = append(make(exclusive ? Opcode::xor_ : Opcode::or_, integers, rest, sign));
        append(make(Opcode::float_, type, joined));
    }

    void product() {
        const Value a = operand(Type::i64);
        const Value b = operand(Type::i64);
        const Opcode upper = random_.one_in(2) ? Opcode::mulhu : Opcode::mulhs;
        const bool low_first = random_.one_in(2);
        if (low_first) append(make(Opcode::mul, Type::i64, a, b));
        const Value high = append(make(upper, Type::i64, a, b));
        if (random_.one_in(2)) {
            Node low = make(Opcode::product_low, Type::i64, high, a);
            low.operands[2] = b;
            append(low);
        } else {
            append(make(Opcode::mul, Type::i64, b, a));
        }
    }

    // Counts and swaps in words, as guests' semantics spell them.
    void word_idiom() {
        const auto whole = [this](Opcode op, Value a, Value b = {}) {
            return append(make(op, Type::i64, a, b));
        };
        const Value word = whole(Opcode::zext, append(make(Opcode::low, Type::i32, operand(Type::i64))));
        switch (random_.below(4)) {
            case 0:
                whole(Opcode::add, whole(Opcode::clz, word),
                      block_.constant(Type::i64, 0 - std::uint64_t{32}));
                break;
            case 1:
                whole(Opcode::ctz,
                      whole(Opcode::or_, word, block_.constant(Type::i64, std::uint64_t{1} << 32)));
                break;
            case 2:
                whole(Opcode::popcnt, word);
                break;
            default: {
                const Value swapped = whole(Opcode::bswap, operand(Type::i64));
                whole(random_.one_in(2) ? Opcode::shr : Opcode::sar, swapped, block_.constant(Type::i64, 32));
            }
        }
    }

    // Mostly of a few places, so that accesses meet.
    Value address() {
        const std::size_t which = random_.below(kRandomPointers);
        const auto slot = static_cast<SlotIndex>(kRandomIntegers + which);
        if (random_.one_in(12) or is_written(slot)) return operand(Type::i64);
        Value& pointer = pointers_[which];
        if (pointer.is_none() or random_.one_in(4)) pointer = get(slot);
        if (not random_.one_in(4)) return pointer;
        return append(make(Opcode::add, Type::i64, pointer, block_.constant(Type::i64, random_.below(32))));
    }

    void access(Opcode op) {
        const Value at = address();
        const Type type = static_cast<Type>(1 + random_.below(4));
        Node node = make(op, op == Opcode::load ? (type == Type::i32 ? Type::i64 : type) : Type::none, at);
        MemKind kind = width(type) == 64 ? MemKind::u64 : MemKind::u32;
        if (op == Opcode::load and is_integer(type))
            kind = static_cast<MemKind>(random_.below(kMemKindNames.size()));
        if (op == Opcode::store and type == Type::i32) kind = static_cast<MemKind>(2 * random_.below(3));
        if (op == Opcode::store) node.operands[1] = operand(type);
        node.detail = access_detail(kind, random_.one_in(10) ? Reach::device : Reach::memory);
        constexpr std::array<std::uint64_t, 8> kOffsets = {0, 0, 0, 1, 2, 4, 8, 0 - std::uint64_t{4}};
        node.imm = random_.pick(kOffsets);
        node.frame = before_;
        append(node);
    }

    // Bits that are loaded to be a floating-point value.
    void load_float() {
        access(Opcode::load);
        const Value bits = Value::node(static_cast<std::uint32_t>(block_.nodes().size() - 1));
        if (block_.type(bits) != Type::i64) return;
        const bool whole = random_.one_in(2);
        const Value source = whole ? bits : append(make(Opcode::low, Type::i32, bits));
        append(make(Opcode::float_, float_of(block_.type(source)), source));
    }

    void side_exit() {
        const Type type = integer();
        const Value a = operand(type);
        const Value b = operand(type);
        const bool to_guest = random_.one_in(2);
        Node node = make(to_guest ? Opcode::branch : Opcode::leave_if, Type::none, a, b);
        const Leave kind = to_guest ? Leave{} : static_cast<Leave>(random_.below(kLeaveNames.size()));
        node.detail = condition_detail(random_condition(), kind);
        node.frame = to_guest ? frame_now() : before_;
        append(node);
    }

    void fence() {
        Node node = make(Opcode::fence, Type::none);
        node.detail = plain_detail(static_cast<Fence>(random_.below(kFenceNames.size())));
        append(node);
    }

    void call() {
        const auto effects = static_cast<std::uint16_t>(random_.next() & kEffects);
        Node node = make(Opcode::call, random_.one_in(4) ? Type::none : integer());
        node.detail = effects;
        node.imm = effects | random_.below(16) << 6;
        const std::size_t arguments = random_.below(kMaxOperands + 1);
        for (std::size_t k = 0; k < arguments; ++k)
            node.operands[k] = operand(static_cast<Type>(1 + random_.below(4)));
        if (needs_frame(node)) node.frame = before_;
        append(node);
        if ((effects & kWritesState) == 0) return;
        pointers_ = {};
        first_ = static_cast<std::uint32_t>(block_.writes().size());
        before_ = frame_now();
    }

    void end() {
        begin_instruction();
        Node node = make(Opcode::goto_, Type::none);
        switch (random_.below(4)) {
            case 0:
                node = make(Opcode::goto_value, Type::none, operand(Type::i64));
                break;
            case 1:
                node = make(Opcode::trap, Type::none, operand(Type::i64));
                node.imm = random_.below(16);
                break;
            case 2:
                node = make(Opcode::leave, Type::none);
                node.detail =
                    condition_detail(Condition{}, static_cast<Leave>(random_.below(kLeaveNames.size())));
                break;
            default:
                break;
        }
        node.frame = frame_now();
        append(node);
    }

    Random random_;
    Block block_;
    std::array<std::vector<Value>, kTypeNames.size()> values_;  // by type
    std::uint64_t pc_ = 0x1000;
    std::uint32_t retired_ = 0;
    std::uint32_t first_ = 0;
    FrameIndex before_ = 0;
    std::array<Value, kRandomPointers> pointers_{};  // what the last calls left there
};

}  // namespace

Block random_block(std::uint64_t seed) { return Generator(seed).run(); }

}  // namespace vm::ir
