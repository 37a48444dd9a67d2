// How signals reach a thread.

#include <cerrno>
#include <csignal>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/guest/riscv/trap_cause.h"
#include "vm/user/test_guest.h"
#include "vm/user/thread.h"

namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;
using testing::kA0;
using testing::kA1;
using testing::kA2;
using testing::kA3;
using testing::kRa;
using testing::kT0;
using testing::kT1;
using testing::kZero;
using testing::TestGuest;
using Op = guest::riscv::Opcode;

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

class ThreadSignals : public ::testing::Test {
  protected:
    AddressSpace memory_ = *AddressSpace::create();
    ProcessState state_{.memory = memory_};
    engine::Handshake handshake_;
    Thread::Program program_{.state = state_, .handshake = handshake_};
    Thread thread_{program_};
};

TEST_F(ThreadSignals, AFaultStaysOneWhileNothingIsMappedThere) {
    ASSERT_TRUE(thread_.attach());
    ASSERT_TRUE(memory_.map({.address = 0x1'0000,
                             .length = 4096,
                             .permissions = mem::page::kRead | mem::page::kWrite,
                             .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                             .placement = Placement::fixed}));
    ASSERT_EQ(memory_.put(0x1'0000, std::uint32_t{0x0000'3503}), 0);  // ld a0, 0(zero)
    ASSERT_EQ(memory_.protect(0x1'0000, 4096, mem::page::kRead | mem::page::kExecute), 0);
    thread_.hart().pc = 0x1'0000;
    state_.several = true;
    program_.budget.set(1000);
    thread_.run({});
    ASSERT_TRUE(thread_.kernel().outcome);  // nothing is mapped at 0, now as before
    EXPECT_EQ(thread_.kernel().outcome->code, SIGSEGV);
}

TEST(InterruptedCall, IsOverWhenTheHandlerReturns) {
    constexpr std::uint64_t kMask = TestGuest::kData;
    constexpr std::uint64_t kNothing = TestGuest::kData + 8;
    TestGuest guest;
    guest.handle(SIGUSR1);
    guest.la(kT0, kMask).li(kT1, 1 << (SIGUSR1 - 1)).op(Op::sd, 0, kT0, kT1, 0);
    guest.li(kA0, SIG_BLOCK).la(kA1, kMask).li(kA2, 0).li(kA3, 8).call(135);  // rt_sigprocmask
    guest.raise(SIGUSR1);
    guest.la(kA0, kNothing).li(kA1, 8).call(133);  // rt_sigsuspend
    guest.op(Op::sub, kA0, kZero, kA0).call(94);
    guest.at(TestGuest::kHandler).op(Op::jalr, kZero, kRa);
    const TestElf file = guest.file();
    const auto process = Process::start({.path = file.path(), .arguments = {"p"}}).value();
    EXPECT_EQ(process->run({}).code, EINTR);
}

}  // namespace
}  // namespace vm::user
