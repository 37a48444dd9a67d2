#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "vm/ir/opcode.h"

namespace vm::ir {

// Which value: the one that a node makes, a constant of the block, or none. A node's value is named by the
// node's index, so every value has one definition.
class Value {
  public:
    constexpr Value() = default;
    static constexpr Value node(std::uint32_t index) { return Value(index); }
    static constexpr Value constant(std::uint32_t index) { return Value(index | kConstant); }

    constexpr bool is_none() const { return raw_ == kNone; }
    constexpr bool is_node() const { return raw_ < kConstant; }
    constexpr bool is_constant() const { return raw_ >= kConstant and raw_ != kNone; }
    // Of the node, or in the block's constants.
    constexpr std::uint32_t index() const { return raw_ & ~kConstant; }
    // Orders values: nodes as they stand in the block, then constants.
    constexpr std::uint32_t raw() const { return raw_; }

    friend constexpr bool operator==(Value a, Value b) { return a.raw_ == b.raw_; }

  private:
    static constexpr std::uint32_t kConstant = 0x8000'0000;
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    constexpr explicit Value(std::uint32_t raw) : raw_(raw) {}

    std::uint32_t raw_ = kNone;
};

// A piece of the guest's state, at an offset in bytes from wherever its state lies. A slot narrower than its
// type is zero-extended when it is read. Names are for people and must differ; without one the block finds
// one.
struct Slot {
    std::uint32_t offset = 0;
    Type type = Type::i64;
    std::uint8_t bytes = 8;
    std::array<char, 10> name{};
};

constexpr Slot make_slot(std::string_view name, std::uint32_t offset, Type type, std::uint8_t bytes) {
    Slot slot{offset, type, bytes, {}};
    for (std::size_t i = 0; i < name.size() and i + 1 < slot.name.size(); ++i) {
        slot.name[i] = name[i];
    }
    return slot;
}
constexpr Slot make_slot(std::string_view name, std::uint32_t offset, Type type) {
    return make_slot(name, offset, type, static_cast<std::uint8_t>(width(type) / 8));
}

using SlotIndex = std::uint16_t;

// How an exit makes what a slot receives out of a value. What only exits look at is computed there and
// nowhere else.
enum class Form : std::uint8_t { whole, sext, zext, canon, box, box_canon };
inline constexpr std::array<std::string_view, 6> kFormNames = {"whole", "sext", "zext",
                                                               "canon", "box",  "box_canon"};

// The type of the value of which this form makes one of the slot's type; none where it makes none.
constexpr Type formed_from(Form form, Type slot) {
    switch (form) {
        case Form::whole:
            return slot;
        case Form::sext:
        case Form::zext:
            return slot == Type::i64 ? Type::i32 : Type::none;
        case Form::canon:
            return is_float(slot) ? slot : Type::none;
        case Form::box:
        case Form::box_canon:
            break;
    }
    return slot == Type::f64 ? Type::f32 : Type::none;
}

// One entry of the log of writes to slots.
struct Write {
    SlotIndex slot = 0;
    Form form = Form::whole;
    Value value;
    std::int32_t addend = 0;  // of an i64: added to what the form makes

    friend constexpr bool operator==(const Write&, const Write&) = default;
};

using FrameIndex = std::uint32_t;
inline constexpr FrameIndex kNoFrame = std::numeric_limits<FrameIndex>::max();

// The guest's state at an exit: each slot holds its last write among entries [first, last) of the log, or
// what it held before them. `first` is 0, or where the last call before that writes state stands in the log.
struct Frame {
    std::uint64_t pc = 0;  // where the guest goes on; goto_value says so itself
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t retired = 0;  // instructions of the block that are complete

    friend constexpr bool operator==(const Frame&, const Frame&) = default;
};

// The width and sign of an access: what a load makes of the bytes, which are little-endian at any alignment.
enum class MemKind : std::uint8_t { u8, s8, u16, s16, u32, s32, u64 };
inline constexpr std::array<std::string_view, 7> kMemKindNames = {"u8",  "s8",  "u16", "s16",
                                                                  "u32", "s32", "u64"};

constexpr unsigned size_of(MemKind kind) { return 1u << (static_cast<unsigned>(kind) / 2); }
constexpr bool is_signed(MemKind kind) { return static_cast<unsigned>(kind) % 2 != 0; }

// What a call does besides computing: the bits kExits to kFloatFlags of its detail, lowest first.
inline constexpr std::array<std::string_view, 6> kEffectNames = {"exits",       "reads",        "writes",
                                                                 "reads_state", "writes_state", "flags"};

// What an access may meet. One that may be of a device happens exactly once, whatever is known about memory.
enum class Reach : std::uint8_t { memory, device };

// Relations between integers; each and its opposite are neighbours.
enum class Condition : std::uint8_t { eq, ne, lts, ges, ltu, geu };
inline constexpr std::array<std::string_view, 6> kConditionNames = {"eq", "ne", "lts", "ges", "ltu", "geu"};

constexpr Condition opposite(Condition relation) {
    return static_cast<Condition>(static_cast<unsigned>(relation) ^ 1);
}
constexpr bool is_extended_part(Opcode op) { return op >= Opcode::sext8 and op <= Opcode::zext16; }
constexpr bool is_comparison(Opcode op) { return op >= Opcode::eq and op <= Opcode::geu; }
constexpr Condition condition_of(Opcode comparison) {
    return static_cast<Condition>(static_cast<unsigned>(comparison) - static_cast<unsigned>(Opcode::eq));
}
constexpr Opcode comparison(Condition relation) {
    return static_cast<Opcode>(static_cast<unsigned>(Opcode::eq) + static_cast<unsigned>(relation));
}
static_assert(condition_of(Opcode::geu) == Condition::geu and condition_of(Opcode::lts) == Condition::lts);

// How a result that does not fit is rounded (RISC-V Unpriv. 20.2). dyn is the mode in force when the node
// runs: one of the first four, whoever builds the block sees to that.
enum class Rounding : std::uint8_t { rne, rtz, rdn, rup, rmm, dyn };
inline constexpr std::array<std::string_view, 6> kRoundingNames = {"rne", "rtz", "rdn", "rup", "rmm", "dyn"};

enum class Fence : std::uint8_t { acquire, release, full };
inline constexpr std::array<std::string_view, 3> kFenceNames = {"acquire", "release", "full"};

// What a jump is for a predictor of returns.
enum class Jump : std::uint8_t { plain, call, return_ };
inline constexpr std::array<std::string_view, 3> kJumpNames = {"plain", "call", "return"};

// Why a block is left for the engine, at its frame's pc: to interpret the one instruction there, because that
// instruction is an environment call, because decoded code may be stale from there on, to wait for an
// interrupt.
enum class Leave : std::uint8_t { interpret, environment_call, resume, wait };
inline constexpr std::array<std::string_view, 4> kLeaveNames = {"interpret", "environment_call", "resume",
                                                                "wait"};

struct Node {
    Opcode op = Opcode::nop;
    Type type = Type::none;
    std::uint16_t detail = 0;  // by layout, see the readers below
    FrameIndex frame = kNoFrame;
    std::array<Value, kMaxOperands> operands{};
    std::uint64_t imm = 0;  // by layout: shift amount, slot, offset, helper, return address or cause

    friend constexpr bool operator==(const Node&, const Node&) = default;
};
static_assert(sizeof(Node) == 32);

// Readers of Node::detail, and what writes it.
constexpr MemKind mem_kind(const Node& node) { return static_cast<MemKind>(node.detail & 7); }
constexpr Reach reach(const Node& node) { return static_cast<Reach>(node.detail >> 3 & 1); }
constexpr std::uint16_t access_detail(MemKind kind, Reach met) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(kind) | static_cast<unsigned>(met) << 3);
}
constexpr Condition condition(const Node& node) { return static_cast<Condition>(node.detail & 7); }
constexpr Leave leave_kind(const Node& node) { return static_cast<Leave>(node.detail >> 3 & 3); }
constexpr std::uint16_t condition_detail(Condition relation, Leave leave = Leave{}) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(relation) | static_cast<unsigned>(leave) << 3);
}
constexpr Rounding rounding(const Node& node) { return static_cast<Rounding>(node.detail); }
constexpr Fence fence_kind(const Node& node) { return static_cast<Fence>(node.detail); }
constexpr Jump jump_kind(const Node& node) { return static_cast<Jump>(node.detail); }
template <class Enum>
constexpr std::uint16_t plain_detail(Enum value) {
    return static_cast<std::uint16_t>(value);
}
// The bits [first, first + count) of an extract.
constexpr unsigned field_first(const Node& node) { return node.detail & 63; }
constexpr unsigned field_count(const Node& node) { return node.detail >> 6; }
constexpr std::uint16_t field_detail(unsigned first, unsigned count) {
    return static_cast<std::uint16_t>(first | count << 6);
}
constexpr unsigned shift_amount(const Node& node) { return static_cast<unsigned>(node.imm); }
constexpr std::int64_t offset(const Node& node) { return static_cast<std::int64_t>(node.imm); }
// Offsets of accesses have 32 bits, as hosts' addresses do.
constexpr bool fits_offset(std::uint64_t offset) { return offset + 0x8000'0000 <= 0xffff'ffff; }
constexpr SlotIndex slot_index(const Node& node) { return static_cast<SlotIndex>(node.imm); }
constexpr std::uint32_t helper_number(const Node& node) { return static_cast<std::uint32_t>(node.imm); }

// Flags of the node: those of its operation, and what a call says of itself.
constexpr std::uint16_t flags(const Node& node) {
    const std::uint16_t own = node.op == Opcode::call ? node.detail : std::uint16_t{0};
    return static_cast<std::uint16_t>(flags(node.op) | own);
}
// Computes its value from its operands and does nothing else.
constexpr bool is_pure(const Node& node) { return (flags(node) & kEffects) == 0; }
// Must stay though nobody uses its value.
constexpr bool must_stay(const Node& node) {
    return (flags(node) & (kExits | kWritesMemory | kWritesState | kFloatFlags)) != 0;
}
constexpr bool is_terminator(const Node& node) { return (flags(node) & kTerminator) != 0; }
// Shows the guest's state to somebody: on the way out, or to a helper.
constexpr bool needs_frame(const Node& node) {
    const bool shows = node.op == Opcode::call and (node.detail & (kReadsState | kWritesState)) != 0;
    return shows or (flags(node) & kExits) != 0;
}
// Whether the node, a product or some part of one, has these two factors.
constexpr bool has_factors(const Node& node, Value a, Value b) {
    return (node.operands[0] == a and node.operands[1] == b) or
           (node.operands[0] == b and node.operands[1] == a);
}
// How many operands the node has. Those of a call are as many as it names.
constexpr std::size_t operand_count(const Node& node) {
    std::size_t count = most_operands(node.op);
    if (node.op == Opcode::call) {
        while (count > 0 and node.operands[count - 1].is_none()) {
            --count;
        }
    }
    return count;
}

}  // namespace vm::ir
