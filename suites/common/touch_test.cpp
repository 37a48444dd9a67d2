#include "suites/common/touch.h"

#include <vector>

#include <gtest/gtest.h>

namespace suites::common {
namespace {

TEST(Touch, ReadsAnyLengthAndChangesNothing) {
    for (const std::size_t size : {0U, 1U, 64U, 65U, 4096U}) {
        const std::vector<std::byte> bytes(size, std::byte{7});
        touch_lines(bytes);
        EXPECT_EQ(bytes, std::vector<std::byte>(size, std::byte{7}));
    }
}

}  // namespace
}  // namespace suites::common
