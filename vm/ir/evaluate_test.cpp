#include "vm/ir/evaluate.h"

#include <gtest/gtest.h>

#include "vm/ir/parse.h"

namespace vm::ir {
namespace {

constexpr std::string_view kSlots = R"(slot x = i64 0
slot y = i64 8
slot f = f64 16
slot b = i64 24 bytes=1
slot w = i32 28
)";

// A state of 32 bytes, and 16 bytes of memory that hold their own number.
class Evaluate : public ::testing::Test {
  protected:
    Evaluate() {
        world_.state.resize(32);
        world_.memory_base = 0x100;
        for (std::uint8_t i = 0; i < 16; ++i) world_.memory.push_back(i);
    }

    Departure run(std::string_view text, const Helper& helper = {}) {
        const Block block = parse(fmt::format("{}{}", kSlots, text)).value();
        return evaluate(block, world_, helper).value();
    }
    std::string failure(std::string_view text) {
        const auto left = evaluate(parse(fmt::format("{}{}", kSlots, text)).value(), world_);
        return left ? "none" : left.error().message;
    }
    void set(std::size_t at, std::uint64_t value) {
        for (unsigned i = 0; i < 8; ++i) world_.state[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    std::uint64_t state(std::size_t at, unsigned bytes = 8) const {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) value |= std::uint64_t{world_.state[at + i]} << (8 * i);
        return value;
    }

    World world_;
};

TEST_F(Evaluate, AnExitHasTheStateThatItsFrameShows) {
    set(0, 5);
    const Departure left = run(R"(%0 = get i64 x
%1 = add i64 %0, 2
x <- %1
y <- 9
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(left.kind, Departure::Kind::jump);
    EXPECT_EQ(left.pc, 0x1004u);
    EXPECT_EQ(left.retired, 1u);
    EXPECT_EQ(state(0), 7u);
    EXPECT_EQ(state(8), 9u);
}

TEST_F(Evaluate, AnExitAddsConstantsToWhatItWrites) {
    set(0, 0xffff'ffff'ffff'ffff);
    (void)run(R"(%0 = get i64 x
%1 = low i32 %0
x <- %0 + 3
y <- sext %1 - 3
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(state(0), 2u);
    EXPECT_EQ(state(8), 0xffff'ffff'ffff'fffcu);
}

TEST_F(Evaluate, ASideExitShowsNoLaterWrites) {
    const Departure left = run(R"(x <- 1
branch eq 2, 2 @ pc=0x2000 retired=1
x <- 2
goto @ pc=0x1008 retired=2
)");
    EXPECT_EQ(left.pc, 0x2000u);
    EXPECT_EQ(state(0), 1u);
}

TEST_F(Evaluate, ASideExitWhoseConditionDoesNotHoldIsPassed) {
    const Departure left = run(R"(leave_if wait ltu 2, 2 @ pc=0x1000 retired=0
leave resume @ pc=0x1004 retired=1
)");
    EXPECT_EQ(left.kind, Departure::Kind::leave);
    EXPECT_EQ(left.leave, Leave::resume);
    EXPECT_EQ(left.pc, 0x1004u);
}

TEST_F(Evaluate, AComputedJumpGoesToItsValue) {
    set(0, 0x4000);
    EXPECT_EQ(run("%0 = get i64 x\ngoto_value return %0 @ pc=0x1000 retired=1\n").pc, 0x4000u);
}

TEST_F(Evaluate, ATrapHasItsCauseAndValue) {
    const Departure left = run("trap 3 7 @ pc=0x1000 retired=4\n");
    EXPECT_EQ(left.kind, Departure::Kind::trap);
    EXPECT_EQ(left.cause, 3u);
    EXPECT_EQ(left.value, 7u);
    EXPECT_EQ(left.pc, 0x1000u);
    EXPECT_EQ(left.retired, 4u);
}

TEST_F(Evaluate, NarrowSlotsAreZeroExtendedAndCutWhenWritten) {
    set(24, 0xffff'ffff'ffff'ff80);
    run(R"(%0 = get i64 b
%1 = get i32 w
x <- %0
b <- 0x1234
y <- zext %1
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(state(0), 0x80u);
    EXPECT_EQ(state(8), 0xffff'ffffu);
    EXPECT_EQ(state(24, 2), 0xff34u);
}

TEST_F(Evaluate, ExitsMakeTheFormThatAWriteNames) {
    run(R"(x <- sext 0x80000000:i32
y <- zext 0x80000000:i32
f <- box_canon 0xffc00001:f32
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(state(0), 0xffff'ffff'8000'0000u);
    EXPECT_EQ(state(8), 0x8000'0000u);
    EXPECT_EQ(state(16), 0xffff'ffff'7fc0'0000u);
    run("f <- canon 0xfff8000000000001:f64\ngoto @ pc=0x1004 retired=1\n");
    EXPECT_EQ(state(16), 0x7ff8'0000'0000'0000u);
    run("f <- box 0xffc00001:f32\ngoto @ pc=0x1004 retired=1\n");
    EXPECT_EQ(state(16), 0xffff'ffff'ffc0'0001u);
}

TEST_F(Evaluate, LoadsAreLittleEndianAtAnyAlignmentAndExtendAsTheySay) {
    world_.memory[3] = 0x80;
    run(R"(%0 = load i64 s16 [0x102] @ pc=0x1000 retired=0
%1 = load i64 u32 [0x101] @ pc=0x1000 retired=0
x <- %0
y <- %1
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(state(0), 0xffff'ffff'ffff'8002u);
    EXPECT_EQ(state(8), 0x0480'0201u);
}

TEST_F(Evaluate, StoresWriteTheLowBytesOfTheirValue) {
    run("store u16 [0x102 - 1], 0x12345678:i32 @ pc=0x1000 retired=0\ngoto @ pc=0x1004 retired=1\n");
    EXPECT_EQ(world_.memory[0], 0);
    EXPECT_EQ(world_.memory[1], 0x78);
    EXPECT_EQ(world_.memory[2], 0x56);
    EXPECT_EQ(world_.memory[3], 3);
}

TEST_F(Evaluate, AnAccessOutsideMemoryFaultsAtItsInstruction) {
    const Departure left = run(R"(x <- 1
%0 = load i64 u64 [0x109] @ pc=0x1004 retired=1
x <- 2
goto @ pc=0x1008 retired=2
)");
    EXPECT_EQ(left.kind, Departure::Kind::fault);
    EXPECT_EQ(left.value, 0x109u);
    EXPECT_EQ(left.pc, 0x1004u);
    EXPECT_EQ(left.retired, 1u);
    EXPECT_EQ(state(0), 1u);
    EXPECT_EQ(run("store u8 [0xff], 1:i32 @ pc=0 retired=0\ngoto @ pc=0x1004 retired=1\n").kind,
              Departure::Kind::fault);
}

TEST_F(Evaluate, AccessesThatMayBeADevicesAreNotedInOrder) {
    run(R"(store u8 device [0x100], 9:i32 @ pc=0x1000 retired=0
%1 = load i64 s16 device [0x100] @ pc=0x1000 retired=0
%2 = load i64 u8 [0x100] @ pc=0x1000 retired=0
goto @ pc=0x1004 retired=1
)");
    ASSERT_EQ(world_.device_accesses.size(), 2u);
    EXPECT_EQ(world_.device_accesses[0], (DeviceAccess{Opcode::store, 1, 0x100, 9}));
    EXPECT_EQ(world_.device_accesses[1], (DeviceAccess{Opcode::load, 2, 0x100, 0x109}));
}

TEST_F(Evaluate, CallsGetTheirNumberAndArgumentsAndMayExit) {
    const Helper helper = [](World&, std::uint32_t number, const OperandBits& arguments) {
        return HelperOutcome{number + arguments[0] + arguments[1] + arguments[2], arguments[0] == 2};
    };
    EXPECT_EQ(run(R"(%0 = call i64 100(1, 20) exits @ pc=0x1000 retired=0
x <- %0
goto @ pc=0x1004 retired=1
)",
                  helper)
                  .kind,
              Departure::Kind::jump);
    EXPECT_EQ(state(0), 121u);
    const Departure left =
        run("%0 = call i64 100(2) exits @ pc=0x1000 retired=7\ngoto @ pc=0x1004 retired=8\n", helper);
    EXPECT_EQ(left.kind, Departure::Kind::helper);
    EXPECT_EQ(left.pc, 0x1000u);
    EXPECT_EQ(left.retired, 7u);
}

TEST_F(Evaluate, ACallThatTouchesStateSeesTheWritesBeforeItAndItsOwnStay) {
    const Helper helper = [](World& world, std::uint32_t, const OperandBits&) {
        world.state[8] = static_cast<std::uint8_t>(world.state[0] + 1);
        world.state[0] = 40;
        return HelperOutcome{};
    };
    run(R"(x <- 5
call none 1() reads_state writes_state @ pc=0x1000 retired=0
%1 = get i64 y
%2 = add i64 %1, 100
y <- %2
goto @ pc=0x1004 retired=1
)",
        helper);
    EXPECT_EQ(state(0), 40u);
    EXPECT_EQ(state(8), 106u);
}

TEST_F(Evaluate, RaisedFlagsAccrue) {
    world_.rounding = Rounding::rup;
    run(R"(%0 = fdiv f64 dyn 0x3ff0000000000000:f64, 0x4008000000000000:f64
%1 = fdiv f64 rne 0x3ff0000000000000:f64, 0:f64
f <- %0
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(state(16), 0x3fd5'5555'5555'5556u);
    EXPECT_EQ(world_.float_flags, 1 | 8);
}

TEST_F(Evaluate, WhatIsNotThereIsAnError) {
    EXPECT_EQ(failure("call none 7()\ngoto @ pc=0 retired=0\n"), "there is nobody to carry out call 7");
    EXPECT_EQ(failure("%0 = fsqrt f64 rmm 0:f64\ngoto @ pc=0 retired=0\n"),
              "evaluating fsqrt with rounding to nearest, ties away is not supported");
    world_.state.resize(8);
    EXPECT_EQ(failure("goto @ pc=0 retired=0\n"), "slot y lies outside a state of 8 bytes");
}

}  // namespace
}  // namespace vm::ir
