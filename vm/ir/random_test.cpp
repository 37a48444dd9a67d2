#include "vm/ir/random.h"

#include <set>

#include <gtest/gtest.h>

#include "vm/ir/float_format.h"

namespace vm::ir {
namespace {

TEST(Random, ASeedMakesTheSameNumbers) {
    Random one(7);
    Random other(7);
    Random third(8);
    const std::uint64_t first = one.next();
    EXPECT_EQ(other.next(), first);
    EXPECT_NE(third.next(), first);
    // The first number of splitmix64 for the seed 0.
    EXPECT_EQ(Random(0).next(), 0xe220'a839'7b1d'cdafu);
}

TEST(Random, BelowReachesEveryNumberAndNoMore) {
    Random random(1);
    std::set<std::uint64_t> seen;
    for (unsigned i = 0; i < 200; ++i) seen.insert(random.below(5));
    EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Random, IntegersAreOftenNotable) {
    Random random(1);
    std::set<std::uint64_t> seen;
    for (unsigned i = 0; i < 2000; ++i) seen.insert(random.integer());
    for (const std::uint64_t notable : {0ull, 1ull, 1ull << 63, ~0ull, 0xffff'ffffull}) {
        EXPECT_TRUE(seen.contains(notable)) << notable;
    }
}

TEST(Random, FloatsAreOfEveryKindAndOfTheirWidth) {
    Random random(1);
    const FloatFormat format = float_format(Type::f32);
    bool signalling = false;
    bool quiet = false;
    bool subnormal = false;
    bool infinite = false;
    for (unsigned i = 0; i < 2000; ++i) {
        const std::uint64_t bits = random.floating(Type::f32);
        ASSERT_EQ(bits >> 32, 0u);
        signalling |= format.is_signalling(bits);
        quiet |= format.is_nan(bits) and not format.is_signalling(bits);
        subnormal |= format.magnitude(bits) != 0 and format.magnitude(bits) < format.smallest_normal;
        infinite |= format.magnitude(bits) == format.infinity;
    }
    EXPECT_TRUE(signalling and quiet and subnormal and infinite);
}

}  // namespace
}  // namespace vm::ir
