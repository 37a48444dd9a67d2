#include "vm/native/code_listing.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/native/native.h"
#include "vm/native/test_block.h"

namespace vm::native {
namespace {

using guest::riscv::make_insn;
using guest::riscv::Opcode;
using ::testing::HasSubstr;
using testing::TestBlock;

constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;

class CodeListingTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (not supported()) GTEST_SKIP() << "no compiler for this host";
    }

    static std::string listing(const TestBlock& block) {
        return code_listing(block.from(), guest_code(block.from()), block.native(), block.stubs());
    }
    // Without the bytes, and with one word for addresses of this run.
    static std::string normalised(const std::string& text) {
        const auto short_ = std::regex_replace(text, std::regex("(\\+0x[0-9a-f]{4})  [0-9a-f]+ +"), "$1  ");
        return std::regex_replace(short_, std::regex("0x0000[0-9a-f]{12}|0x[0-9a-f]{9,}"), "ADDRESS");
    }
};

TEST_F(CodeListingTest, PutsHostInstructionsBelowTheNodesAndGuestInstructionsTheyAreOf) {
    const TestBlock block({make_insn(Opcode::addi, kA0, kA0, 0, 5), make_insn(Opcode::sd, 0, kA1, kA0, 8),
                           make_insn(Opcode::jal, 0, 0, 0, 16)});
    EXPECT_EQ(normalised(listing(block)), R"(    ; entry
+0x0000  sub r14, 0x03
+0x0004  js +0x0048
  10234: 00550513  addi a0,a0,5
  10238: 00a5b423  sd a0,8(a1)
    ; %1 = add i64 %0, 5
+0x000a  add rbx, 0x05
    ; store u64 [%2 + 8], %1 @ pc=0x10238 retired=1
+0x000e  shrx rax, rsi, r15
+0x0013  test rax, rax
+0x0016  jnz +0x0037
+0x001c  mov [r15+rsi*1+0x22], rbx  ; may fault
  1023c: 0100006f  jal zero,0x1024c
    ; goto @ pc=0x1024c retired=3
+0x0021  nop
+0x0023  jmp +0x0028  ; links to 0x1024c
+0x0028  mov rdx, ADDRESS
+0x0032  jmp leave
    ; C++ serves: store @ pc=0x10238 retired=1
+0x0037  mov rax, ADDRESS
+0x0041  call serve
+0x0046  jmp +0x0037
    ; the countdown does not suffice
+0x0048  add r14, 0x03
+0x004c  mov rax, 0x10234
+0x0053  jmp budget
)");
}

TEST_F(CodeListingTest, ShowsBytesAndNamesStubsAndPlacesInTheBlock) {
    const TestBlock block({make_insn(Opcode::beq, 0, kA0, kA1, 16), make_insn(Opcode::jal, 0, 0, 0, 8)});
    const std::string text = listing(block);
    EXPECT_THAT(text, ::testing::ContainsRegex("\\+0x0000  49(81|83)[0-9a-f]+ +sub r[0-9]+, 0x02"));
    EXPECT_THAT(text, ::testing::ContainsRegex("jz \\+0x[0-9a-f]+\n"));
    EXPECT_THAT(text, HasSubstr("    ; exit: branch @ pc=0x10244 retired=1\n"));
    EXPECT_THAT(text, HasSubstr("  ; links to 0x10244\n"));
    EXPECT_THAT(text, HasSubstr("    ; the countdown does not suffice\n"));
    EXPECT_THAT(text, HasSubstr(" jmp leave\n"));
    EXPECT_THAT(text, HasSubstr(" jmp budget\n"));
}

TEST_F(CodeListingTest, ShowsConstantsAsNumbers) {
    const TestBlock block({make_insn(Opcode::fadd_d, 10, 10, 11, 0), make_insn(Opcode::jal, 0, 0, 0, 8)});
    const std::string text = listing(block);
    EXPECT_THAT(text, HasSubstr("    ; canonical NaN\n"));
    EXPECT_THAT(text, ::testing::ContainsRegex("    ; constants\n\\+0x[0-9a-f]+  0x7ff8000000000000\n"));
}

TEST(RegisterLegend, SaysWhichHostRegistersAreTheGuests) {
    const std::string text = register_legend();
    EXPECT_THAT(text, ::testing::StartsWith("rbx=x10 rsi=x11 rdi=x12 r8=x13 "));
    EXPECT_THAT(text, HasSubstr(" r13=x9 xmm4=f10 "));
    EXPECT_THAT(text, ::testing::EndsWith(" rbp=state+128 r14=countdown r15=memory"));
}

}  // namespace
}  // namespace vm::native
