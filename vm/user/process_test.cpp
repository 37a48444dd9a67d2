#include "vm/user/process.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/guest/riscv/trap_cause.h"
#include "vm/user/test_elf.h"

namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;

constexpr std::uint32_t kEcall = 0x73;
constexpr std::uint32_t kExit = 0x05d0'0893;  // li a7, 93
constexpr std::uint32_t kJumpToItself = 0x0000'006f;

class ProcessTest : public testing::Test {
  protected:
    Outcome run(const std::vector<std::uint32_t>& code, const RunOptions& options = {}) {
        const TestElf file(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                           code);
        auto process = Process::start({.path = file.path(), .arguments = {"p"}});
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
    EXPECT_THAT(lines[0], testing::HasSubstr("addi a0,zero,42"));
    EXPECT_EQ(process_->hart().csrs.instret, 3U);
}

TEST_F(ProcessTest, SaysWhyItCannotStart) {
    const auto process = Process::start({.path = "/nonexistent"});
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().message, "cannot open '/nonexistent': No such file or directory");
}

TEST(SignalFor, FaultsSayWhetherAnythingIsMapped) {
    auto memory = *AddressSpace::create();
    ASSERT_TRUE(
        memory.map({.address = 0x10000, .length = 4096, .flags = 0x22, .placement = Placement::fixed}));
    const siginfo_t mapped = signal_for({cause::kStorePage, 0x10008}, 0x400, memory);
    EXPECT_EQ(mapped.si_signo, SIGSEGV);
    EXPECT_EQ(mapped.si_code, SEGV_ACCERR);
    EXPECT_EQ(mapped.si_addr, reinterpret_cast<void*>(0x10008));
    EXPECT_EQ(signal_for({cause::kLoadPage, ~std::uint64_t{0}}, 0x400, memory).si_code, SEGV_MAPERR);
    EXPECT_EQ(signal_for({cause::kLoadAccess, 0}, 0x400, memory).si_code, SEGV_ACCERR);
}

TEST(SignalFor, OtherTrapsPointAtTheInstruction) {
    const auto memory = *AddressSpace::create();
    const siginfo_t breakpoint = signal_for({cause::kBreakpoint, 0}, 0x400, memory);
    EXPECT_EQ(breakpoint.si_signo, SIGTRAP);
    EXPECT_EQ(breakpoint.si_addr, reinterpret_cast<void*>(0x400));
    EXPECT_EQ(signal_for({cause::kIllegalInstruction, 0x73}, 0x400, memory).si_signo, SIGILL);
    EXPECT_EQ(signal_for({cause::kStoreMisaligned, 3}, 0x400, memory).si_signo, SIGBUS);
}

}  // namespace
}  // namespace vm::user
