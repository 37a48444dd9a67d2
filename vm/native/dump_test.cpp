#include "vm/native/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/native/native.h"
#include "vm/native/test_block.h"

namespace vm::native {
namespace {

using guest::riscv::make_insn;
using guest::riscv::Opcode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestBlock;

class DumpTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (not supported()) GTEST_SKIP() << "no compiler for this host";
        block_.emplace(std::initializer_list<guest::riscv::Insn>{make_insn(Opcode::addiw, 10, 11, 0, 5),
                                                                 make_insn(Opcode::jal, 0, 0, 0, 16)});
    }

    std::string compiled(const DumpOptions& options) {
        dump(options).compiled(block_->from(), block_->native(), block_->stubs());
        return text_;
    }
    std::string failed(const DumpOptions& options) {
        dump(options).failed(block_->from(), "cannot compile the block at 0x10234: too many values");
        return text_;
    }

  private:
    Dump dump(const DumpOptions& options) {
        text_.clear();
        return Dump(options, symbols_, [this](const std::string& text) { text_ += text; });
    }

    SymbolTable symbols_;
    std::optional<TestBlock> block_;
    std::string text_;
};

TEST_F(DumpTest, IrIsTheGuestsInstructionsAndTheBlockBeforeAndBehindThePasses) {
    const std::string text = compiled({.ir = true});
    EXPECT_THAT(text, StartsWith("block 0x10234: 2 instructions, "));
    EXPECT_EQ(text.substr(text.find('\n') + 1), R"(guest:
  10234: 0055851b  addiw a0,a1,5
  10238: 0100006f  jal zero,0x10248
lifted:
slot x11 = i64 88
slot x10 = i64 80
%0 = get i64 x11
%1 = add i64 %0, 5
%2 = low i32 %1
%3 = sext i64 %2
x10 <- %3
goto @ pc=0x10248 retired=2
optimised:
slot x11 = i64 88
slot x10 = i64 80
%0 = get i64 x11
%1 = low i32 %0
%2 = add i32 %1, 5:i32
x10 <- sext %2
goto @ pc=0x10248 retired=2

)");
}

TEST_F(DumpTest, CodeIsTheListingAlone) {
    EXPECT_THAT(compiled({.code = true}),
                AllOf(HasSubstr("\nhost: rbx=x10 "), HasSubstr("jmp leave"), Not(HasSubstr("lifted:"))));
    EXPECT_THAT(compiled({.ir = true, .code = true}), AllOf(HasSubstr("lifted:"), HasSubstr("host: ")));
}

TEST_F(DumpTest, OnlyBlocksThatHoldAChosenAddressAreShown) {
    EXPECT_EQ(compiled({.ir = true, .addresses = {0x10233}}), "");
    EXPECT_NE(compiled({.ir = true, .addresses = {0x10234}}), "");
    EXPECT_NE(compiled({.ir = true, .addresses = {0x1, 0x1023b}}), "");
    EXPECT_EQ(compiled({.ir = true, .addresses = {0x1023c}}), "");
}

TEST_F(DumpTest, ABlockThatIsNotCompiledSaysWhyAndShowsWhatItWas) {
    EXPECT_THAT(
        failed({.code = true}),
        AllOf(StartsWith("block 0x10234: cannot compile the block at 0x10234: too many values\nguest:\n"),
              HasSubstr("optimised:\n")));
    EXPECT_EQ(failed({.code = true, .addresses = {0x1}}), "");
}

}  // namespace
}  // namespace vm::native
