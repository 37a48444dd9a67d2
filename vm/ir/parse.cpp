#include "vm/ir/parse.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "vm/ir/text_line.h"
#include "vm/ir/verify.h"

namespace vm::ir {
namespace {

class Parser {
  public:
    Result<Block> run(std::string_view text) {
        while (not text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            ++number_;
            line_ = TextLine(text.substr(0, end));
            if (not line_.at_end()) statement();
            if (wrong_.empty() and not line_.at_end()) expected("the end of the line");
            if (not wrong_.empty()) return fail("line {}: {}", number_, wrong_);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (auto sound = verify(block_); not sound) return tl::unexpected<Error>(sound.error());
        return std::move(block_);
    }

  private:
    // Notes the first thing that is wrong with a line; what is read after that does not count.
    void complain(std::string text) {
        if (wrong_.empty()) wrong_ = std::move(text);
    }
    void expected(std::string_view what) {
        const std::string_view found = line_.rest().substr(0, 20);
        complain(found.empty() ? fmt::format("{} expected", what)
                               : fmt::format("{} expected, not '{}'", what, printable(found)));
    }
    static std::string printable(std::string_view text) {
        std::string result(text);
        std::replace_if(
            result.begin(), result.end(), [](char c) { return c < ' ' or c > '~'; }, '?');
        return result;
    }

    void statement() {
        if (line_.accept("%")) {
            const std::uint64_t index = number();
            if (index != block_.nodes().size())
                complain(fmt::format("this is node %{}", block_.nodes().size()));
            punctuation("=");
            return node(line_.word(), true);
        }
        const std::string_view first = line_.word();
        if (first.empty()) return expected("a statement");
        if (line_.accept("<-")) return write(first);
        if (first == "slot") return slot();
        node(first, false);
    }

    // slot x10 = i64 80
    void slot() {
        const std::string_view name = line_.word();
        if (name.empty() or name.size() >= Slot{}.name.size())
            return expected("a slot's name of 1 to 9 letters");
        if (find_slot(name)) return complain(fmt::format("there is a slot {}", name));
        punctuation("=");
        const Type type = one_of<Type>(kTypeNames, "a type");
        const std::uint64_t at = number();
        std::uint64_t bytes = width(type) / 8;
        if (line_.accept_word("bytes")) bytes = number_after_equals();
        if (at > mask(Type::i32) or bytes > 8) return complain("the slot does not fit");
        const auto offset = static_cast<std::uint32_t>(at);
        for (const Slot& other : block_.slots()) {
            if (other.offset == offset) return complain(fmt::format("there is a slot at {}", offset));
        }
        if (block_.slots().size() + 1 >= kMostSlots) return complain("too many slots");
        if (wrong_.empty()) block_.slot(make_slot(name, offset, type, static_cast<std::uint8_t>(bytes)));
    }

    void write(std::string_view name) {
        const auto slot = find_slot(name);
        if (not slot) return complain(fmt::format("there is no slot {}", name));
        Form form = Form::whole;
        for (std::size_t i = 1; i < kFormNames.size(); ++i) {
            if (line_.accept_word(kFormNames[i])) form = static_cast<Form>(i);
        }
        const Value written = value();
        const std::uint64_t addend = added();
        if (not fits_offset(addend)) return complain("the number does not fit");
        block_.writes().push_back({*slot, form, written, static_cast<std::int32_t>(addend)});
    }

    void node(std::string_view name, bool named) {
        const auto* const found = std::find_if(std::begin(kOpcodeTable), std::end(kOpcodeTable),
                                               [&](const OpcodeInfo& line) { return line.name == name; });
        if (found == std::end(kOpcodeTable))
            return complain(fmt::format("there is no operation {}", printable(name)));
        Node node;
        node.op = static_cast<Opcode>(found - std::begin(kOpcodeTable));
        if (found->rule != ResultRule::none) node.type = one_of<Type>(kTypeNames, "a type");
        words(node);
        operands(node);
        if (named != (node.type != Type::none))
            complain(named ? "it has no value" : "its value needs a name");
        if (line_.accept("@")) frame(node);
        if (wrong_.empty()) block_.append(node);
    }

    void words(Node& node) {
        switch (info(node.op).layout) {
            case Layout::shift:
                node.imm = keyed_number("shift");
                return;
            case Layout::field:
                return field(node);
            case Layout::condition:
            case Layout::branch:
                node.detail = condition_detail(one_of<Condition>(kConditionNames, "a condition"));
                return;
            case Layout::rounded:
                node.detail = plain_detail(one_of<Rounding>(kRoundingNames, "a rounding mode"));
                return;
            case Layout::slot:
                return slot_operand(node);
            case Layout::load:
            case Layout::store:
                return access(node);
            case Layout::fence:
                node.detail = plain_detail(one_of<Fence>(kFenceNames, "a kind of fence"));
                return;
            case Layout::leave_if: {
                const Leave kind = one_of<Leave>(kLeaveNames, "a way to leave");
                node.detail = condition_detail(one_of<Condition>(kConditionNames, "a condition"), kind);
                return;
            }
            case Layout::goto_:
            case Layout::goto_value:
                return jump(node);
            case Layout::leave:
                node.detail = condition_detail(Condition{}, one_of<Leave>(kLeaveNames, "a way to leave"));
                return;
            case Layout::trap:
                node.imm = number();
                return;
            case Layout::plain:
            case Layout::call:
                return;
        }
    }

    void field(Node& node) {
        const std::uint64_t first = keyed_number("first");
        const std::uint64_t count = keyed_number("count");
        if (first > 63 or count > 64) return complain("the field does not fit");
        node.detail = field_detail(static_cast<unsigned>(first), static_cast<unsigned>(count));
    }

    void slot_operand(Node& node) {
        const std::string_view name = line_.word();
        const auto slot = find_slot(name);
        if (not slot) return complain(fmt::format("there is no slot {}", name));
        node.imm = *slot;
    }

    void access(Node& node) {
        const MemKind kind = one_of<MemKind>(kMemKindNames, "a kind of access");
        const Reach met = line_.accept_word("device") ? Reach::device : Reach::memory;
        node.detail = access_detail(kind, met);
        punctuation("[");
        node.operands[0] = value();
        node.imm = added();
        punctuation("]");
    }

    std::uint64_t added() {
        if (line_.accept("+")) return number();
        return line_.accept("-") ? 0 - number() : 0;
    }

    void jump(Node& node) {
        Jump kind = Jump::plain;
        if (line_.accept_word("call")) {
            kind = Jump::call;
            node.imm = number_after_equals();
        } else if (line_.accept_word("return")) {
            kind = Jump::return_;
        }
        node.detail = plain_detail(kind);
    }

    void operands(Node& node) {
        switch (info(node.op).layout) {
            case Layout::load:
                return;
            case Layout::store:
                punctuation(",");
                node.operands[1] = value();
                return;
            case Layout::call:
                return call(node);
            default:
                for (std::size_t k = 0; k < info(node.op).operands.size(); ++k) {
                    if (k != 0) punctuation(",");
                    node.operands[k] = value();
                }
        }
    }

    void call(Node& node) {
        node.imm = number();
        punctuation("(");
        for (std::size_t k = 0; not line_.accept(")") and wrong_.empty(); ++k) {
            if (k == kMaxOperands) return complain("too many arguments");
            if (k != 0) punctuation(",");
            node.operands[k] = value();
        }
        for (std::size_t i = 0; i < kEffectNames.size(); ++i) {
            if (line_.accept_word(kEffectNames[i]))
                node.detail = static_cast<std::uint16_t>(node.detail | 1u << i);
        }
    }

    // pc=0x1000 retired=3
    void frame(Node& node) {
        const std::uint64_t pc = keyed_number("pc");
        const std::uint64_t retired = keyed_number("retired");
        if (retired > mask(Type::i32)) return complain("too many instructions");
        const auto last = static_cast<std::uint32_t>(block_.writes().size());
        node.frame = block_.frame({pc, first_, last, static_cast<std::uint32_t>(retired)});
        if ((flags(node) & kWritesState) != 0) first_ = last;
    }

    // %7, 5, -1:i32, 0x3ff0000000000000:f64
    Value value() {
        if (line_.accept("%")) {
            const std::uint64_t index = number();
            if (index >= block_.nodes().size()) complain(fmt::format("%{} is not defined yet", index));
            return wrong_.empty() ? Value::node(static_cast<std::uint32_t>(index)) : Value{};
        }
        const bool negative = line_.accept("-");
        const std::uint64_t magnitude = number();
        Type type = Type::i64;
        if (line_.accept(":")) type = one_of<Type>(kTypeNames, "a type");
        if (type == Type::none) complain("a constant has a type");
        if (negative ? magnitude > mask(type) / 2 + 1 : magnitude > mask(type))
            complain("the number does not fit");
        return wrong_.empty() ? block_.constant(type, negative ? 0 - magnitude : magnitude) : Value{};
    }

    void punctuation(std::string_view token) {
        if (not line_.accept(token)) expected(token);
    }
    std::uint64_t number() {
        const auto found = line_.number();
        if (not found) expected("a number");
        return found.value_or(0);
    }
    std::uint64_t number_after_equals() {
        punctuation("=");
        return number();
    }
    std::uint64_t keyed_number(std::string_view key) {
        if (not line_.accept_word(key)) expected(key);
        return number_after_equals();
    }
    template <class Enum, std::size_t kCount>
    Enum one_of(const std::array<std::string_view, kCount>& names, std::string_view what) {
        for (std::size_t i = 0; i < kCount; ++i) {
            if (line_.accept_word(names[i])) return static_cast<Enum>(i);
        }
        expected(what);
        return Enum{};
    }

    std::optional<SlotIndex> find_slot(std::string_view name) const {
        for (std::size_t i = 0; i < block_.slots().size(); ++i) {
            if (block_.name(static_cast<SlotIndex>(i)) == name) return static_cast<SlotIndex>(i);
        }
        return std::nullopt;
    }

    // Finding slots is quadratic, and no guest has that many.
    static constexpr std::size_t kMostSlots = 4096;

    Block block_;
    TextLine line_{""};
    std::size_t number_ = 0;
    std::string wrong_;
    std::uint32_t first_ = 0;  // Frame::first from here on
};

}  // namespace

Result<Block> parse(std::string_view text) { return Parser().run(text); }

}  // namespace vm::ir
