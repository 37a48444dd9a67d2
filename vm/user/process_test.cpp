#include "vm/user/process.h"

#include <cerrno>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/guest/riscv/trap_cause.h"
#include "vm/native/audit.h"
#include "vm/native/native.h"
#include "vm/user/test_elf.h"

namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;

constexpr std::uint32_t kEcall = 0x73;
constexpr std::uint32_t kExit = 0x05d0'0893;  // li a7, 93
constexpr std::uint32_t kJumpToItself = 0x0000'006f;

class ProcessTest : public ::testing::Test {
  protected:
    Outcome run(const std::vector<std::uint32_t>& code, const RunOptions& options = {},
                const std::optional<native::Options>& native = {}) {
        const TestElf file(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                           code);
        auto process = Process::start({.path = file.path(), .arguments = {"p"}, .native = native});
        EXPECT_TRUE(process) << process.error().message;
        process_ = std::move(*process);
        return process_->run(options);
    }
    std::unique_ptr<Process> process_;
};

TEST_F(ProcessTest, RunsToItsExit) {
    const Outcome outcome = run({0x02a0'0513, kExit, kEcall});  // li a0, 42
    EXPECT_EQ(outcome.kind, Outcome::Kind::exited);
    EXPECT_EQ(outcome.code, 42);
    EXPECT_EQ(process_->hart().csrs.instret, 3U);
}

TEST_F(ProcessTest, StopsAtTheInstructionLimitAndGoesOn) {
    const Outcome outcome = run({0x02a0'0513, kExit, kEcall}, {.max_instructions = 2});
    EXPECT_EQ(outcome.kind, Outcome::Kind::instruction_limit);
    EXPECT_EQ(process_->hart().csrs.instret, 2U);
    EXPECT_EQ(process_->run({}).code, 42);
}

TEST_F(ProcessTest, AnAuditThatFoundADifferenceEndsIt) {
    if (not native::supported()) {
        GTEST_SKIP() << "this host has no compiler";
    }
    native::Audit audit{.difference = "found before"};
    const Outcome outcome =
        run({0x02a0'0513, kExit, kEcall}, {}, native::Options{.threshold = 0, .audit = &audit});
    EXPECT_EQ(outcome.kind, Outcome::Kind::engines_differ);
    EXPECT_EQ(outcome.code, 123);
    EXPECT_EQ(process_->hart().csrs.instret, 0U);
}

TEST_F(ProcessTest, TheLimitHoldsInLoops) {
    EXPECT_EQ(run({kJumpToItself}, {.max_instructions = 12345}).kind, Outcome::Kind::instruction_limit);
    EXPECT_EQ(process_->hart().csrs.instret, 12345U);
}

TEST_F(ProcessTest, AnUnhandledFaultKills) {
    const Outcome outcome = run({0x0000'3503});  // ld a0, 0(zero)
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGSEGV);
    ASSERT_TRUE(outcome.trap);
    EXPECT_EQ(outcome.trap->cause, cause::kLoadPage);
    EXPECT_EQ(process_->hart().pc, 0x1'1000U);
}

TEST_F(ProcessTest, TracesWhatItExecutes) {
    std::vector<std::string> lines;
    RunOptions options;
    options.trace = [&](const std::string& line) { lines.push_back(line); };
    run({0x02a0'0513, kExit, kEcall}, options);
    ASSERT_GE(lines.size(), 2U);
    EXPECT_THAT(lines[0], ::testing::HasSubstr("addi a0,zero,42"));
    EXPECT_EQ(process_->hart().csrs.instret, 3U);
}

// Makes a thread with what clone cannot do without; a0 is 0 in it. What follows is for both.
const std::vector<std::uint32_t> kClone = {
    0x0005'1537,  // lui a0, 0x51
    0xf005'0513,  // addi a0, a0, -0x100: CLONE_VM FS FILES SIGHAND THREAD SYSVSEM
    0xc001'0593,  // addi a1, sp, -1024
    0x0dc0'0893,  // li a7, 220
    kEcall,
};
constexpr std::uint32_t kSkipOneUnlessParent = 0x0005'0463;   // beqz a0, . + 8
constexpr std::uint32_t kSkipFourUnlessParent = 0x0005'0a63;  // beqz a0, . + 20
constexpr std::uint32_t kExitGroup = 0x05e0'0893;             // li a7, 94

std::vector<std::uint32_t> after_clone(const std::vector<std::uint32_t>& code) {
    std::vector<std::uint32_t> all = kClone;
    all.insert(all.end(), code.begin(), code.end());
    return all;
}

TEST_F(ProcessTest, ExitGroupOfOneThreadEndsTheOthers) {
    const Outcome outcome =
        run(after_clone({kSkipOneUnlessParent, kJumpToItself, 0x0070'0513, kExitGroup, kEcall}));  // li a0, 7
    EXPECT_EQ(outcome.kind, Outcome::Kind::exited);
    EXPECT_EQ(outcome.code, 7);
}

TEST_F(ProcessTest, ExitGroupEndsThreadsThatWaitInTheKernel) {
    const Outcome outcome = run(after_clone({kSkipFourUnlessParent,
                                             0x0000'0513,  // li a0, 0
                                             0x0000'0593,  // li a1, 0
                                             0x0490'0893,  // li a7, 73: ppoll of nothing, for ever
                                             kEcall,
                                             0x0070'0513,  // li a0, 7
                                             kExitGroup, kEcall}));
    EXPECT_EQ(outcome.code, 7);
}

TEST_F(ProcessTest, TheProgramEndsWithItsLastThreadAndAsTheFirstOneDid) {
    const Outcome outcome = run(after_clone({kSkipFourUnlessParent,
                                             0x0050'0513,  // li a0, 5
                                             kExit, kEcall, kJumpToItself,
                                             0x0090'0513,  // li a0, 9
                                             kExit, kEcall}));
    EXPECT_EQ(outcome.kind, Outcome::Kind::exited);
    EXPECT_EQ(outcome.code, 5);
}

TEST_F(ProcessTest, AFaultOfOneThreadEndsAllAndIsShown) {
    const Outcome outcome =
        run(after_clone({kSkipOneUnlessParent, kJumpToItself, 0x0000'3503}));  // ld a0, 0(zero)
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGSEGV);
    EXPECT_EQ(process_->hart().pc, 0x1'1000U + 7 * 4);
}

TEST_F(ProcessTest, TheLimitHoldsForAllThreadsTogetherAndTheyGoOn) {
    const Outcome outcome = run(after_clone({kJumpToItself}), {.max_instructions = 3'000'000});
    EXPECT_EQ(outcome.kind, Outcome::Kind::instruction_limit);
    const std::uint64_t first = process_->instructions();
    EXPECT_LE(first, 3'000'000U);
    EXPECT_EQ(process_->run({.max_instructions = 3'000'000}).kind, Outcome::Kind::instruction_limit);
    EXPECT_GT(process_->instructions(), first);
    EXPECT_LE(process_->instructions(), 6'000'000U);
}

TEST_F(ProcessTest, TraceLinesOfSeveralThreadsSayWhose) {
    std::vector<std::string> lines;
    RunOptions options{.max_instructions = 50};
    options.trace = [&](const std::string& line) { lines.push_back(line); };
    run(after_clone({kJumpToItself}), options);
    ASSERT_GE(lines.size(), 7U);
    EXPECT_THAT(lines.front(), ::testing::Not(::testing::StartsWith("[")));
    EXPECT_THAT(lines.back(), ::testing::StartsWith("["));
}

TEST_F(ProcessTest, AProgramThatIsExecutedGetsWhatIsLeftOfTheLimit) {
    const auto left = [this] { return process_->thread(::gettid())->kernel().instructions_left(); };
    run({kJumpToItself}, {.max_instructions = 1000});
    EXPECT_EQ(left(), 0U);
    process_.reset();
    run({0x02a0'0513, kExit, kEcall}, {.max_instructions = 1000});
    EXPECT_EQ(left(), 997U);
    process_.reset();
    run({0x02a0'0513, kExit, kEcall});
    EXPECT_FALSE(left());
}

TEST_F(ProcessTest, EnvironmentIsThatOfTheProgramThatExecutedThisOne) {
    const TestElf file(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                       {kJumpToItself});
    const auto process = Process::start(
        {.path = file.path(), .arguments = {"p"}, .environment = {"VM_GUEST_LD_PRELOAD=/x.so"}});
    ASSERT_TRUE(process);
    const std::uint64_t first = (*process)->hart().x[2] + 3 * 8;  // behind argc, its argument and 0
    const auto address = (*process)->memory().get<std::uint64_t>(first);
    ASSERT_TRUE(address);
    EXPECT_EQ((*process)->memory().string(*address).value(), "LD_PRELOAD=/x.so");
}

TEST_F(ProcessTest, ADynamicProgramWithoutItsLoaderSaysWhatToDo) {
    const TestElf file(3, 0x1'1000,
                       {{.type = 3, .offset = 0x1000, .file_size = 8},
                        {.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                       {0x6269'6c2f, 0x0078'782f});  // "/lib/xx"
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}, .sysroot = "/nonexistent"});
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().message, "'" + file.path() +
                                           "' needs its loader '/lib/xx', which is not below '/nonexistent': "
                                           "give --sysroot DIR");
}

TEST_F(ProcessTest, SaysWhyItCannotStart) {
    const auto process = Process::start({.path = "/nonexistent"});
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().message, "cannot open '/nonexistent': No such file or directory");
}

}  // namespace
}  // namespace vm::user
