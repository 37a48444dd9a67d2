#include "vm/user/budget.h"

#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vm::user {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

TEST(Budget, GivesWhatIsLeftAndTakesBack) {
    Budget budget;
    budget.set(10);
    EXPECT_EQ(budget.take(4), 4U);
    EXPECT_EQ(budget.take(kAll), 6U);
    EXPECT_EQ(budget.take(1), 0U);
    budget.give_back(3);
    EXPECT_EQ(budget.take(5), 3U);
}

TEST(Budget, AnUnlimitedOneComesBackWhole) {
    Budget budget;
    budget.set(kAll);
    EXPECT_EQ(budget.take(kAll), kAll);
    budget.give_back(kAll);
    EXPECT_EQ(budget.take(kAll), kAll);
}

TEST(Budget, ThreadsTogetherTakeNoMoreThanThereIs) {
    Budget budget;
    budget.set(100'000);
    std::atomic<std::uint64_t> used = 0;
    const auto spend = [&] {
        while (const std::uint64_t taken = budget.take(7)) {
            const std::uint64_t kept = taken > 3 ? 3 : taken;
            used += kept;
            budget.give_back(taken - kept);
        }
    };
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) {
        threads.emplace_back(spend);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    spend();
    EXPECT_EQ(used, 100'000U);
}

}  // namespace
}  // namespace vm::user
