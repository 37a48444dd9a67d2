#include "vm/native/observation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/guest/riscv/hart.h"
#include "vm/native/gdb_jit.h"
#include "vm/native/native.h"
#include "vm/native/test_block.h"

namespace vm::native {
namespace {

using guest::riscv::make_insn;
using guest::riscv::Opcode;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::TestBlock;

class ObservationTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (not supported()) GTEST_SKIP() << "no compiler for this host";
    }

    static TestBlock block(Observation& observation) {
        return TestBlock({make_insn(Opcode::addi, 10, 10, 0, 1), make_insn(Opcode::jal, 0, 0, 0, 8)},
                         TestBlock::kPc, &observation);
    }
    static void compile(Observation& observation, const TestBlock& block) {
        observation.compiled(block.from(), block.native(), block.stubs());
    }
};

TEST_F(ObservationTest, GivesOneTextForAllThatIsDumpedOfABlock) {
    std::vector<std::string> texts;
    Observation observation({.dump = {.ir = true, .code = true},
                             .sink = [&](const std::string& text) { texts.push_back(text); }});
    const TestBlock one = block(observation);
    compile(observation, one);
    observation.failed(one.from(), "no");
    ASSERT_THAT(texts, SizeIs(2));
    EXPECT_THAT(texts[0], HasSubstr("host:"));
}

TEST_F(ObservationTest, TellsDebuggersWhatComesAndGoes) {
    Observation observation({.gdb_jit = true});
    const TestBlock one = block(observation);
    compile(observation, one);
    EXPECT_NE(__jit_debug_descriptor.first, nullptr);
    observation.dropped(one.native());
    EXPECT_EQ(__jit_debug_descriptor.first, nullptr);
}

TEST_F(ObservationTest, CompiledCodeCountsWhatItRunsWhereThatIsAskedFor) {
    Observation observation({.count_blocks = true});
    const TestBlock one = block(observation);
    compile(observation, one);
    guest::riscv::Hart hart{
        guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, [] { return std::uint64_t{0}; })};
    jit::NativeRun run;
    run.state = reinterpret_cast<std::byte*>(&hart);
    for (int i = 0; i < 3; ++i) one.run(run);
    EXPECT_EQ(hart.x[10], 3u);
    EXPECT_THAT(observation.statistics({}, 6), Contains(HasSubstr("3 x 2.0 of 2   100.0 %  0x10234")));
}

TEST_F(ObservationTest, CodeCountsNothingWhereNobodyAsks) {
    Observation observation({});
    EXPECT_EQ(observation.counter(0x1000), nullptr);
    EXPECT_THAT(observation.statistics({}, 6), SizeIs(2));
}

}  // namespace
}  // namespace vm::native
