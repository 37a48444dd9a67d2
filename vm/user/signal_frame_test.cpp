#include "vm/user/signal_frame.h"

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

constexpr std::uint64_t kHandler = 0x1'2344;
constexpr std::uint64_t kStack = 0x10'8000;  // inside the fixture's data
constexpr std::uint64_t kAlternate = 0x10'a000;

class SignalFrame : public KernelTest {
  protected:
    SignalFrame() {
        for (std::size_t index = 1; index < 32; ++index) {
            hart_.x[index] = index * 0x0101'0101'0101'0101;
            hart_.f[index] = ~hart_.x[index];
        }
        hart_.x[2] = kStack + 8;
        hart_.pc = 0x1'0004;
        hart_.csrs.frm = 3;
        hart_.csrs.fflags = 0x11;

        info_.si_signo = SIGUSR1;
        info_.si_code = SI_USER;
    }

    bool enter() { return enter_handler(memory_, hart_, state_, action_, info_); }

    SignalState state_;
    abi::SignalAction action_ = {kHandler, SA_SIGINFO, signal_bit(SIGUSR2) | signal_bit(SIGKILL)};
    siginfo_t info_{};
};

TEST_F(SignalFrame, TheHandlerStartsAsLinuxStartsIt) {
    ASSERT_TRUE(enter());
    EXPECT_EQ(hart_.pc, kHandler);
    EXPECT_EQ(hart_.x[1], kTrampoline);
    EXPECT_EQ(hart_.x[2], kStack - 1088);
    EXPECT_EQ(hart_.x[2] % 16, 0U);
    EXPECT_EQ(hart_.x[10], static_cast<std::uint64_t>(SIGUSR1));
    EXPECT_EQ(hart_.x[11], hart_.x[2]);
    EXPECT_EQ(hart_.x[12], hart_.x[2] + 128);
    EXPECT_EQ(get<int>(hart_.x[11]), SIGUSR1);
    // uc_sigmask at 40, mcontext at 176: the pc, then x1 to x31, f0 to f31, fcsr.
    EXPECT_EQ(get<std::uint64_t>(hart_.x[12] + 40), 0U);
    EXPECT_EQ(get<std::uint64_t>(hart_.x[12] + 176), 0x1'0004U);
    EXPECT_EQ(get<std::uint64_t>(hart_.x[12] + 176 + 16), kStack + 8);
    EXPECT_EQ(get<std::uint64_t>(hart_.x[12] + 176 + 8 * 31), 31 * 0x0101'0101'0101'0101U);
    EXPECT_EQ(get<std::uint64_t>(hart_.x[12] + 176 + 256 + 8), ~std::uint64_t{0x0101'0101'0101'0101});
    EXPECT_EQ(get<std::uint32_t>(hart_.x[12] + 176 + 512), 0x71U);
}

TEST_F(SignalFrame, TheHandlersMaskIsItsOwnAndTheSignal) {
    ASSERT_TRUE(enter());
    EXPECT_EQ(state_.mask, signal_bit(SIGUSR1) | signal_bit(SIGUSR2));
}

TEST_F(SignalFrame, NoDeferLeavesTheSignalOpen) {
    action_.flags |= SA_NODEFER;
    ASSERT_TRUE(enter());
    EXPECT_EQ(state_.mask, signal_bit(SIGUSR2));
}

TEST_F(SignalFrame, ReturningRestoresEverything) {
    const auto x = hart_.x;
    const auto f = hart_.f;
    state_.mask = signal_bit(SIGINT);
    ASSERT_TRUE(enter());
    const std::uint64_t frame = hart_.x[2];
    hart_.x.fill(1);
    hart_.x[0] = 0;
    hart_.x[2] = frame;
    hart_.f.fill(1);
    hart_.csrs.frm = 0;
    hart_.csrs.fflags = 0;
    ASSERT_TRUE(leave_handler(memory_, hart_, state_));
    EXPECT_TRUE(std::equal(x.begin(), x.begin() + 32, hart_.x.begin()));
    EXPECT_EQ(hart_.f, f);
    EXPECT_EQ(hart_.pc, 0x1'0004U);
    EXPECT_EQ(hart_.csrs.frm, 3);
    EXPECT_EQ(hart_.csrs.fflags, 0x11);
    EXPECT_EQ(state_.mask, signal_bit(SIGINT));
}

TEST_F(SignalFrame, TheAlternateStackIsUsedOnlyWhenAskedFor) {
    state_.alternate = {.base = kAlternate, .flags = 0, .size = 0x2000};
    ASSERT_TRUE(enter());
    EXPECT_LT(hart_.x[2], kStack);
    action_.flags |= SA_ONSTACK;
    ASSERT_TRUE(enter());
    EXPECT_EQ(hart_.x[2], kAlternate + 0x2000 - 1088);
    EXPECT_TRUE(on_alternate_stack(state_, hart_.x[2]));
    // A handler on the stack is interrupted: the next frame goes below, not to the top again.
    ASSERT_TRUE(enter());
    EXPECT_EQ(hart_.x[2], kAlternate + 0x2000 - 2 * 1088);
}

TEST_F(SignalFrame, AnOverflowingAlternateStackIsRefused) {
    action_.flags |= SA_ONSTACK;
    state_.alternate = {.base = kAlternate, .flags = 0, .size = 0x2000};
    hart_.x[2] = kAlternate + 1000;
    EXPECT_FALSE(enter());
}

TEST_F(SignalFrame, AutoDisarmSwitchesTheStackOffInsideTheHandler) {
    action_.flags |= SA_ONSTACK;
    state_.alternate = {.base = kAlternate, .flags = abi::kStackAutoDisarm, .size = 0x2000};
    ASSERT_TRUE(enter());
    EXPECT_EQ(state_.alternate.flags, SS_DISABLE);
    ASSERT_TRUE(leave_handler(memory_, hart_, state_));
    EXPECT_EQ(state_.alternate.base, kAlternate);
    EXPECT_EQ(state_.alternate.flags, abi::kStackAutoDisarm);
}

TEST_F(SignalFrame, WithoutAStackNothingChanges) {
    hart_.x[2] = kUnmapped;
    EXPECT_FALSE(enter());
    EXPECT_EQ(hart_.pc, 0x1'0004U);
    EXPECT_EQ(state_.mask, 0U);
    EXPECT_FALSE(leave_handler(memory_, hart_, state_));
    hart_.x[2] = 16;
    EXPECT_FALSE(enter());
}

TEST_F(SignalFrame, TheTrampolineIsReadOnlyCodeThatCallsSigreturn) {
    ASSERT_TRUE(map_trampoline(memory_));
    EXPECT_EQ(get<std::uint32_t>(kTrampoline), 0x08b0'0893U);
    EXPECT_EQ(get<std::uint32_t>(kTrampoline + 4), 0x73U);
    EXPECT_EQ(memory_.put(kTrampoline, 1), -EFAULT);
}

}  // namespace
}  // namespace vm::user
