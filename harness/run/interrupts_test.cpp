#include "harness/run/interrupts.h"

#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

namespace harness::run {
namespace {

TEST(Interrupts, AreNotPendingWithoutASignal) {
    auto signals = std::move(Interrupts::create().value());
    EXPECT_FALSE(signals.pending());
}

TEST(Interrupts, RememberThatOneCame) {
    auto signals = std::move(Interrupts::create().value());
    kill(getpid(), SIGTERM);
    EXPECT_TRUE(signals.pending());
    EXPECT_TRUE(signals.pending());
}

}  // namespace
}  // namespace harness::run
