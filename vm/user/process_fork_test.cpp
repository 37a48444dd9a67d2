// Children of fork, of threads other than the first above all.

#include <csignal>
#include <linux/futex.h>
#include <sys/mman.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/user/process.h"
#include "vm/user/test_guest.h"

namespace vm::user {
namespace {

using testing::kA0;
using testing::kA1;
using testing::kA2;
using testing::kA3;
using testing::kA4;
using testing::kA5;
using testing::kS0;
using testing::kS1;
using testing::kT0;
using testing::kT1;
using testing::kZero;
using testing::TestGuest;
using Op = guest::riscv::Opcode;

// The first thread waits for ever; another one, which goes on at kHandler, makes a child, which goes on at
// kOther, and waits for it.
TestGuest& forking_thread(TestGuest& guest) {
    guest.clone().branch(Op::beq, kA0, kZero, TestGuest::kHandler).wait().at(TestGuest::kHandler);
    guest.li(kA0, SIGCHLD).li(kA1, 0).call(220).branch(Op::beq, kA0, kZero, TestGuest::kOther);
    return guest.wait_for_child();
}

// The address sanitizer's allocator is locked in a child if another thread of its parent held it: Clang's
// takes no care of that before version 17, and such a child waits for ever.
class ProcessForkAmongThreads : public ::testing::Test {
  protected:
    void SetUp() override {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
        GTEST_SKIP() << "children of several threads may wait for the sanitizer's allocator for ever";
#endif
#endif
    }
};

int code_of(const Outcome& outcome) { return outcome.kind == Outcome::Kind::exited ? outcome.code : 99; }

int run(const TestGuest& guest) {
    const TestElf file = guest.file();
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}}).value();
    RunOptions options;
    options.ended_elsewhere = [](const Outcome& outcome) { ::_exit(code_of(outcome)); };
    const Outcome outcome = process->run(options);
    if (process->is_child()) {
        ::_exit(code_of(outcome));
    }
    return code_of(outcome);
}

TEST_F(ProcessForkAmongThreads, AChildGoesOnWhenAThreadOfItsOwnEnds) {
    TestGuest guest;
    forking_thread(guest).exit_as_the_child().at(TestGuest::kOther).clone();
    guest.branch(Op::bne, kA0, kZero, guest.here() + 4 * 4).call(93);  // exit, of the new thread
    guest.op(Op::addi, kS0, kA0, 0, 0);
    const std::uint64_t until_it_is_gone = guest.here();
    guest.op(Op::addi, kA0, kS0, 0, 0).li(kA1, 0).call(130);  // tkill
    guest.branch(Op::beq, kA0, kZero, until_it_is_gone).exit(6);
    EXPECT_EQ(run(guest), 6);
}

TEST_F(ProcessForkAmongThreads, AChildWhoseOnlyThreadEndsHasItsExitCode) {
    TestGuest guest;
    forking_thread(guest).exit_as_the_child().at(TestGuest::kOther).li(kA0, 5).call(93);
    EXPECT_EQ(run(guest), 5);
}

TEST_F(ProcessForkAmongThreads, AChildThatEndsWithARobustLockLeavesItToOthers) {
    constexpr std::int32_t kEntry = 64, kLock = 72;  // behind the list's head
    TestGuest guest;
    guest.li(kA0, 0).li(kA1, 4096).li(kA2, PROT_READ | PROT_WRITE).li(kA3, MAP_SHARED | MAP_ANONYMOUS);
    guest.li(kA4, -1).li(kA5, 0).call(222).op(Op::addi, kS1, kA0, 0, 0);
    forking_thread(guest).op(Op::lbu, kA0, kS1, 0, kLock + 3).call(94).at(TestGuest::kOther);
    guest.op(Op::addi, kT0, kS1, 0, kEntry).op(Op::sd, 0, kS1, kT0, 0);
    guest.li(kT1, kLock - kEntry).op(Op::sd, 0, kS1, kT1, 8).op(Op::sd, 0, kS1, kS1, kEntry);
    guest.call(178).op(Op::sw, 0, kS1, kA0, kLock);                   // gettid
    guest.op(Op::addi, kA0, kS1, 0, 0).li(kA1, 24).call(99).exit(6);  // set_robust_list
    EXPECT_EQ(run(guest), FUTEX_OWNER_DIED >> 24);
}

TEST(ProcessFork, AProgramThatIsOverMakesNoChild) {
    const TestElf file = TestGuest().exit(4).file();
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}}).value();
    process->kill();
    const SysValue result = process->thread(::gettid())->kernel().start_process({}, Kernel::Memory::copied);
    if (result == 0) {
        ::_exit(0);
    }
    EXPECT_EQ(result, kRestartAlways);
}

}  // namespace
}  // namespace vm::user
