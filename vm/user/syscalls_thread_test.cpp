#include <array>
#include <cerrno>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <thread>

#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "vm/user/kernel_fixture.h"
#include "vm/user/linux_abi.h"
#include "vm/user/robust_list.h"

namespace vm::user {
namespace {

// What glibc's pthread_create asks for.
constexpr std::uint64_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                       CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                       CLONE_CHILD_CLEARTID;

class SyscallsThread : public KernelTest {
  protected:
    // What the call writes for the user.
    template <class Call>
    std::string said(Call make) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        process_.diagnostics_fd = ends[1];
        make();
        ::close(ends[1]);
        process_.diagnostics_fd = 2;
        std::string text(200, ' ');
        const ssize_t length = ::read(ends[0], text.data(), text.size());
        ::close(ends[0]);
        return text.substr(0, static_cast<std::size_t>(length));
    }
    // Until a thread waits for that word, which holds `value`: it is moved to another word and back.
    void wait_for_waiter(std::uint64_t address, std::uint32_t value) {
        constexpr std::uint64_t kAside = kData + 2048;
        while (call(sys::futex, address, FUTEX_CMP_REQUEUE, 0, 1, kAside, value) != 1) {
            ::sched_yield();
        }
        EXPECT_EQ(call(sys::futex, kAside, FUTEX_CMP_REQUEUE, 0, 1, address, word(kAside)), 1);
    }
    std::uint32_t word(std::uint64_t address) { return get<std::uint32_t>(address); }
};

TEST_F(SyscallsThread, ACloneOfPthreadCreateStartsAThread) {
    NewThread started;
    kernel_.start_thread = [&](const NewThread& wanted) {
        started = wanted;
        return SysValue{77};
    };
    EXPECT_EQ(call(sys::clone, kThreadFlags, 0x1000, 0x2000, 0x3000, 0x4000), 77);
    EXPECT_EQ(started.stack, 0x1000U);
    EXPECT_EQ(started.parent_tid, 0x2000U);
    EXPECT_EQ(started.tls, 0x3000U);
    EXPECT_EQ(started.clear_child_tid, 0x4000U);
    EXPECT_EQ(started.child_tid, 0U);
}

TEST_F(SyscallsThread, WhatACloneDoesNotAskForIsNotDone) {
    NewThread started{.tls = 1};
    kernel_.start_thread = [&](const NewThread& wanted) {
        started = wanted;
        return SysValue{77};
    };
    constexpr std::uint64_t kLeast =
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    EXPECT_EQ(call(sys::clone, kLeast, 0, 0x2000, 0x3000, 0x4000), 77);
    EXPECT_FALSE(started.tls);
    EXPECT_EQ(started.parent_tid, 0U);
    EXPECT_EQ(started.clear_child_tid, 0U);
}

TEST_F(SyscallsThread, ThreadsThatWouldNotShareEverythingAreNotSupported) {
    kernel_.start_thread = [](const NewThread&) { return SysValue{77}; };
    EXPECT_EQ(said([&] { EXPECT_EQ(call(sys::clone, 0x3d'0b00), -ENOSYS); }),
              "vm: a thread by clone with the flags 0x3d0b00 is not supported\n");  // without CLONE_FILES
    EXPECT_EQ(call(sys::clone, kThreadFlags | CLONE_NEWNET), -ENOSYS);
}

TEST_F(SyscallsThread, FlagsThatContradictOneAnotherAreInvalid) {
    kernel_.start_thread = [](const NewThread&) { return SysValue{77}; };
    EXPECT_EQ(call(sys::clone, CLONE_THREAD), -EINVAL);
    EXPECT_EQ(call(sys::clone, CLONE_THREAD | CLONE_SIGHAND), -EINVAL);
    EXPECT_EQ(call(sys::clone, CLONE_SIGHAND | SIGCHLD), -EINVAL);
    EXPECT_EQ(call(sys::clone, kThreadFlags | CLONE_NEWPID), -EINVAL);
}

TEST_F(SyscallsThread, ACloneOfForkStartsAProcessAndOneOfVforkLendsItMemory) {
    std::vector<std::pair<std::uint64_t, Kernel::Memory>> started;
    kernel_.start_process = [&](const NewThread& wanted, Kernel::Memory memory) {
        started.emplace_back(wanted.child_tid, memory);
        return SysValue{77};
    };
    EXPECT_EQ(call(sys::clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, 0, 0x4000), 77);
    EXPECT_EQ(call(sys::clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0x8000), 77);
    EXPECT_THAT(started, ::testing::ElementsAre(std::pair(0x4000U, Kernel::Memory::copied),
                                                std::pair(0U, Kernel::Memory::lent)));
}

TEST_F(SyscallsThread, OtherKindsOfProcessesAreNotSupportedWhichIsSaidOnce) {
    kernel_.start_process = [](const NewThread&, Kernel::Memory) { return SysValue{77}; };
    const auto shared = [&] { EXPECT_EQ(call(sys::clone, CLONE_VM | SIGCHLD), -ENOSYS); };
    EXPECT_EQ(said(shared), "vm: a child that shares memory, but by vfork, is not supported\n");
    EXPECT_EQ(said(shared), "");
    EXPECT_EQ(call(sys::clone, CLONE_FILES | SIGCHLD), -ENOSYS);
    EXPECT_EQ(call(sys::clone, CLONE_NEWPID | SIGCHLD), -ENOSYS);
    EXPECT_EQ(call(sys::clone, SIGUSR1), -ENOSYS);
}

TEST_F(SyscallsThread, Clone3IsAsUnknownAsToAnOldKernel) {
    EXPECT_EQ(said([&] { EXPECT_EQ(call(sys::clone3, kData, 88), -ENOSYS); }), "");
}

TEST_F(SyscallsThread, ExitGroupEndsTheProgramWithEightBits) {
    EXPECT_EQ(call(sys::exit_group, 0x1ff), kNoResult);
    ASSERT_TRUE(kernel_.outcome);
    EXPECT_EQ(kernel_.outcome->kind, Outcome::Kind::exited);
    EXPECT_EQ(kernel_.outcome->code, 255);
    EXPECT_FALSE(kernel_.thread_exit);
}

TEST_F(SyscallsThread, ExitEndsTheThreadAlone) {
    EXPECT_EQ(call(sys::exit, 0x103), kNoResult);
    EXPECT_EQ(kernel_.thread_exit, 3);
    EXPECT_FALSE(kernel_.outcome);
    host_signals_->set_mask(kernel_.signals.mask);
}

TEST_F(SyscallsThread, AnEndingThreadClearsItsWordAndWakesWhoWaits) {
    ASSERT_EQ(memory_.put(kData, std::uint32_t{5}), 0);
    EXPECT_EQ(call(sys::set_tid_address, kData), ::gettid());
    void* const host_word = memory_.ram().host(mem::PhysAddr{kData});
    std::thread joiner([&] { ::syscall(SYS_futex, host_word, FUTEX_WAIT, 5, nullptr, nullptr, 0); });
    wait_for_waiter(kData, 5);
    EXPECT_EQ(call(sys::exit, 0), kNoResult);
    joiner.join();
    EXPECT_EQ(word(kData), 0U);
    host_signals_->set_mask(kernel_.signals.mask);
}

TEST_F(SyscallsThread, AnEndingThreadPassesOverABadWord) {
    call(sys::set_tid_address, kUnmapped);
    EXPECT_EQ(call(sys::exit, 0), kNoResult);
    call(sys::set_tid_address, kData + 2);
    EXPECT_EQ(call(sys::exit, 0), kNoResult);
    host_signals_->set_mask(kernel_.signals.mask);
}

TEST_F(SyscallsThread, AnEndingThreadLetsGoOfItsRobustLocks) {
    ASSERT_EQ(memory_.put(kData, RobustListHead{kData + 64, 8, 0}), 0);
    ASSERT_EQ(memory_.put(kData + 64, kData), 0);
    ASSERT_EQ(memory_.put(kData + 72, static_cast<std::uint32_t>(::gettid())), 0);
    ASSERT_EQ(call(sys::set_robust_list, kData, 24), 0);
    EXPECT_EQ(call(sys::exit, 0), kNoResult);
    EXPECT_EQ(word(kData + 72), std::uint32_t{FUTEX_OWNER_DIED});
    host_signals_->set_mask(kernel_.signals.mask);
}

TEST_F(SyscallsThread, RobustListsAreKept) {
    EXPECT_EQ(call(sys::set_robust_list, 0x1234, 24), 0);
    EXPECT_EQ(call(sys::set_robust_list, kData, 23), -EINVAL);
    EXPECT_EQ(call(sys::get_robust_list, 0, kData, kData + 8), 0);
    EXPECT_EQ(get<std::uint64_t>(kData), 0x1234U);
    EXPECT_EQ(get<std::uint64_t>(kData + 8), 24U);
    EXPECT_EQ(call(sys::get_robust_list, ::gettid(), kUnmapped, kData), -EFAULT);
    EXPECT_EQ(call(sys::get_robust_list, 1, kData, kData + 8), -EPERM);
}

TEST_F(SyscallsThread, FutexesWakeNobodyAndWaitInTime) {
    ASSERT_EQ(memory_.put(kData, std::uint32_t{5}), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAKE_PRIVATE, 1), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_PRIVATE, 4), -EAGAIN);
    ASSERT_EQ(memory_.put(kData + 8, abi::Timespec{0, 1000}), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_PRIVATE, 5, kData + 8), -ETIMEDOUT);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, kData + 8, 0, 1),
              -ETIMEDOUT);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAKE_BITSET, 1, 0, 0, 0), -EINVAL);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_PRIVATE, 5, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::futex, kUnmapped, FUTEX_WAIT, 5), -EFAULT);
    EXPECT_EQ(call(sys::futex, kData + 1, FUTEX_WAIT, 5), -EINVAL);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_LOCK_PI, 0), -ENOSYS);
}

TEST_F(SyscallsThread, WaitersMoveToAnotherFutex) {
    ASSERT_EQ(memory_.put(kData, std::uint32_t{5}), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_REQUEUE_PRIVATE, 0, 1, kData + 64), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_CMP_REQUEUE_PRIVATE, 0, 1, kData + 64, 5), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_CMP_REQUEUE_PRIVATE, 0, 1, kData + 64, 6), -EAGAIN);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_REQUEUE, 0, 1, kUnmapped), -EFAULT);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_REQUEUE, 0, 1, kData + 65), -EINVAL);
}

TEST_F(SyscallsThread, AnInterruptedWaitIsMadeAgainUnlessItIsTimed) {
    host_signals_->forward(SIGUSR1);
    ::raise(SIGUSR1);
    ASSERT_EQ(memory_.put(kData, std::uint32_t{5}), 0);
    ASSERT_EQ(memory_.put(kData + 8, abi::Timespec{100, 0}), 0);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_PRIVATE, 5), kRestart);
    EXPECT_EQ(call(sys::futex, kData, FUTEX_WAIT_PRIVATE, 5, kData + 8), kRestartNever);
    static_cast<void>(host_signals_->take());
    host_signals_->set_mask(host_signals_->inherited_mask());
}

TEST_F(SyscallsThread, BarriersWaitForTheOthersOnceTheyAreRegistered) {
    int asked = 0;
    kernel_.others_let_go = [&] { ++asked; };
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_QUERY, 0),
              MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), -EPERM);
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0), 0);
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0), 0);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 1), -EINVAL);
    EXPECT_EQ(call(sys::membarrier, MEMBARRIER_CMD_GLOBAL, 0), -EINVAL);
}

TEST_F(SyscallsThread, NewCodeIsAnnouncedToTheOthersUnlessItIsForThisThreadOnly) {
    int asked = 0;
    kernel_.others_let_go = [&] { ++asked; };
    EXPECT_EQ(call(sys::riscv_flush_icache, 0, 0, 1), 0);
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(call(sys::riscv_flush_icache, 0, 0, 0), 0);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(call(sys::riscv_flush_icache, 0, 0, 2), -EINVAL);
}

TEST_F(SyscallsThread, NewCodeIsSeenWhereTheProgramSaysThatItIs) {
    mem::GuestRam& ram = memory_.ram();
    const auto flush = [&](std::uint64_t from, std::uint64_t to) {
        ram.mark_code(mem::PhysAddr{kData}, 4);
        const std::uint64_t before = ram.code_generation();
        EXPECT_EQ(call(sys::riscv_flush_icache, from, to, 1), 0);
        return ram.code_generation() - before;
    };
    EXPECT_EQ(flush(kData, kData + 4), 1U);
    EXPECT_EQ(flush(0, ~std::uint64_t{0}), 1U);
    EXPECT_EQ(flush(kData + mem::kPageSize, kData + 2 * mem::kPageSize), 0U);
    EXPECT_EQ(flush(kData, kData), 0U);
    EXPECT_EQ(flush(~std::uint64_t{0}, 0), 0U);
}

TEST_F(SyscallsThread, TheSchedulerIsTheHosts) {
    EXPECT_EQ(call(sys::gettid), ::gettid());
    EXPECT_EQ(call(sys::sched_yield), 0);
    EXPECT_GT(call(sys::sched_getaffinity, 0, 128, kData), 0);
    EXPECT_EQ(call(sys::sched_getaffinity, 0, 128, kUnmapped), -EFAULT);
}

}  // namespace
}  // namespace vm::user
