#include "vm/mem/access_result.h"

#include <gtest/gtest.h>

namespace vm::mem {
namespace {

using Result32 = AccessResult<std::uint32_t>;

TEST(AccessResult, HoldsAValueEvenOfZero) {
    const Result32 result{0, true};
    EXPECT_TRUE(result.has_value());
    EXPECT_TRUE(static_cast<bool>(result));
    EXPECT_EQ(*result, 0U);
    EXPECT_EQ(result.value_or(7), 0U);
}

TEST(AccessResult, IsTheFaultUnlessSaidOtherwise) {
    const Result32 result;
    EXPECT_FALSE(result.has_value());
    EXPECT_FALSE(static_cast<bool>(result));
    EXPECT_EQ(result.error(), AccessFault::out_of_range);
    EXPECT_EQ(result.value_or(7), 7U);
}

TEST(AccessResult, EqualsItsValueAndNoneWhenItIsAFault) {
    EXPECT_EQ((Result32{5, true}), 5U);
    EXPECT_NE((Result32{5, true}), 6U);
    EXPECT_NE(Result32{}, 0U);
}

TEST(AccessResult, WithoutAValueItIsDoneOrAFault) {
    EXPECT_TRUE(AccessResult<void>{true}.has_value());
    EXPECT_FALSE(AccessResult<void>{}.has_value());
    EXPECT_EQ(AccessResult<void>{}.error(), AccessFault::out_of_range);
}

}  // namespace
}  // namespace vm::mem
