// Every operation, with operands wherever they can be: twice the same, constants, needed later or not, while
// registers are free or taken.
#include <vector>

#include <gtest/gtest.h>

#include "vm/jit/x64/block_runner.h"

namespace vm::jit::x64 {
namespace {

using ir::Node;
using ir::Opcode;
using ir::Type;
using ir::Value;

// What an operand can be.
enum class Source : std::uint8_t { first, second, constant, constant2 };
constexpr std::array kSources = {Source::first, Source::second, Source::constant, Source::constant2};

// Values of all types that are needed up to the block's end; more of the many than there are registers.
constexpr std::array<unsigned, 3> kPressures = {0, 9, 20};

class OperationBlock {
  public:
    OperationBlock(ir::Random& random, unsigned pressure) : random_(random) {
        for (const ir::Slot& slot : ir::kRandomSlots) block_.slot(slot);
        for (unsigned i = 0; i < pressure; ++i) {
            integers_.push_back(
                append(Opcode::mul, Type::i64, {get(i % ir::kRandomIntegers), constant(Type::i64)}));
            floats_.push_back(append(Opcode::float_, Type::f64, {integers_.back()}));
        }
    }

    Value value(Source source, Type type) {
        const bool second = source == Source::second;
        if (source >= Source::constant) return constant(type);
        Value& known = known_[second ? 1 : 0][static_cast<std::size_t>(type)];
        if (known.is_none()) known = read(second, type);
        return known;
    }

    Value append(const Node& node) { return block_.append(node); }

    // Ends with x0 to x5 and f0 to f3 written: some with each other's values, so that homes and slots in
    // memory change places.
    ir::Block end(Value result, bool keep) {
        Value all = constant(Type::i64);
        for (const Value each : integers_) all = append(Opcode::xor_, Type::i64, {all, each});
        for (const Value each : floats_) {
            all = append(Opcode::add, Type::i64, {append(Opcode::bits, Type::i64, {each}), all});
        }
        write(2, all);
        show(result);
        if (keep) {
            for (const auto& of_type : known_) {
                for (const Value each : of_type) show(each);
            }
        }
        Node last;
        last.op = Opcode::goto_;
        last.frame = block_.frame({0x2000, 0, static_cast<std::uint32_t>(block_.writes().size()), 1});
        append(last);
        return std::move(block_);
    }

    ir::Random& random() { return random_; }
    Type type(Value value) const { return block_.type(value); }

  private:
    Value append(Opcode op, Type type, std::array<Value, ir::kMaxOperands> operands) {
        Node node;
        node.op = op;
        node.type = type;
        node.operands = operands;
        return append(node);
    }
    Value constant(Type type) {
        const bool integer = ir::is_integer(type);
        return block_.constant(type, integer ? random_.integer() : random_.floating(type));
    }
    Value get(std::size_t slot) {
        Node node;
        node.op = Opcode::get;
        node.type = ir::kRandomSlots[slot].type;
        node.imm = slot;
        return append(node);
    }
    // One of each type has a home, the other lies in memory or is made of such.
    Value read(bool second, Type type) {
        constexpr std::size_t kFloats = 10;
        constexpr std::size_t kSingle = 14;
        constexpr std::size_t kWord = 16;
        switch (type) {
            case Type::i64:
                return get(second ? 7 : 0);
            case Type::i32:
                return second ? get(kWord) : append(Opcode::low, Type::i32, {get(1)});
            case Type::f64:
                return get(second ? kFloats + 1 : kFloats);
            default:
                return second ? get(kSingle) : append(Opcode::unbox, Type::f32, {get(kFloats + 2)});
        }
    }
    void write(std::size_t slot, Value value) {
        block_.writes().push_back({static_cast<ir::SlotIndex>(slot), ir::Form::whole, value});
    }
    void show(Value value) {
        constexpr std::array<std::size_t, 4> kIntegers = {3, 6, 7, 0};
        constexpr std::array<std::size_t, 4> kFloats = {11, 10, 12, 13};
        const std::size_t turn = shown_++ % 4;
        switch (block_.type(value)) {
            case Type::i64:
                return write(kIntegers[turn], value);
            case Type::i32:
                return write(turn % 2 == 0 ? kIntegers[turn] : 16,
                             turn % 2 == 0 ? append(Opcode::sext, Type::i64, {value}) : value);
            case Type::f64:
                return write(kFloats[turn], value);
            case Type::f32:
                return write(kFloats[turn], append(Opcode::box, Type::f64, {value}));
            case Type::none:
                return;
        }
    }

    ir::Random& random_;
    ir::Block block_;
    std::array<std::array<Value, 5>, 2> known_{};
    std::vector<Value> integers_;
    std::vector<Value> floats_;
    unsigned shown_ = 0;
};

void choose_details(Node& node, Type operand, ir::Random& random) {
    switch (ir::info(node.op).layout) {
        case ir::Layout::shift:
            node.imm = 1 + random.below(3);
            break;
        case ir::Layout::field: {
            const unsigned count = 1 + static_cast<unsigned>(random.below(ir::width(operand) - 1));
            const auto first = static_cast<unsigned>(random.below(ir::width(operand) - count + 1));
            node.detail = ir::field_detail(first, count);
            break;
        }
        case ir::Layout::condition:
            node.detail =
                ir::condition_detail(static_cast<ir::Condition>(random.below(ir::kConditionNames.size())));
            break;
        case ir::Layout::rounded:
            node.detail = ir::plain_detail(random.one_in(2) ? ir::Rounding::dyn
                                                            : static_cast<ir::Rounding>(random.below(4)));
            break;
        default:
            break;
    }
}

bool computes(Opcode op) {
    const ir::Layout layout = ir::info(op).layout;
    const bool described = layout == ir::Layout::plain or layout == ir::Layout::shift or
                           layout == ir::Layout::field or layout == ir::Layout::condition or
                           layout == ir::Layout::rounded;
    return described and op != Opcode::nop and op != Opcode::product_low;
}

// The types that the letters of a signature stand for.
struct Types {
    Type integer = Type::i64;
    Type floating = Type::f64;
    Type any = Type::i64;
    Type said = Type::i64;

    Type of(char letter) const {
        return letter == 'I'   ? integer
               : letter == 'F' ? floating
               : letter == 'T' ? any
                               : ir::detail::fixed_type(letter);
    }
};

std::vector<Types> all_types() {
    std::vector<Types> result;
    for (const Type integer : {Type::i32, Type::i64}) {
        for (const Type floating : {Type::f32, Type::f64}) {
            for (const Type any : {integer, floating}) {
                for (const Type width : {Type::i32, Type::i64})
                    result.push_back({integer, floating, any, width});
            }
        }
    }
    return result;
}

ir::Block make_block(Opcode op, const Types& types, std::size_t pattern, unsigned pressure, bool keep,
                     ir::Random& random) {
    OperationBlock block(random, pressure);
    const ir::OpcodeInfo& line = ir::info(op);
    Node node;
    node.op = op;
    for (std::size_t k = 0; k < line.operands.size(); ++k, pattern /= kSources.size()) {
        node.operands[k] = block.value(kSources[pattern % kSources.size()], types.of(line.operands[k]));
    }
    const bool gives_float = op == Opcode::signed_to_float or op == Opcode::unsigned_to_float;
    const Type said = gives_float ? ir::float_of(types.said) : types.said;
    node.type = ir::result_type(op, said, [&](std::size_t k) { return block.type(node.operands[k]); });
    choose_details(node, block.type(node.operands[0]), random);
    const Value result = block.append(node);
    return with_canonical_nans(block.end(result, keep));
}

class OperandsTest : public LoweringTest {
  protected:
    void expect_operation(Opcode op) {
        std::size_t patterns = 1;
        for (std::size_t k = 0; k < ir::most_operands(op); ++k) patterns *= kSources.size();
        const std::vector<Types> types = all_types();
        for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
            for (const Types& each : types) {
                for (const unsigned pressure : kPressures) {
                    const bool keep = random_.one_in(2);
                    expect_same(make_block(op, each, pattern, pressure, keep, random_), ++seed_, 2);
                    if (HasFatalFailure()) return;
                }
            }
        }
    }

  private:
    ir::Random random_{7};
    std::uint64_t seed_ = 0;
};

TEST_F(OperandsTest, EveryOperationTakesOperandsFromEverywhere) {
    for (std::size_t op = 0; op < ir::kOpcodes and not HasFatalFailure(); ++op) {
        if (computes(static_cast<Opcode>(op))) expect_operation(static_cast<Opcode>(op));
    }
}

}  // namespace
}  // namespace vm::jit::x64
