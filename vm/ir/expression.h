#pragma once

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/ir/builder.h"

namespace vm::ir {

// For tests: a value with all it is made of, written as a call. Slots stand for what they are read from;
// types other than i64 and what a node says besides operands stand behind the name: `add.i32(low.i32(x),
// 5:i32)`, `extract<4,8>(x)`.
inline std::string expression(const Block& block, Value value) {
    if (value.is_none()) return "none";
    const Type type = block.type(value);
    if (value.is_constant()) {
        const std::int64_t number = as_signed(sign_extend(block.bits(value), width(type)));
        const bool small = number > -4096 and number < 4096 and is_integer(type);
        const std::string digits =
            small ? fmt::format("{}", number) : fmt::format("{:#x}", block.bits(value));
        return type == Type::i64 ? digits
                                 : fmt::format("{}:{}", digits, kTypeNames[static_cast<std::size_t>(type)]);
    }
    const Node& node = block.nodes()[value.index()];
    if (node.op == Opcode::get) return std::string(block.name(slot_index(node)));
    std::string text(info(node.op).name);
    if (type != Type::i64) text += fmt::format(".{}", kTypeNames[static_cast<std::size_t>(type)]);
    switch (info(node.op).layout) {
        case Layout::shift:
            text += fmt::format("<{}>", shift_amount(node));
            break;
        case Layout::field:
            text += fmt::format("<{},{}>", field_first(node), field_count(node));
            break;
        case Layout::condition:
            text += fmt::format("<{}>", kConditionNames[static_cast<std::size_t>(condition(node))]);
            break;
        case Layout::rounded:
            text += fmt::format("<{}>", kRoundingNames[static_cast<std::size_t>(rounding(node))]);
            break;
        case Layout::load:
            text +=
                fmt::format("<{},{}>", kMemKindNames[static_cast<std::size_t>(mem_kind(node))], offset(node));
            break;
        default:
            break;
    }
    text += "(";
    for (std::size_t k = 0; k < operand_count(node); ++k) {
        text += (k == 0 ? "" : ", ") + expression(block, node.operands[k]);
    }
    return text + ")";
}

// A builder with one value of each kind: x, y, z i64, w and v i32, d and e f64, s and t f32.
class ExpressionTest : public ::testing::Test {
  protected:
    Value slot(std::string_view name, Type type) {
        const auto offset = static_cast<std::uint32_t>(8 * block_.slots().size());
        return b.get(b.slot(make_slot(name, offset, type)));
    }
    std::string text(Value value) const { return expression(block_, value); }

    Block block_;
    Builder b{block_};
    const Value x = slot("x", Type::i64);
    const Value y = slot("y", Type::i64);
    const Value z = slot("z", Type::i64);
    const Value w = slot("w", Type::i32);
    const Value v = slot("v", Type::i32);
    const Value d = slot("d", Type::f64);
    const Value e = slot("e", Type::f64);
    const Value s = slot("s", Type::f32);
    const Value t = slot("t", Type::f32);
};

}  // namespace vm::ir
