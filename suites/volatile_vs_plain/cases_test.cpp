#include "suites/volatile_vs_plain/cases.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "suites/common/table.h"

namespace suites::volatile_vs_plain {
namespace {

TEST(VolatileVsPlain, TheTableIsWellFormed) {
    EXPECT_EQ(common::find_problem(suite()), std::nullopt);
    EXPECT_EQ(suite().cases.size(), 33U);
}

TEST(VolatileVsPlain, EachPlainCaseIsHeldAgainstItsVolatileTwin) {
    const auto made = suite();
    const auto found = std::find_if(made.cases.begin(), made.cases.end(),
                                    [](const auto& entry) { return entry.id == "update/plain/u32/1KiB"; });
    ASSERT_NE(found, made.cases.end());
    ASSERT_EQ(found->targets.size(), 1U);
    EXPECT_EQ(found->targets[0].versus, "update/volatile/u32/1KiB");
}

}  // namespace
}  // namespace suites::volatile_vs_plain
