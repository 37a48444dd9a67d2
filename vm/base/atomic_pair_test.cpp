#include "vm/base/atomic_pair.h"

#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vm {
namespace {

TEST(AtomicPair, KeepsBothWords) {
    EXPECT_EQ(AtomicPair({1, 2}).load(), (AtomicPair::Value{1, 2}));
    EXPECT_EQ(AtomicPair().load(), AtomicPair::Value{});
}

TEST(AtomicPair, IsExchangedForWhatWasExpectedOnly) {
    AtomicPair pair({1, 2});
    for (const AtomicPair::Value wrong : {AtomicPair::Value{1, 3}, AtomicPair::Value{0, 2}}) {
        AtomicPair::Value expected = wrong;
        EXPECT_FALSE(pair.compare_exchange(expected, {7, 8}));
        EXPECT_EQ(expected, (AtomicPair::Value{1, 2}));
    }
    AtomicPair::Value expected{1, 2};
    EXPECT_TRUE(pair.compare_exchange(expected, {~std::uint64_t{0}, 8}));
    EXPECT_EQ(pair.load(), (AtomicPair::Value{~std::uint64_t{0}, 8}));
}

// The second word is always the complement of the first: any mixture of two values would show.
TEST(AtomicPair, ThreadsNeverSeeAMixtureAndLoseNoExchange) {
    constexpr std::uint64_t kEach = 20'000;
    AtomicPair pair({0, ~std::uint64_t{0}});
    std::vector<std::uint64_t> mixtures(4);
    std::vector<std::thread> threads;
    for (std::uint64_t& mixed : mixtures) {
        threads.emplace_back([&] {
            for (std::uint64_t done = 0; done != kEach;) {
                AtomicPair::Value seen = pair.load();
                mixed += seen.second != ~seen.first ? 1 : 0;
                done += pair.compare_exchange(seen, {seen.first + 1, ~(seen.first + 1)}) ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(mixtures, std::vector<std::uint64_t>(4));
    EXPECT_EQ(pair.load().first, 4 * kEach);
}

}  // namespace
}  // namespace vm
