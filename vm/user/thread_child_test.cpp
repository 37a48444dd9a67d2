// Children of vfork, which live in the memory of their parents.

#include <cerrno>
#include <csignal>
#include <linux/futex.h>
#include <sys/resource.h>

#include <gtest/gtest.h>
#include <sched.h>

#include "vm/user/initial_stack.h"
#include "vm/user/process.h"
#include "vm/user/test_guest.h"

namespace vm::user {
namespace {

using testing::kA0;
using testing::kA1;
using testing::kA2;
using testing::kA3;
using testing::kS0;
using testing::kT0;
using testing::kT1;
using testing::kT2;
using testing::kZero;
using testing::TestGuest;
using Op = guest::riscv::Opcode;

constexpr std::uint64_t kWord = TestGuest::kData + 64;

// The child goes on behind this, the parent at kOther.
TestGuest& vfork(TestGuest& guest, std::int32_t flags = 0) {
    guest.li(kA0, CLONE_VM | CLONE_VFORK | SIGCHLD | flags).li(kA1, 0).la(kA2, kWord).call(220);
    return guest.branch(Op::bne, kA0, kZero, TestGuest::kOther);
}

Outcome run(const TestGuest& guest) {
    const TestElf file = guest.file();
    return Process::start({.path = file.path(), .arguments = {"p"}}).value()->run({});
}

TEST(ChildOfVfork, GetsNoThreads) {
    TestGuest guest;
    vfork(guest).clone().op(Op::sub, kA0, kZero, kA0).call(94).at(TestGuest::kOther);
    guest.wait_for_child().exit_as_the_child();
    EXPECT_EQ(run(guest).code, EAGAIN);
}

TEST(ChildOfVfork, FindsItsNumberWhereTheParentIsToHaveIt) {
    TestGuest guest;
    vfork(guest, CLONE_PARENT_SETTID).call(172).la(kT0, kWord).op(Op::lw, kT1, kT0, 0, 0);  // getpid
    guest.op(Op::sub, kA0, kA0, kT1).op(Op::sltiu, kA0, kA0, 0, 1).call(94).at(TestGuest::kOther);
    guest.wait_for_child().exit_as_the_child();
    EXPECT_EQ(run(guest).code, 1);
}

TEST(ChildOfVfork, HasLimitsOfItsOwn) {
    TestGuest guest;
    vfork(guest).la(kT0, kWord).li(kT1, 1).op(Op::sd, 0, kT0, kT1, 0).op(Op::sd, 0, kT0, kT1, 8);
    guest.li(kA0, RLIMIT_STACK).la(kA1, kWord).call(164).exit(0);                // setrlimit
    guest.at(TestGuest::kOther).li(kA0, RLIMIT_STACK).la(kA1, kWord).call(163);  // getrlimit
    guest.la(kT0, kWord).op(Op::lbu, kA0, kT0, 0, 2).call(94);
    static_assert(kStackSize == 0x80'0000);
    EXPECT_EQ(run(guest).code, 0x80);
}

// The first thread handles a signal; another one's child takes the handler away, for itself, and sends the
// signal to the first one while it lives. It does not wait for ever for what must not happen: that the signal
// ends the program.
TEST(ChildOfVfork, TakesNoHandlersAwayFromTheProgramsThreads) {
    constexpr std::uint64_t kDefault = TestGuest::kData + 128;  // a struct sigaction of zeros
    TestGuest guest;
    guest.handle(SIGUSR1).call(178).op(Op::addi, kS0, kA0, 0, 0);  // gettid
    guest.clone().branch(Op::beq, kA0, kZero, guest.here() + 8).spin();
    vfork(guest).li(kA0, SIGUSR1).la(kA1, kDefault).li(kA2, 0).li(kA3, 8).call(134);
    guest.op(Op::addi, kA0, kS0, 0, 0).li(kA1, SIGUSR1).call(130);  // tkill
    guest.la(kT0, kWord).li(kT1, 50'000'000);
    const std::uint64_t until_handled = guest.here();
    guest.op(Op::lw, kT2, kT0, 0, 0).branch(Op::bne, kT2, kZero, guest.here() + 12);
    guest.op(Op::addi, kT1, kT1, 0, -1).branch(Op::bne, kT1, kZero, until_handled).exit(0);
    guest.at(TestGuest::kHandler).la(kT0, kWord).li(kT1, 1).op(Op::sw, 0, kT0, kT1, 0).exit(5);
    guest.at(TestGuest::kOther).spin();
    const Outcome outcome = run(guest);
    EXPECT_EQ(outcome.kind, Outcome::Kind::exited);
    EXPECT_EQ(outcome.code, 5);
}

// The child, whose signal another thread sends, lets go of a robust lock: it did not end wherever it was.
TEST(ChildOfVfork, EndsInOrderWhenASignalEndsIt) {
    constexpr std::int32_t kHead = 256, kEntry = kHead + 64, kLock = kEntry + 8;  // behind kData
    TestGuest guest;
    guest.la(kS0, TestGuest::kData).clone().branch(Op::beq, kA0, kZero, TestGuest::kHandler);
    const std::uint64_t until_there = guest.here();
    guest.op(Op::lw, kA0, kS0, 0, 64).branch(Op::beq, kA0, kZero, until_there);  // kWord
    guest.li(kA1, SIGTERM).call(129).spin();                                     // kill
    vfork(guest.at(TestGuest::kHandler)).op(Op::addi, kT0, kS0, 0, kEntry).op(Op::sd, 0, kS0, kT0, kHead);
    guest.op(Op::addi, kA0, kS0, 0, kHead).op(Op::sd, 0, kS0, kA0, kEntry);
    guest.li(kT0, kLock - kEntry).op(Op::sd, 0, kS0, kT0, kHead + 8).li(kA1, 24).call(99);  // set_robust_list
    guest.call(178).op(Op::sw, 0, kS0, kA0, kLock).op(Op::sw, 0, kS0, kA0, 64).wait();      // gettid
    guest.at(TestGuest::kOther).op(Op::lbu, kA0, kS0, 0, kLock + 3).call(94);
    EXPECT_EQ(run(guest).code, FUTEX_OWNER_DIED >> 24);
}

}  // namespace
}  // namespace vm::user
