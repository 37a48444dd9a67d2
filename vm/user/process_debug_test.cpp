// Processes under a debugger, as far as it is not about single threads.

#include <cerrno>
#include <csignal>
#include <memory>

#include <gtest/gtest.h>

#include "vm/user/test_guest.h"

namespace vm::user {
namespace {

using testing::TestGuest;

class ProcessDebug : public ::testing::Test {
  protected:
    void start(const TestGuest& guest) {
        file_.reset(new TestElf(guest.file()));
        process_ = Process::start({.path = file_->path(), .arguments = {"p"}}).value();
        process_->obey({control_, [](int descriptor) { return descriptor == 1; }, {}});
        control_.resume_all();
    }

    std::unique_ptr<TestElf> file_;
    debug::ThreadControl control_{{[](const debug::Stop&) {}, [] { return false; }}};
    std::unique_ptr<Process> process_;
};

TEST_F(ProcessDebug, ThreadsAreFoundByTheirNumbers) {
    start(TestGuest().exit(4));
    ASSERT_EQ(control_.threads().size(), 1U);
    const auto number = static_cast<int>(raw(control_.threads().front()));
    ASSERT_NE(process_->thread(number), nullptr);
    EXPECT_EQ(process_->thread(number)->number(), number);
    EXPECT_EQ(process_->thread(number + 1), nullptr);
}

TEST_F(ProcessDebug, DescriptorsOfTheDebuggerLookClosed) {
    start(TestGuest().li(testing::kA0, 1).call(23).call(94));  // dup
    EXPECT_EQ(process_->run({}).code, -EBADF & 0xff);
}

TEST_F(ProcessDebug, KilledBeforeItRunsItDoesNotRun) {
    start(TestGuest().exit(4));
    process_->kill();
    const Outcome outcome = process_->run({});
    EXPECT_EQ(outcome.kind, Outcome::Kind::killed);
    EXPECT_EQ(outcome.code, SIGKILL);
    EXPECT_EQ(process_->instructions(), 0U);
}

TEST_F(ProcessDebug, EndOfTheDebuggerIsNotTheEndOfTheProcess) {
    start(TestGuest().li(testing::kA0, 1).call(23).call(94));
    EXPECT_EQ(process_->run({.max_instructions = 1}).kind, Outcome::Kind::instruction_limit);
    control_.set_breakpoints({{debug::BreakpointKind::software, TestGuest::kEntry + 8, 4}});
    process_->disobey();
    const int copy = process_->run({}).code;
    EXPECT_GT(copy, 1);
    EXPECT_LT(copy, 256 - EBADF);
}

TEST_F(ProcessDebug, KnowsWhereItsProgramLiesAndWhatItWasTold) {
    start(TestGuest().exit(4));
    EXPECT_EQ(process_->load_bias(), 0U);
    EXPECT_EQ(process_->executable(), file_->path());
    EXPECT_EQ(process_->auxiliary_vector().size() % 16, 0U);
    EXPECT_EQ(process_->auxiliary_vector().back(), std::byte{0});
}

}  // namespace
}  // namespace vm::user
