#include "harness/run/turn.h"

#include <csignal>
#include <optional>

#include <gtest/gtest.h>
#include <unistd.h>

namespace harness::run {
namespace {

class TurnTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::remove(path_); }
    void TearDown() override { std::filesystem::remove(path_); }

    const std::filesystem::path path_ =
        std::filesystem::path(testing::TempDir()) / ("turn-" + std::to_string(getpid()));
    int waits_ = 0;
    const std::function<void()> count_ = [this] { ++waits_; };
};

TEST_F(TurnTest, IsTakenAtOnceWhenNobodyMeasures) {
    auto interrupts = Interrupts::create();
    EXPECT_TRUE(Turn::take(path_, *interrupts, count_).has_value());
    EXPECT_TRUE(Turn::take(path_, *interrupts, count_).has_value());
    EXPECT_EQ(waits_, 0);
}

TEST_F(TurnTest, IsRefusedWhileAnotherHoldsItWhenNobodyWouldWait) {
    {
        const auto held = Turn::try_take(path_);
        ASSERT_TRUE(held.value().has_value());
        EXPECT_FALSE(Turn::try_take(path_).value().has_value());
    }
    EXPECT_TRUE(Turn::try_take(path_).value().has_value());
    EXPECT_FALSE(Turn::try_take("/no/such/folder/lock").has_value());
}

TEST_F(TurnTest, ComesWhenTheOtherRunEnds) {
    auto interrupts = Interrupts::create();
    std::optional<Turn> other = Turn::take(path_, *interrupts, count_).value();
    const auto turn = Turn::take(path_, *interrupts, [&] {
        ++waits_;
        other.reset();
    });
    EXPECT_TRUE(turn.has_value());
    EXPECT_EQ(waits_, 1);
}

TEST_F(TurnTest, GivesUpWaitingAtASignal) {
    auto interrupts = Interrupts::create();
    const auto other = Turn::take(path_, *interrupts, count_);
    const auto turn = Turn::take(path_, *interrupts, [] { raise(SIGTERM); });
    ASSERT_FALSE(turn.has_value());
    EXPECT_EQ(turn.error().message, "interrupted while waiting for another run to end");
}

TEST_F(TurnTest, CanBeAskedForWithoutTakingIt) {
    auto interrupts = Interrupts::create();
    EXPECT_FALSE(Turn::is_taken(path_));
    {
        const auto turn = Turn::take(path_, *interrupts, count_);
        EXPECT_TRUE(Turn::is_taken(path_));
    }
    EXPECT_FALSE(Turn::is_taken(path_));
}

TEST_F(TurnTest, NeedsAFolderItCanWriteTo) {
    auto interrupts = Interrupts::create();
    const auto turn = Turn::take("/nonexistent/lock", *interrupts, count_);
    ASSERT_FALSE(turn.has_value());
    EXPECT_EQ(turn.error().message, "/nonexistent/lock: No such file or directory");
}

}  // namespace
}  // namespace harness::run
