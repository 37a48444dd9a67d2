#include "vm/ir/builder.h"

#include <gtest/gtest.h>

#include "vm/ir/print.h"
#include "vm/ir/verify.h"

namespace vm::ir {
namespace {

class BuilderTest : public ::testing::Test {
  protected:
    // The block, which must verify, as text without its slots.
    std::string text() const {
        const auto sound = verify(block_);
        if (not sound) return "error: " + sound.error().message;
        const std::string all = print(block_);
        return all.substr(
            all.rfind("\nslot ") == std::string::npos ? 0 : all.find('\n', all.rfind("\nslot ") + 1) + 1);
    }

    Block block_;
    Builder b{block_};
    const SlotIndex x = b.slot(make_slot("x", 0, Type::i64));
    const SlotIndex y = b.slot(make_slot("y", 8, Type::i64));
    const SlotIndex f = b.slot(make_slot("f", 16, Type::f64));
};

TEST_F(BuilderTest, ASlotIsReadOnceAndKnownFromThenOn) {
    const Value first = b.get(x);
    EXPECT_EQ(b.get(x), first);
    const Value written = b.i64(5);
    b.set(x, written);
    EXPECT_EQ(b.get(x), written);
    EXPECT_EQ(block_.nodes().size(), 1u);
}

TEST_F(BuilderTest, ASlotThatIsWrittenFirstIsNeverRead) {
    b.set(x, b.i64(5));
    EXPECT_EQ(b.get(x), b.i64(5));
    EXPECT_TRUE(block_.nodes().empty());
}

TEST_F(BuilderTest, ExitsOfAnInstructionShowTheStateBeforeIt) {
    b.instruction({0x1000, 0});
    b.set(x, b.i64(1));
    b.instruction({0x1004, 1});
    b.set(x, b.i64(2));
    b.store(MemKind::u64, b.i64(0x8000), 0, b.i64(3));
    b.goto_({0x1008, 2});
    EXPECT_EQ(text(), R"(x <- 1
store u64 [0x8000], 3 @ pc=0x1004 retired=1
x <- 2
goto @ pc=0x1008 retired=2
)");
}

TEST_F(BuilderTest, JumpsShowTheStateBehindTheInstruction) {
    b.instruction({0x1000, 0});
    const Value target = b.get(x);
    b.set(y, b.i64(0x1004));
    b.goto_value(target, {0x1000, 1}, Jump::call, 0x1004);
    EXPECT_EQ(text(), R"(%0 = get i64 x
y <- 0x1004
goto_value call=0x1004 %0 @ pc=0x1000 retired=1
)");
}

TEST_F(BuilderTest, BranchesLeaveOneWayAndGoOnTheOther) {
    b.instruction({0x1000, 0});
    b.branch(Condition::lts, b.get(x), b.i64(7), {0x2000, 1});
    b.instruction({0x1004, 1});
    b.goto_({0x1008, 2}, Jump::return_);
    EXPECT_EQ(text(), R"(%0 = get i64 x
branch lts %0, 7 @ pc=0x2000 retired=1
goto return @ pc=0x1008 retired=2
)");
}

TEST_F(BuilderTest, StoresTakeTheLowBitsOfIntegers) {
    b.instruction({0x1000, 0});
    const Value value = b.get(x);
    b.store(MemKind::s16, b.get(y), -4, value);
    b.store(MemKind::u64, b.get(y), 8, b.get(f));
    b.leave(Leave::interpret);
    EXPECT_EQ(text(), R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
store u16 [%1 - 4], %2 @ pc=0x1000 retired=0
%4 = get f64 f
store u64 [%1 + 8], %4 @ pc=0x1000 retired=0
leave interpret @ pc=0x1000 retired=0
)");
}

TEST_F(BuilderTest, LoadsSayWhatTheyMayMeet) {
    b.instruction({0x1000, 0});
    const Value address = b.get(x);
    b.set(y, b.load(MemKind::s8, address, 1, Reach::device));
    b.set(f, b.box(b.load_float(Type::f32, address, 4)));
    b.goto_({0x1004, 1});
    EXPECT_EQ(text(), R"(%0 = get i64 x
%1 = load i64 s8 device [%0 + 1] @ pc=0x1000 retired=0
%2 = load f32 u32 [%0 + 4] @ pc=0x1000 retired=0
%3 = box f64 %2
y <- %1
f <- %3
goto @ pc=0x1004 retired=1
)");
}

TEST_F(BuilderTest, ArithmeticRoundsAsItIsTold) {
    b.instruction({0x1000, 0});
    const Value value = b.get(f);
    const Value sum = b.rounded(Opcode::fadd, Rounding::rtz, value, value);
    b.set(f, b.rounded(Opcode::fmadd, Rounding::dyn, sum, value, value));
    b.set(x, b.convert(Opcode::float_to_unsigned, Type::i64, Rounding::rtz, sum));
    b.goto_({0x1004, 1});
    EXPECT_EQ(text(), R"(%0 = get f64 f
%1 = fadd f64 rtz %0, %0
%2 = canon f64 %1
%3 = fmadd f64 dyn %1, %0, %0
%4 = canon f64 %3
%5 = float_to_unsigned i64 rtz %1
f <- %4
x <- %5
goto @ pc=0x1004 retired=1
)");
}

TEST_F(BuilderTest, ACallThatWritesStateMakesAllOfItUnknown) {
    b.instruction({0x1000, 0});
    b.set(x, b.i64(1));
    b.instruction({0x1004, 1});
    const Value arguments[] = {b.i64(9)};
    b.set(y, b.call(3, Type::i64, kReadsState | kWritesState | kExits, arguments));
    b.instruction({0x1008, 2});
    b.set(x, b.add(b.get(x), b.i64(1)));
    b.goto_({0x100c, 3});
    EXPECT_EQ(text(), R"(x <- 1
%0 = call i64 3(9) exits reads_state writes_state @ pc=0x1004 retired=1
%1 = get i64 x
%2 = add i64 %1, 1
y <- %0
x <- %2
goto @ pc=0x100c retired=3
)");
    EXPECT_EQ(block_.frames().back().first, 1u);
}

TEST_F(BuilderTest, ACallThatOnlyReadsStateLeavesItKnown) {
    b.instruction({0x1000, 0});
    const Value before = b.get(x);
    b.call(3, Type::none, kReadsState, {});
    EXPECT_EQ(b.get(x), before);
}

TEST_F(BuilderTest, APureCallHasNoFrame) {
    b.set(x, b.call(5, Type::i64, 0, {}));
    b.fence(Fence::full);
    b.goto_({0x1000, 1});
    EXPECT_EQ(text(), R"(%0 = call i64 5()
fence full
x <- %0
goto @ pc=0x1000 retired=1
)");
}

TEST_F(BuilderTest, SideExitsToTheEngineLeaveBeforeTheInstruction) {
    b.instruction({0x1000, 4});
    b.leave_if(Condition::ltu, b.i64(4), b.get(x), Leave::interpret);
    b.leave(Leave::resume, {0x1004, 5});
    EXPECT_EQ(text(), R"(%0 = get i64 x
leave_if interpret geu %0, 5 @ pc=0x1000 retired=4
leave resume @ pc=0x1004 retired=5
)");
}

TEST_F(BuilderTest, AnotherBuilderKnowsNothingOfWhatTheBlockHeldBefore) {
    b.set(x, b.i64(1));
    block_.clear();
    Builder another(block_);
    const SlotIndex z = another.slot(make_slot("z", 24, Type::i64));
    another.set(z, another.get(z));
    another.goto_({0x2000, 1});
    EXPECT_EQ(text(), R"(slot z = i64 24
%0 = get i64 z
z <- %0
goto @ pc=0x2000 retired=1
)");
}

TEST_F(BuilderTest, ATrapLeavesBeforeTheInstruction) {
    b.set(x, b.i64(1));
    b.instruction({0x1004, 1});
    b.trap(13, b.get(y));
    EXPECT_EQ(text(), R"(%0 = get i64 y
x <- 1
trap 13 %0 @ pc=0x1004 retired=1
)");
}

TEST_F(BuilderTest, AnEndedBlockSaysSo) {
    EXPECT_FALSE(b.ended());
    b.leave(Leave::wait, {0x1004, 1});
    EXPECT_TRUE(b.ended());
}

}  // namespace
}  // namespace vm::ir
