#include "suites/common/sizes.h"

#include <gtest/gtest.h>

namespace suites::common {
namespace {

TEST(Sizes, TheLargestUnitThatDividesIsUsed) {
    EXPECT_EQ(size_text(16), "16B");
    EXPECT_EQ(size_text(4096), "4KiB");
    EXPECT_EQ(size_text(64 * kMiB), "64MiB");
}

TEST(Sizes, OddSizesStayInBytes) {
    EXPECT_EQ(size_text(0), "0B");
    EXPECT_EQ(size_text(1025), "1025B");
}

}  // namespace
}  // namespace suites::common
