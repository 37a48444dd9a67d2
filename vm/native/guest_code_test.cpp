#include "vm/native/guest_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/base/test_elf_image.h"
#include "vm/native/native.h"
#include "vm/native/test_block.h"

namespace vm::native {
namespace {

using guest::riscv::make_insn;
using guest::riscv::Opcode;
using ::testing::ElementsAre;
using testing::TestBlock;

class GuestCodeTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (not supported()) GTEST_SKIP() << "no compiler for this host";
    }
};

TEST_F(GuestCodeTest, ShowsTheInstructionsUpToTheJump) {
    const TestBlock block({make_insn(Opcode::addi, 10, 10, 0, 1), make_insn(Opcode::jal, 0, 0, 0, 16),
                           make_insn(Opcode::add, 1, 1, 1, 0)});
    const GuestCode code = guest_code(block.from());
    EXPECT_THAT(code.lines,
                ElementsAre("10234: 00150513  addi a0,a0,1", "10238: 0100006f  jal zero,0x10248"));
    EXPECT_EQ(code.end, 0x1023cu);
}

TEST_F(GuestCodeTest, ShowsTheInstructionThatIsLeftToTheInterpreter) {
    const TestBlock block({make_insn(Opcode::addi, 10, 10, 0, 1), make_insn(Opcode::ecall, 0, 0, 0, 0)});
    EXPECT_THAT(guest_code(block.from()).lines,
                ElementsAre("10234: 00150513  addi a0,a0,1", "10238: 00000073  ecall"));
}

TEST_F(GuestCodeTest, ShowsALoopAsOftenAsTheBlockGoesRound) {
    // Of four instructions at most: two rounds.
    const TestBlock block({make_insn(Opcode::addi, 10, 10, 0, -1), make_insn(Opcode::bne, 0, 10, 0, -4),
                           make_insn(Opcode::addi, 11, 11, 0, 1), make_insn(Opcode::ecall, 0, 0, 0, 0)});
    const GuestCode code = guest_code(block.from());
    EXPECT_THAT(code.lines,
                ElementsAre("10234: fff50513  addi a0,a0,-1", "10238: fe051ee3  bne a0,zero,0x10234",
                            "10234: fff50513  addi a0,a0,-1", "10238: fe051ee3  bne a0,zero,0x10234"));
    EXPECT_EQ(code.end, 0x1023cu);
}

TEST(BlockName, IsTheGuestsAddressAndItsSymbol) {
    SymbolTable symbols;
    EXPECT_EQ(block_name(0x10006, symbols), "rv:0x10006");
    symbols.add(vm::testing::ElfImage().parse().value(), 0);
    EXPECT_EQ(block_name(0x10006, symbols), "rv:0x10006:main+0x2");
}

}  // namespace
}  // namespace vm::native
