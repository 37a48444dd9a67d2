#include "vm/guest/riscv/trace.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

Hart fresh_hart() {
    return Hart{CsrFile(HartKind::machine, 0, [] { return std::uint64_t{0}; })};
}

TEST(Trace, LineShowsAddressBitsTextAndChangedRegisters) {
    Hart hart = fresh_hart();
    const TraceRegisters before = trace_registers(hart);
    hart.x[10] = 2;
    hart.f[0] = 0x10;
    EXPECT_EQ(trace_line(0x80000004, 0x00250513, before, hart),
              "80000004: 00250513  addi a0,a0,2  a0=0x2  ft0=0x10");
}

TEST(Trace, CompressedInstructionShowsItsSixteenBits) {
    const Hart hart = fresh_hart();
    EXPECT_EQ(trace_line(0x80000004, 0xffff0505, trace_registers(hart), hart),
              "80000004: 0505      c.addi a0,1");
}

TEST(Trace, TrapLineNamesTheCause) {
    EXPECT_EQ(trap_line(0x80000000, {cause::kLoadAccess, 0x10}),
              "80000000: trap: load access fault (5), value 0x10");
}

TEST(Trace, DescribesEveryExceptionAndInterrupt) {
    EXPECT_EQ(describe_cause(0), "instruction address misaligned (0)");
    EXPECT_EQ(describe_cause(1), "instruction access fault (1)");
    EXPECT_EQ(describe_cause(2), "illegal instruction (2)");
    EXPECT_EQ(describe_cause(3), "breakpoint (3)");
    EXPECT_EQ(describe_cause(4), "load address misaligned (4)");
    EXPECT_EQ(describe_cause(6), "store address misaligned (6)");
    EXPECT_EQ(describe_cause(7), "store access fault (7)");
    EXPECT_EQ(describe_cause(8), "environment call from U (8)");
    EXPECT_EQ(describe_cause(11), "environment call from M (11)");
    EXPECT_EQ(describe_cause(12), "instruction page fault (12)");
    EXPECT_EQ(describe_cause(13), "load page fault (13)");
    EXPECT_EQ(describe_cause(15), "store page fault (15)");
    EXPECT_EQ(describe_cause(14), "reserved exception (14)");
    EXPECT_EQ(describe_cause(std::uint64_t{1} << 63 | 3), "machine software interrupt");
    EXPECT_EQ(describe_cause(std::uint64_t{1} << 63 | 7), "machine timer interrupt");
    EXPECT_EQ(describe_cause(std::uint64_t{1} << 63 | 11), "machine external interrupt");
    EXPECT_EQ(describe_cause(std::uint64_t{1} << 63 | 12), "reserved interrupt");
}

}  // namespace
}  // namespace vm::guest::riscv
