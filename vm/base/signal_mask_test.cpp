#include "vm/base/signal_mask.h"

#include <gtest/gtest.h>

namespace vm {
namespace {

TEST(SignalMask, HoldsBackWhatItSaysAndTellsWhatWasHeldBack) {
    const std::uint64_t before = change_signal_mask(signal_bit(SIGUSR1));
    ::raise(SIGUSR1);  // would end the test
    sigset_t pending{};
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGUSR1), 1);
    ::signal(SIGUSR1, SIG_IGN);  // which takes it away
    EXPECT_EQ(change_signal_mask(before), signal_bit(SIGUSR1));
    ::signal(SIGUSR1, SIG_DFL);
}

// The two that glibc keeps for itself, and the last.
TEST(SignalMask, KnowsAllSignalsOfTheKernel) {
    const std::uint64_t all = signal_bit(32) | signal_bit(33) | signal_bit(64);
    const std::uint64_t before = change_signal_mask(all);
    EXPECT_EQ(change_signal_mask(before), all);
}

}  // namespace
}  // namespace vm
