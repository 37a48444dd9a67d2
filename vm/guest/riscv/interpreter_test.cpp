#include "vm/guest/riscv/interpreter.h"

#include <initializer_list>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/fusion.h"
#include "vm/guest/riscv/user_memory.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kCode = 0x10000;
constexpr std::uint64_t kData = 0x20000;

Insn r(Opcode op, unsigned rd, unsigned rs1, unsigned rs2) {
    Insn i;
    i.op = op;
    i.rd = static_cast<std::uint8_t>(rd);
    i.rs1 = static_cast<std::uint8_t>(rs1);
    i.rs2 = static_cast<std::uint8_t>(rs2);
    return i;
}

Insn immediate(Opcode op, unsigned rd, unsigned rs1, std::int32_t imm) {
    Insn i = r(op, rd, rs1, 0);
    i.imm = imm;
    return i;
}

Insn store(Opcode op, unsigned rs2, unsigned rs1, std::int32_t imm) {
    Insn i = r(op, 0, rs1, rs2);
    i.imm = imm;
    return i;
}

Insn addi(unsigned rd, unsigned rs1, std::int32_t imm) { return immediate(Opcode::addi, rd, rs1, imm); }
Insn ecall() { return r(Opcode::ecall, 0, 0, 0); }

// One hart over a page or two of code and one of data.
class InterpreterTest : public ::testing::Test {
  protected:
    InterpreterTest() {
        map(kCode, 2 * mem::kPageSize, mem::page::kPermissions);
        map(kData, mem::kPageSize, mem::page::kRead | mem::page::kWrite);
        hart_.pc = kCode;
    }

    void map(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
        const auto at = mem::PhysAddr{address};
        ASSERT_EQ(ram_.host(at), ::mmap(ram_.host(at), length, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at, length, permissions);
    }

    void program(std::initializer_list<Insn> insns, std::uint64_t address = kCode) {
        for (const Insn& insn : insns) {
            ASSERT_TRUE(ram_.write<std::uint32_t>(mem::PhysAddr{address}, encode(insn)));
            address += 4;
        }
    }

    void expect_trap(const engine::Exit& exit, std::uint64_t cause, std::uint64_t value) {
        EXPECT_EQ(exit.reason, engine::ExitReason::trap);
        EXPECT_EQ(exit.trap.cause, cause);
        EXPECT_EQ(exit.trap.value, value);
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    UserMemory memory_{ram_};
    Hart hart_{CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; })};
    Interpreter<UserMemory> interpreter_{hart_, memory_};
};

TEST_F(InterpreterTest, EnvironmentCallLeavesPcOnItAndDoesNotRetire) {
    program({addi(1, 0, 5), ecall()});
    expect_trap(interpreter_.run(100), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.x[1], 5U);
    EXPECT_EQ(hart_.pc, kCode + 4);
    EXPECT_EQ(hart_.csrs.instret, 1U);
}

TEST_F(InterpreterTest, WritesToX0AreLost) {
    program({addi(0, 0, 5), addi(1, 0, 0), ecall()});
    hart_.x[1] = 9;
    interpreter_.run(100);
    EXPECT_EQ(hart_.x[0], 0U);
    EXPECT_EQ(hart_.x[1], 0U);
}

TEST_F(InterpreterTest, BudgetEndsExactlyWhereItSaysInStraightCodeAndLoops) {
    // A loop of three instructions after two.
    program({addi(1, 0, 0), addi(2, 0, 1000), addi(1, 1, 1), addi(2, 2, -1),
             [] {
                 Insn i = r(Opcode::bne, 0, 2, 0);
                 i.imm = -8;
                 return i;
             }(),
             ecall()});
    for (std::uint64_t budget = 0; budget < 40; ++budget) {
        SCOPED_TRACE(budget);
        hart_.pc = kCode;
        hart_.csrs.instret = 0;
        EXPECT_EQ(interpreter_.run(budget).reason, engine::ExitReason::budget);
        EXPECT_EQ(hart_.csrs.instret, budget);
        const std::uint64_t expected_pc =
            budget < 2 ? kCode + 4 * budget : kCode + 8 + 4 * ((budget - 2) % 3);
        EXPECT_EQ(hart_.pc, expected_pc);
    }
}

TEST_F(InterpreterTest, RunsOneInstructionAsItStandsInMemory) {
    program({addi(1, 1, 1), addi(2, 2, 1), ecall()});
    EXPECT_EQ(interpreter_.run_one().reason, engine::ExitReason::budget);
    EXPECT_EQ(hart_.pc, kCode + 4);
    EXPECT_EQ(hart_.x[1], 1U);
    program({addi(1, 1, 1), addi(2, 2, 7), ecall()});
    EXPECT_EQ(interpreter_.run_one().reason, engine::ExitReason::budget);
    EXPECT_EQ(hart_.x[2], 7U);
    EXPECT_EQ(hart_.csrs.instret, 2U);
    expect_trap(interpreter_.run_one(), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.pc, kCode + 8);
    EXPECT_EQ(hart_.csrs.instret, 2U);
    hart_.pc = 0;
    expect_trap(interpreter_.run_one(), cause::kFetchPage, 0);
}

TEST_F(InterpreterTest, AnAboutRightBudgetEndsBetweenBlocksButIsNeverWithoutProgress) {
    // A loop of ten instructions.
    program({addi(1, 1, 1), addi(1, 1, 1), addi(1, 1, 1), addi(1, 1, 1), addi(1, 1, 1), addi(1, 1, 1),
             addi(1, 1, 1), addi(1, 1, 1), addi(1, 1, 1), [] {
                 Insn i = r(Opcode::beq, 0, 0, 0);
                 i.imm = -36;
                 return i;
             }()});
    EXPECT_EQ(interpreter_.run_about(25).reason, engine::ExitReason::budget);
    EXPECT_EQ(hart_.csrs.instret, 20U);
    EXPECT_EQ(hart_.pc, kCode);
    EXPECT_EQ(interpreter_.run_about(7).reason, engine::ExitReason::budget);
    EXPECT_GT(hart_.csrs.instret, 20U);
    EXPECT_LE(hart_.csrs.instret, 27U);
    EXPECT_EQ(hart_.x[1], hart_.csrs.instret - 2);
}

TEST_F(InterpreterTest, RetiredCountOfALongLoopIsExact) {
    program({addi(2, 0, 2000), addi(2, 2, -1),
             [] {
                 Insn i = r(Opcode::bne, 0, 2, 0);
                 i.imm = -4;
                 return i;
             }(),
             ecall()});
    expect_trap(interpreter_.run(1'000'000), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.csrs.instret, 1U + 2 * 2000);
}

TEST_F(InterpreterTest, LoadFromUnmappedMemoryTrapsWithItsAddressAndLeavesRdUnchanged) {
    program({addi(1, 0, 7), immediate(Opcode::ld, 1, 2, 8), ecall()});
    hart_.x[2] = 0x50000;
    expect_trap(interpreter_.run(100), cause::kLoadPage, 0x50008);
    EXPECT_EQ(hart_.x[1], 7U);
    EXPECT_EQ(hart_.pc, kCode + 4);
    EXPECT_EQ(hart_.csrs.instret, 1U);
}

TEST_F(InterpreterTest, StoreToReadOnlyMemoryTraps) {
    map(kData, mem::kPageSize, mem::page::kRead);
    program({store(Opcode::sd, 1, 2, 0), ecall()});
    hart_.x[2] = kData;
    expect_trap(interpreter_.run(100), cause::kStorePage, kData);
}

TEST_F(InterpreterTest, MisalignedAccessAcrossPagesWorksWhereBothAreMapped) {
    map(kData + mem::kPageSize, mem::kPageSize, mem::page::kRead | mem::page::kWrite);
    program({store(Opcode::sd, 1, 2, -3), immediate(Opcode::ld, 3, 2, -3), ecall()});
    hart_.x[1] = 0x1122334455667788;
    hart_.x[2] = kData + mem::kPageSize;
    expect_trap(interpreter_.run(100), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.x[3], 0x1122334455667788U);
}

TEST_F(InterpreterTest, AccessThatCrossesIntoUnmappedPageNamesThatPage) {
    program({immediate(Opcode::ld, 3, 2, -3), ecall()});
    hart_.x[2] = kData + mem::kPageSize;
    expect_trap(interpreter_.run(100), cause::kLoadPage, kData + mem::kPageSize);
}

TEST_F(InterpreterTest, AddressesBeyondTheSpaceAndAroundItsEndsTrap) {
    program({immediate(Opcode::lb, 3, 2, 0), ecall()});
    for (const std::uint64_t address :
         {UserMemory::kSize, UserMemory::kSize - 1, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
        hart_.pc = kCode;
        hart_.x[2] = address;
        expect_trap(interpreter_.run(100), cause::kLoadPage, address);
    }
}

TEST_F(InterpreterTest, FetchFromPageThatIsNotExecutableTraps) {
    program({immediate(Opcode::jalr, 0, 2, 0)});
    hart_.x[2] = kData;
    expect_trap(interpreter_.run(100), cause::kFetchPage, kData);
    EXPECT_EQ(hart_.pc, kData);
    EXPECT_EQ(hart_.csrs.instret, 1U);
}

TEST_F(InterpreterTest, SpentBudgetWinsOverFetchFaultOfTheNextInstruction) {
    program({immediate(Opcode::jalr, 0, 2, 0)});
    hart_.x[2] = kData;
    EXPECT_EQ(interpreter_.run(1).reason, engine::ExitReason::budget);
    EXPECT_EQ(hart_.pc, kData);
}

TEST_F(InterpreterTest, InstructionAcrossPagesIsFetchedFromBoth) {
    const std::uint64_t address = kCode + mem::kPageSize - 2;
    program({addi(1, 0, 11), ecall()}, address);
    hart_.pc = address;
    expect_trap(interpreter_.run(100), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.x[1], 11U);
}

TEST_F(InterpreterTest, UnknownInstructionTrapsWithItsBits) {
    ASSERT_TRUE(ram_.write<std::uint32_t>(mem::PhysAddr{kCode}, 0xffffffff));
    expect_trap(interpreter_.run(100), cause::kIllegalInstruction, 0xffffffff);
    EXPECT_EQ(hart_.csrs.instret, 0U);
}

TEST_F(InterpreterTest, ReservedRoundingModeIsIllegalWhetherStaticOrDynamic) {
    Insn add = r(Opcode::fadd_d, 1, 2, 3);
    add.rm = 5;
    program({add});
    EXPECT_EQ(interpreter_.run(100).trap.cause, cause::kIllegalInstruction);
    add.rm = kDynamicRounding;
    hart_.csrs.frm = 6;
    hart_.pc = kCode + 4;
    program({add}, kCode + 4);
    EXPECT_EQ(interpreter_.run(100).trap.cause, cause::kIllegalInstruction);
}

TEST_F(InterpreterTest, StoredCodeRunsAfterFenceI) {
    // Runs addi x1, x0, 1 at the end of the page, then overwrites it with addi x1, x0, 2 and runs it again.
    const std::uint64_t patched = kCode + 0x800;
    program({addi(1, 0, 1), immediate(Opcode::jalr, 0, 5, 0)}, patched);
    program({immediate(Opcode::jalr, 5, 6, 0), store(Opcode::sw, 7, 6, 0), r(Opcode::fence_i, 0, 0, 0),
             immediate(Opcode::jalr, 5, 6, 0), ecall()});
    hart_.x[6] = patched;
    hart_.x[7] = encode(addi(1, 0, 2));
    expect_trap(interpreter_.run(100), cause::kEcallFromU, 0);
    EXPECT_EQ(hart_.x[1], 2U);
    EXPECT_EQ(hart_.csrs.instret, 2U + 1 + 1 + 1 + 2 + 1);
}

TEST_F(InterpreterTest, StoreConditionalSucceedsOnceAndOnlyOnTheReservedAddress) {
    program({r(Opcode::lr_d, 1, 2, 0), r(Opcode::sc_d, 3, 2, 4), r(Opcode::sc_d, 5, 2, 4), ecall()});
    hart_.x[2] = kData;
    hart_.x[4] = 42;
    interpreter_.run(100);
    EXPECT_EQ(hart_.x[3], 0U);
    EXPECT_EQ(hart_.x[5], 1U);
    EXPECT_EQ(*ram_.read<std::uint64_t>(mem::PhysAddr{kData}), 42U);
}

TEST_F(InterpreterTest, MisalignedAtomicTraps) {
    program({r(Opcode::amoadd_w, 1, 2, 3)});
    hart_.x[2] = kData + 2;
    expect_trap(interpreter_.run(100), cause::kStoreMisaligned, kData + 2);
}

TEST_F(InterpreterTest, InstretReadsTheInstructionsRetiredBefore) {
    Insn read = immediate(Opcode::csrrs, 1, 0, 0xc02);
    program({addi(2, 0, 1), addi(2, 0, 1), read, ecall()});
    interpreter_.run(100);
    EXPECT_EQ(hart_.x[1], 2U);
    EXPECT_EQ(hart_.csrs.instret, 3U);
}

TEST_F(InterpreterTest, FlagsAccrueAcrossRunsAndAreReadByCsr) {
    Insn divide = r(Opcode::fdiv_d, 1, 2, 3);
    divide.rm = kDynamicRounding;
    program({divide, ecall(), immediate(Opcode::csrrs, 4, 0, 0x001), ecall()});
    hart_.f[2] = 0x3ff0000000000000;
    interpreter_.run(100);
    EXPECT_EQ(hart_.csrs.fflags, 8U);
    hart_.pc += 4;
    interpreter_.run(100);
    EXPECT_EQ(hart_.x[4], 8U);
}

// Budgets of one run every instruction by itself, larger ones run fused pairs: both must leave the same
// registers.
TEST_F(InterpreterTest, FusedPairsComputeWhatTheirInstructionsComputeAlone) {
    std::uint64_t random = 88172645463325252;
    const auto next = [&](std::uint64_t bound) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        return random % bound;
    };
    for (const Opcode first : kFusedFirst) {
        for (const Opcode second : kFusedSecond) {
            for (unsigned round = 0; round < 4; ++round) {
                const auto pick = [&](Opcode op) {
                    const auto field = [&](traits::Trait has_it) {
                        const auto number = static_cast<unsigned>(5 + next(3));
                        return traits::has(op, has_it) ? number : 0;
                    };
                    Insn i = r(op, field(traits::kWritesX), field(traits::kReadsX1), field(traits::kReadsX2));
                    i.imm = traits::has(op, traits::kReadsX2) ? 0 : 8;
                    return i;
                };
                program({pick(first), pick(second), ecall(), ecall()});
                std::array<std::uint64_t, 33> start{};
                for (unsigned k = 5; k < 8; ++k) {
                    start[k] = kData + 8 * next(256);
                }
                const auto outcome = [&](std::uint64_t budget) {
                    hart_.x = start;
                    hart_.pc = kCode;
                    ASSERT_TRUE(ram_.fill(mem::PhysAddr{kData}, mem::kPageSize, std::byte{0x5a}));
                    for (std::uint64_t retired = 0; retired < 2; retired += budget) {
                        interpreter_.run(budget);
                    }
                };
                ram_.store_notify(mem::PhysAddr{kCode}, 16);
                outcome(2);
                const auto fused = hart_.x;
                const auto fused_pc = hart_.pc;
                outcome(1);
                hart_.x[32] = fused[32];
                EXPECT_EQ(hart_.x, fused) << static_cast<int>(first) << " then " << static_cast<int>(second);
                EXPECT_EQ(hart_.pc, fused_pc);
            }
        }
    }
}

TEST_F(InterpreterTest, AttentionEndsAnEndlessLoop) {
    program({immediate(Opcode::jal, 0, 0, 0)});
    interpreter_.request_attention();
    EXPECT_EQ(interpreter_.run(~std::uint64_t{0}).reason, engine::ExitReason::pending);
    EXPECT_EQ(hart_.pc, kCode);
}

}  // namespace
}  // namespace vm::guest::riscv
