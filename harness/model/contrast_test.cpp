#include "harness/model/contrast.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

TEST(Contrast, IsTheOneComponentThatDiffers) {
    EXPECT_EQ(contrast("sort/jit", "sort/native"), (Contrast{"sort", "jit", "native"}));
    EXPECT_EQ(contrast("read/4/1MiB", "raw_read/4/1MiB"), (Contrast{"4/1MiB", "read", "raw_read"}));
    EXPECT_EQ(contrast("read/4/1MiB", "read/8/1MiB"), (Contrast{"read/1MiB", "4", "8"}));
}

TEST(Contrast, IsNothingBetweenIdsOfOtherShapes) {
    EXPECT_EQ(contrast("sort/jit", "sort/jit"), std::nullopt);
    EXPECT_EQ(contrast("sort/jit", "hash/native"), std::nullopt);
    EXPECT_EQ(contrast("sort/jit", "sort"), std::nullopt);
    EXPECT_EQ(contrast("sort/jit", "sort/jit/native"), std::nullopt);
    EXPECT_EQ(contrast("jit", "native"), std::nullopt);
    EXPECT_EQ(contrast("", ""), std::nullopt);
}

}  // namespace
}  // namespace harness::model
