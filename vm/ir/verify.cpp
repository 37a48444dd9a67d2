#include "vm/ir/verify.h"

#include <algorithm>
#include <string>
#include <utility>

namespace vm::ir {
namespace {

std::string_view name_of(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

// What is wrong, once something is: checks answer whether all is well, so that a sound block costs no
// strings.
class Complaint {
  public:
    template <class... Args>
    bool say(fmt::format_string<Args...> text, Args&&... args) {
        text_ = fmt::format(text, std::forward<Args>(args)...);
        return false;
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

// Checks one node by its signature and layout; what concerns its neighbours is BlockRules' business.
class NodeRules {
  public:
    NodeRules(const Block& block, const Node& node, std::uint32_t index, Complaint& complaint)
        : block_(block), node_(node), line_(info(node.op)), index_(index), complaint_(complaint) {}

    bool check() { return operands() and result() and layout(); }

  private:
    bool operands() {
        const std::size_t count = operand_count(node_);
        for (std::size_t k = 0; k < kMaxOperands; ++k) {
            const Value value = node_.operands[k];
            if (k >= count) {
                if (not value.is_none()) return complaint_.say("operand {} is too many", k);
            } else if (not defined(value)) {
                return complaint_.say("operand {} is not defined before it", k);
            } else if (not operand_type(k, block_.type(value))) {
                return false;
            }
        }
        return true;
    }

    bool defined(Value value) const {
        if (value.is_node())
            return value.index() < index_ and block_.nodes()[value.index()].type != Type::none;
        return value.is_constant() and value.index() < block_.constants().size();
    }

    bool operand_type(std::size_t k, Type type) {
        const char letter = line_.operands[k];
        if (letter == '*') return true;
        if (letter == 'I')
            return is_integer(type) ? bind(k, type, integer_) : complaint_.say("operand {} is no integer", k);
        if (letter == 'F')
            return is_float(type) ? bind(k, type, float_) : complaint_.say("operand {} is no float", k);
        return letter == 'T' ? bind(k, type, any_) : expect(k, type, detail::fixed_type(letter));
    }

    bool expect(std::size_t k, Type type, Type wanted) {
        if (type == wanted) return true;
        return complaint_.say("operand {} is {}, {} is wanted", k, name_of(type), name_of(wanted));
    }
    bool bind(std::size_t k, Type type, Type& variable) {
        if (variable == Type::none) variable = type;
        return expect(k, type, variable);
    }

    bool result() {
        if (line_.rule == ResultRule::said_by_node) {
            return may_say(node_.type) or complaint_.say("{} is no type for it", name_of(node_.type));
        }
        const Type type =
            result_type(node_.op, node_.type, [&](std::size_t k) { return block_.type(node_.operands[k]); });
        return node_.type == type or complaint_.say("it is {}, not {}", name_of(type), name_of(node_.type));
    }

    // The types that an operation whose node says the type can have.
    bool may_say(Type type) const {
        switch (node_.op) {
            case Opcode::sext8:
            case Opcode::sext16:
            case Opcode::zext8:
            case Opcode::zext16:
            case Opcode::float_to_signed:
            case Opcode::float_to_unsigned:
                return is_integer(type);
            case Opcode::signed_to_float:
            case Opcode::unsigned_to_float:
                return is_float(type);
            case Opcode::load:
                return type == Type::i64 or is_float(type);
            case Opcode::get:
                return node_.imm < block_.slots().size() and type == block_.slots()[slot_index(node_)].type;
            default:
                return true;
        }
    }

    bool layout() {
        if (line_.layout == Layout::load or line_.layout == Layout::store) return access();
        if (node_.op == Opcode::product_low and not has_upper_product()) {
            return complaint_.say("operand 0 is no upper product of the others");
        }
        return parts() or complaint_.say("it says what its operation cannot mean");
    }

    // Whether detail and imm hold what the layout has, and nothing else.
    bool parts() const {
        const auto detail_below = [this](std::size_t end) { return node_.detail < end; };
        switch (line_.layout) {
            case Layout::shift:
                return node_.detail == 0 and node_.imm >= 1 and node_.imm <= 3;
            case Layout::field:
                return node_.imm == 0 and field_count(node_) >= 1 and
                       field_first(node_) + field_count(node_) <= width(node_.type);
            case Layout::condition:
            case Layout::branch:
                return node_.imm == 0 and detail_below(kConditionNames.size());
            case Layout::rounded:
                return node_.imm == 0 and detail_below(kRoundingNames.size());
            case Layout::fence:
                return node_.imm == 0 and detail_below(kFenceNames.size());
            case Layout::call:
                return (node_.detail & ~kEffects) == 0 and node_.imm <= mask(Type::i32);
            case Layout::leave_if:
                return node_.imm == 0 and (node_.detail & 7u) < kConditionNames.size() and detail_below(32);
            case Layout::goto_:
            case Layout::goto_value:
                return detail_below(kJumpNames.size()) and (node_.imm == 0 or jump_kind(node_) == Jump::call);
            case Layout::leave:
                return node_.imm == 0 and (node_.detail & 7) == 0 and detail_below(32);
            case Layout::slot:
            case Layout::trap:
                return node_.detail == 0;
            default:
                return node_.detail == 0 and node_.imm == 0;
        }
    }

    bool has_upper_product() const {
        const Node* upper = block_.match(node_.operands[0], Opcode::mulhu);
        if (upper == nullptr) upper = block_.match(node_.operands[0], Opcode::mulhs);
        return upper != nullptr and has_factors(*upper, node_.operands[1], node_.operands[2]);
    }

    bool access() {
        const MemKind kind = mem_kind(node_);
        if (node_.detail >= 16 or static_cast<std::size_t>(kind) >= kMemKindNames.size()) {
            return complaint_.say("it says what its operation cannot mean");
        }
        if (not fits_offset(node_.imm)) return complaint_.say("its offset has more than 32 bits");
        const bool is_load = node_.op == Opcode::load;
        const Type type = is_load ? node_.type : block_.type(node_.operands[1]);
        const MemKind whole = width(type) == 64 ? MemKind::u64 : MemKind::u32;
        const bool fits = type == Type::i64 and is_load ? true
                          : type == Type::i32           ? not is_signed(kind) and kind != MemKind::u64
                                                        : kind == whole;
        return fits or complaint_.say("its value has another width");
    }

    const Block& block_;
    const Node& node_;
    const OpcodeInfo& line_;
    std::uint32_t index_;
    Complaint& complaint_;
    // What the letters of the signature stand for.
    Type integer_ = Type::none;
    Type float_ = Type::none;
    Type any_ = Type::none;
};

class BlockRules {
  public:
    explicit BlockRules(const Block& block) : block_(block) {}

    Result<void> check() {
        if (not check_slots()) return fail("{}", complaint_.text());
        const std::vector<Node>& nodes = block_.nodes();
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            if (not NodeRules(block_, nodes[i], i, complaint_).check() or not check_place(nodes[i], i)) {
                return fail("node %{} ({}): {}", i, info(nodes[i].op).name, complaint_.text());
            }
        }
        if (not block_.ended()) return fail("the block has no end");
        if (seen_ != block_.writes().size()) return fail("write {} is behind the last exit", seen_);
        return {};
    }

  private:
    bool check_slots() {
        const std::vector<Slot>& slots = block_.slots();
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const std::string_view name = block_.name(static_cast<SlotIndex>(i));
            if (not is_word(name)) return complaint_.say("slot {} has no name of letters and digits", i);
            if (not has_sound_size(slots[i])) {
                return complaint_.say("slot {} has {} bytes for {}", name, slots[i].bytes,
                                      name_of(slots[i].type));
            }
            for (std::size_t k = 0; k < i; ++k) {
                if (slots[k].name == slots[i].name) return complaint_.say("two slots are named {}", name);
                if (overlap(slots[i], slots[k])) {
                    return complaint_.say("slots {} and {} overlap", block_.name(static_cast<SlotIndex>(k)),
                                          name);
                }
            }
        }
        return true;
    }

    // As text, the name must be told from what stands around it.
    static bool is_word(std::string_view name) {
        const auto is_letter = [](char c) {
            return (c >= 'a' and c <= 'z') or (c >= 'A' and c <= 'Z') or (c >= '0' and c <= '9') or c == '_';
        };
        return not name.empty() and std::all_of(name.begin(), name.end(), is_letter);
    }

    static bool has_sound_size(const Slot& slot) {
        const unsigned bytes = slot.bytes;
        const unsigned whole = width(slot.type) / 8;
        const bool power = bytes == 1 or bytes == 2 or bytes == 4 or bytes == 8;
        return power and (is_float(slot.type) ? bytes == whole : bytes <= whole);
    }

    static bool overlap(const Slot& a, const Slot& b) {
        return std::uint64_t{a.offset} < std::uint64_t{b.offset} + b.bytes and
               std::uint64_t{b.offset} < std::uint64_t{a.offset} + a.bytes;
    }

    bool check_place(const Node& node, std::uint32_t index) {
        if (is_terminator(node) and index + 1 != block_.nodes().size()) {
            return complaint_.say("something follows the end");
        }
        if (node.op == Opcode::get and is_written(slot_index(node))) {
            return complaint_.say("slot {} has been written before it", block_.name(slot_index(node)));
        }
        if (node.frame == kNoFrame) return not needs_frame(node) or complaint_.say("it has no frame");
        if (not needs_frame(node)) return complaint_.say("it has a frame and shows it to nobody");
        return check_frame(node, index);
    }

    // As an exit or call has shown that still counts.
    bool is_written(SlotIndex slot) const {
        const auto writes = block_.writes().begin();
        return std::any_of(writes + first_, writes + last_,
                           [&](const Write& write) { return write.slot == slot; });
    }

    bool check_frame(const Node& node, std::uint32_t index) {
        if (node.frame >= block_.frames().size()) return complaint_.say("its frame does not exist");
        const Frame& frame = block_.frames()[node.frame];
        if (frame.first != first_) {
            return complaint_.say("its frame does not begin behind the last call that writes state");
        }
        if (frame.last > block_.writes().size())
            return complaint_.say("its frame is behind the end of the log");
        if (frame.last < last_ or frame.retired < retired_) return complaint_.say("its frame goes back");
        for (; seen_ < frame.last; ++seen_) {
            if (not check_write(block_.writes()[seen_], index)) return false;
        }
        last_ = frame.last;
        retired_ = frame.retired;
        if ((flags(node) & kWritesState) != 0) first_ = frame.last;
        return true;
    }

    bool check_write(const Write& write, std::uint32_t index) {
        if (write.slot >= block_.slots().size()) return complaint_.say("write {} has no slot", seen_);
        if (static_cast<std::size_t>(write.form) >= kFormNames.size()) {
            return complaint_.say("write {} has no form", seen_);
        }
        if (write.addend != 0 and block_.slots()[write.slot].type != Type::i64) {
            return complaint_.say("write {} adds to what is no i64", seen_);
        }
        const Value value = write.value;
        const bool defined = value.is_node()
                                 ? value.index() < index
                                 : value.is_constant() and value.index() < block_.constants().size();
        if (not defined) return complaint_.say("write {} is of a value that is not defined before it", seen_);
        const Type wanted = formed_from(write.form, block_.slots()[write.slot].type);
        const bool fits = wanted != Type::none and block_.type(value) == wanted;
        return fits or complaint_.say("write {} to {} is of another type", seen_, block_.name(write.slot));
    }

    const Block& block_;
    Complaint complaint_;
    std::uint32_t first_ = 0;    // what Frame::first must be
    std::uint32_t last_ = 0;     // of the last frame
    std::uint32_t retired_ = 0;  // the same
    std::uint32_t seen_ = 0;     // writes checked
};

}  // namespace

Result<void> verify(const Block& block) { return BlockRules(block).check(); }

}  // namespace vm::ir
