// Breakpoints of an interpreter, and watchpoints of the memory under it.

#include <initializer_list>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"

namespace vm::guest::riscv {
namespace {

using engine::ExitReason;

constexpr std::uint64_t kCode = 0x80000000;
constexpr std::uint64_t kData = 0x80002000;
constexpr std::uint64_t kEnough = 10'000;

Insn insn(Opcode op, unsigned rd, unsigned rs1, unsigned rs2, std::int32_t imm) {
    Insn i;
    i.op = op;
    i.rd = static_cast<std::uint8_t>(rd);
    i.rs1 = static_cast<std::uint8_t>(rs1);
    i.rs2 = static_cast<std::uint8_t>(rs2);
    i.imm = imm;
    return i;
}
Insn add_one(unsigned rd) { return insn(Opcode::addi, rd, rd, 0, 1); }
Insn jump(std::int32_t distance) { return insn(Opcode::jal, 0, 0, 0, distance); }
Insn ecall() { return insn(Opcode::ecall, 0, 0, 0, 0); }

// A hart in machine mode.
class BreakpointsTest : public ::testing::Test {
  protected:
    void program(std::initializer_list<Insn> insns) {
        std::uint64_t address = kCode;
        for (const Insn& each : insns) {
            ASSERT_TRUE(ram_.write<std::uint32_t>(mem::PhysAddr{address}, encode(each)));
            address += 4;
        }
        hart_.pc = kCode;
    }
    // It ends there, before the instruction.
    void expect_break(const engine::Exit& exit, std::uint64_t address, std::uint64_t retired) {
        EXPECT_EQ(exit.reason, ExitReason::pending);
        EXPECT_EQ(hart_.pc, address);
        EXPECT_EQ(hart_.csrs.instret, retired);
    }

    mem::GuestRam ram_ = mem::GuestRam::create(mem::PhysAddr{kCode}, 0x8000).value();
    mem::MmioBus bus_;
    Hart hart_{CsrFile(HartKind::machine, 0, [] { return std::uint64_t{0}; })};
    SystemMemory memory_{ram_, bus_, hart_.csrs};
    Interpreter<SystemMemory> interpreter_{hart_, memory_};
};

TEST_F(BreakpointsTest, EndTheRunInStraightCode) {
    program({add_one(1), add_one(1), add_one(1), ecall()});
    interpreter_.set_breakpoints({kCode + 8});
    expect_break(interpreter_.run(kEnough), kCode + 8, 2);
    EXPECT_EQ(hart_.x[1], 2U);
    expect_break(interpreter_.run(kEnough), kCode + 8, 2);
    expect_break(interpreter_.run(1), kCode + 8, 2);
}

TEST_F(BreakpointsTest, EndTheRunAtTheTargetOfAJump) {
    program({jump(8), ecall(), add_one(1), jump(-12)});
    interpreter_.set_breakpoints({kCode + 8, kCode});
    expect_break(interpreter_.run(kEnough), kCode, 0);
    interpreter_.set_breakpoints({kCode + 8});
    expect_break(interpreter_.run(kEnough), kCode + 8, 1);
}

TEST_F(BreakpointsTest, HoldInCodeThatWasDecodedAndLinkedBefore) {
    program({add_one(1), add_one(2), jump(-8)});
    EXPECT_EQ(interpreter_.run(3000).reason, ExitReason::budget);
    interpreter_.set_breakpoints({kCode + 4});
    expect_break(interpreter_.run(kEnough), kCode + 4, 3001);
}

TEST_F(BreakpointsTest, AreForgottenWhenOthersAreSet) {
    program({add_one(1), add_one(1), ecall()});
    interpreter_.set_breakpoints({kCode + 4});
    expect_break(interpreter_.run(kEnough), kCode + 4, 1);
    interpreter_.set_breakpoints({});
    EXPECT_EQ(interpreter_.run(kEnough).reason, ExitReason::trap);
    EXPECT_EQ(hart_.pc, kCode + 8);
    EXPECT_EQ(hart_.csrs.instret, 2U);
}

TEST_F(BreakpointsTest, ComeAfterASpentBudget) {
    program({add_one(1), add_one(1), add_one(1), ecall()});
    interpreter_.set_breakpoints({kCode + 8});
    EXPECT_EQ(interpreter_.run(2).reason, ExitReason::budget);
    EXPECT_EQ(hart_.pc, kCode + 8);
}

class WatchpointsTest : public BreakpointsTest {
  protected:
    static Watchpoint watch_stores(std::uint64_t address) {
        return {.address = address, .length = 8, .loads = false, .stores = true};
    }
    static Watchpoint watch_loads(std::uint64_t address) {
        return {.address = address, .length = 8, .loads = true, .stores = false};
    }
};

TEST_F(WatchpointsTest, RefuseTheAccessBeforeItHappens) {
    const Watchpoint watchpoint = watch_stores(kData + 8);
    program({insn(Opcode::sd, 0, 2, 1, 8), ecall()});
    hart_.x[1] = 5;
    hart_.x[2] = kData;
    memory_.set_watchpoints({watchpoint});
    EXPECT_EQ(interpreter_.run(kEnough).reason, ExitReason::trap);
    EXPECT_EQ(memory_.take_watch_hit(), (WatchHit{watchpoint, kData + 8}));
    EXPECT_EQ(memory_.take_watch_hit(), std::nullopt);
    EXPECT_EQ(hart_.pc, kCode);
    EXPECT_EQ(hart_.csrs.instret, 0U);
    EXPECT_EQ(*ram_.read<std::uint64_t>(mem::PhysAddr{kData + 8}), 0U);
}

TEST_F(WatchpointsTest, LetTheAccessPassWhenTold) {
    program({insn(Opcode::sd, 0, 2, 1, 8), ecall()});
    hart_.x[1] = 5;
    hart_.x[2] = kData;
    memory_.set_watchpoints({watch_stores(kData + 8)});
    memory_.pass_watched();
    EXPECT_EQ(interpreter_.run(1).reason, ExitReason::budget);
    memory_.refuse_watched();
    EXPECT_EQ(*ram_.read<std::uint64_t>(mem::PhysAddr{kData + 8}), 5U);
    EXPECT_EQ(memory_.store_pointer(kData, 8), nullptr);
    EXPECT_FALSE(memory_.store_slow(kData + 8, 8, 6));
    EXPECT_TRUE(memory_.take_watch_hit().has_value());
}

TEST_F(WatchpointsTest, TakeTheirPagesOutOfTheFastPath) {
    EXPECT_TRUE(memory_.store_slow(kData, 8, 0));
    EXPECT_TRUE(memory_.load_slow(kData, 8));
    memory_.set_watchpoints({watch_stores(kData + 8)});
    EXPECT_EQ(memory_.store_pointer(kData, 8), nullptr);
    EXPECT_TRUE(memory_.store_slow(kData, 8, 0));
    EXPECT_EQ(memory_.store_pointer(kData, 8), nullptr);
    EXPECT_TRUE(memory_.load_slow(kData + 8, 8));
    EXPECT_NE(memory_.load_pointer(kData, 8), nullptr);
    memory_.set_watchpoints({});
    EXPECT_TRUE(memory_.store_slow(kData + 8, 8, 0));
    EXPECT_NE(memory_.store_pointer(kData, 8), nullptr);
}

TEST_F(WatchpointsTest, OfLoadsHearAtomicInstructionsToo) {
    EXPECT_NE(memory_.atomic_pointer(kData, 8), nullptr);
    memory_.set_watchpoints({watch_loads(kData)});
    EXPECT_TRUE(memory_.store_slow(kData, 8, 0));
    EXPECT_EQ(memory_.atomic_pointer(kData, 8), nullptr);
    EXPECT_TRUE(memory_.take_watch_hit().has_value());
    EXPECT_EQ(memory_.reserve_pointer(kData, 8), nullptr);
    EXPECT_TRUE(memory_.take_watch_hit().has_value());
    EXPECT_NE(memory_.atomic_pointer(kData + 8, 8), nullptr);
}

TEST_F(WatchpointsTest, DoNotHearFetches) {
    program({ecall()});
    memory_.set_watchpoints({watch_loads(kCode)});
    EXPECT_EQ(interpreter_.run(1).trap.cause, cause::kEcallFromM);
    EXPECT_EQ(memory_.take_watch_hit(), std::nullopt);
}

}  // namespace
}  // namespace vm::guest::riscv
