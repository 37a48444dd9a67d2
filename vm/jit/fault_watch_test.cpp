#include "vm/jit/fault_watch.h"

#include <array>
#include <csignal>
#include <cstring>

#include <gtest/gtest.h>
#include <ucontext.h>

#include "vm/jit/host_registers.h"

namespace vm::jit {
namespace {

constexpr std::uint64_t kCode = 0x10000;
constexpr std::uint64_t kSize = 0x1000;
constexpr std::uint64_t kNext = 0x20000;

// What a signal handler is given, of a thread whose stack begins with a frame.
class FaultWatchTest : public ::testing::Test {
  protected:
    FaultWatchTest() {
        ::getcontext(&context_);
        set(REG_RSP, reinterpret_cast<std::uint64_t>(&frame_));
        set(REG_RBX, 3);
        set(REG_R15, 15);
        const std::uint64_t bits = 0x4000'0000'0000'0001;
        std::memcpy(&context_.uc_mcontext.fpregs->_xmm[5], &bits, sizeof bits);
    }

    void set(int number, std::uint64_t value) {
        context_.uc_mcontext.gregs[number] = static_cast<greg_t>(value);
    }
    std::uint64_t pc() const { return static_cast<std::uint64_t>(context_.uc_mcontext.gregs[REG_RIP]); }
    bool fault_at(std::uint64_t host_pc) {
        set(REG_RIP, host_pc);
        return FaultWatch::answer(&context_, 0x1234);
    }

    static std::uint64_t note(void* owner, NativeFrame& frame, std::uint64_t host_pc, std::uint64_t address) {
        auto& test = *static_cast<FaultWatchTest*>(owner);
        test.noted_ = {host_pc, address};
        EXPECT_EQ(&frame, &test.frame_);
        return kNext;
    }
    static std::uint64_t refuse(void*, NativeFrame&, std::uint64_t, std::uint64_t) { return 0; }
    static const void* code() { return reinterpret_cast<const void*>(kCode); }

    ucontext_t context_{};
    NativeFrame frame_;
    std::array<std::uint64_t, 2> noted_{};
};

TEST_F(FaultWatchTest, AFaultOfCompiledCodeGoesOnWhereItsOwnerSays) {
    const FaultWatch watch(code(), kSize, note, this);
    EXPECT_TRUE(fault_at(kCode + 8));
    EXPECT_EQ(noted_, (std::array<std::uint64_t, 2>{kCode + 8, 0x1234}));
    EXPECT_EQ(pc(), kNext);
}

TEST_F(FaultWatchTest, AHandlerIsReachedWhateverWasBlockedBefore) {
    sigset_t mask{};
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGSEGV);
    ::sigaddset(&mask, SIGBUS);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &mask, nullptr), 0);
    FaultWatch::install_handler();
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &mask), 0);
    EXPECT_EQ(::sigismember(&mask, SIGSEGV), 0);
    EXPECT_EQ(::sigismember(&mask, SIGBUS), 0);
}

TEST_F(FaultWatchTest, TheOwnerFindsTheRegistersInTheFrame) {
    const FaultWatch watch(code(), kSize, note, this);
    EXPECT_TRUE(fault_at(kCode));
    EXPECT_EQ(frame_.saved.general[kRbx], 3u);
    EXPECT_EQ(frame_.saved.general[15], 15u);
    EXPECT_EQ(frame_.saved.vector[5], 0x4000'0000'0000'0001u);
}

TEST_F(FaultWatchTest, FaultsElsewhereAreNotItsBusiness) {
    EXPECT_FALSE(fault_at(kCode));
    const FaultWatch watch(code(), kSize, note, this);
    EXPECT_FALSE(fault_at(kCode - 1));
    EXPECT_FALSE(fault_at(kCode + kSize));
    EXPECT_EQ(pc(), kCode + kSize);
}

TEST_F(FaultWatchTest, WhatTheOwnerDoesNotKnowIsNotAnswered) {
    const FaultWatch watch(code(), kSize, refuse, this);
    EXPECT_FALSE(fault_at(kCode));
    EXPECT_EQ(pc(), kCode);
}

TEST_F(FaultWatchTest, TheOneBeforeWatchesAgainWhenAnotherIsGone) {
    const FaultWatch outer(code(), kSize, note, this);
    { const FaultWatch inner(code(), kSize, refuse, this); }
    EXPECT_TRUE(fault_at(kCode));
    FaultWatch::forget_others();
    EXPECT_FALSE(fault_at(kCode));
}

}  // namespace
}  // namespace vm::jit
