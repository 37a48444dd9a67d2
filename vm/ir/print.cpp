#include "vm/ir/print.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "vm/base/bits.h"

namespace vm::ir {
namespace {

constexpr std::int64_t kSmall = 4096;  // below it, numbers are decimal

template <class Enum, std::size_t kCount>
std::string_view name_of(const std::array<std::string_view, kCount>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

class Printer {
  public:
    explicit Printer(const Block& block) : block_(block) {}

    std::string run() {
        for (std::size_t i = 0; i < block_.slots().size(); ++i)
            slot(block_.slots()[i], static_cast<SlotIndex>(i));
        for (std::size_t i = 0; i < block_.nodes().size(); ++i) line(block_.nodes()[i], i);
        writes_before(block_.writes().size());
        return std::move(text_);
    }
    std::string run(std::size_t index) {
        node(block_.nodes()[index], index);
        return std::move(text_);
    }

  private:
    template <class... Args>
    void put(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    }

    void slot(const Slot& slot, SlotIndex index) {
        put("slot {} = {} {}", block_.name(index), name_of(kTypeNames, slot.type), slot.offset);
        if (slot.bytes != width(slot.type) / 8) put(" bytes={}", slot.bytes);
        put("\n");
    }

    void line(const Node& node, std::size_t index) {
        if (node.frame != kNoFrame) writes_before(block_.frames()[node.frame].last);
        this->node(node, index);
        put("\n");
    }

    void node(const Node& node, std::size_t index) {
        if (node.type != Type::none) put("%{} = ", index);
        put("{}", info(node.op).name);
        if (info(node.op).rule != ResultRule::none) put(" {}", name_of(kTypeNames, node.type));
        words(node);
        operands(node);
        if (node.frame != kNoFrame) {
            const Frame& frame = block_.frames()[node.frame];
            put(" @ pc={:#x} retired={}", frame.pc, frame.retired);
        }
    }

    void writes_before(std::size_t end) {
        for (; written_ < end; ++written_) {
            const Write& write = block_.writes()[written_];
            put("{} <- ", block_.name(write.slot));
            if (write.form != Form::whole) put("{} ", name_of(kFormNames, write.form));
            value(write.value);
            added(write.addend);
            put("\n");
        }
    }

    // What the node holds besides operands, as far as it stands before them.
    void words(const Node& node) {
        switch (info(node.op).layout) {
            case Layout::shift:
                return put(" shift={}", shift_amount(node));
            case Layout::field:
                return put(" first={} count={}", field_first(node), field_count(node));
            case Layout::condition:
            case Layout::branch:
                return put(" {}", name_of(kConditionNames, condition(node)));
            case Layout::rounded:
                return put(" {}", name_of(kRoundingNames, rounding(node)));
            case Layout::slot:
                return put(" {}", block_.name(slot_index(node)));
            case Layout::load:
            case Layout::store:
                put(" {}", name_of(kMemKindNames, mem_kind(node)));
                return reach(node) == Reach::device ? put(" device") : void();
            case Layout::fence:
                return put(" {}", name_of(kFenceNames, fence_kind(node)));
            case Layout::leave_if:
                return put(" {} {}", name_of(kLeaveNames, leave_kind(node)),
                           name_of(kConditionNames, condition(node)));
            case Layout::goto_:
            case Layout::goto_value:
                return jump(node);
            case Layout::leave:
                return put(" {}", name_of(kLeaveNames, leave_kind(node)));
            case Layout::trap:
                return put(" {}", node.imm);
            case Layout::plain:
            case Layout::call:
                break;
        }
    }

    void jump(const Node& node) {
        if (jump_kind(node) == Jump::call) {
            put(" call={:#x}", node.imm);
        } else if (jump_kind(node) == Jump::return_) {
            put(" return");
        }
    }

    void operands(const Node& node) {
        const std::size_t count = operand_count(node);
        switch (info(node.op).layout) {
            case Layout::load:
            case Layout::store:
                address(node);
                return node.op == Opcode::store ? list(node, 1, count, ", ") : void();
            case Layout::call:
                put(" {}(", helper_number(node));
                list(node, 0, count, "");
                put(")");
                return effects(node);
            default:
                return list(node, 0, count, " ");
        }
    }

    void list(const Node& node, std::size_t first, std::size_t end, std::string_view before) {
        for (std::size_t k = first; k < end; ++k) {
            put("{}", k == first ? before : ", ");
            value(node.operands[k]);
        }
    }

    void address(const Node& node) {
        put(" [");
        value(node.operands[0]);
        added(offset(node));
        put("]");
    }

    void added(std::int64_t number) {
        if (number > 0) put(" + {}", number);
        if (number < 0) put(" - {}", 0 - static_cast<std::uint64_t>(number));
    }

    void effects(const Node& node) {
        for (std::size_t i = 0; i < kEffectNames.size(); ++i) {
            if (bit(node.detail, static_cast<unsigned>(i))) put(" {}", kEffectNames[i]);
        }
    }

    void value(Value value) {
        if (value.is_node()) return put("%{}", value.index());
        const Constant& constant = block_.constants()[value.index()];
        const std::int64_t number = as_signed(sign_extend(constant.bits, width(constant.type)));
        const bool small = number > -kSmall and number < kSmall and is_integer(constant.type);
        small ? put("{}", number) : put("{:#x}", constant.bits);
        if (constant.type != Type::i64) put(":{}", name_of(kTypeNames, constant.type));
    }

    const Block& block_;
    std::string text_;
    std::size_t written_ = 0;  // entries of the log
};

}  // namespace

std::string print(const Block& block) { return Printer(block).run(); }

std::string print_node(const Block& block, std::size_t index) { return Printer(block).run(index); }

}  // namespace vm::ir
