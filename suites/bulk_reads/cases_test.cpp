#include "suites/bulk_reads/cases.h"

#include <gtest/gtest.h>

#include "suites/common/table.h"

namespace suites::bulk_reads {
namespace {

TEST(BulkReads, TheTableIsWellFormed) {
    EXPECT_EQ(common::find_problem(suite()), std::nullopt);
    EXPECT_EQ(suite().cases.size(), 33U);
}

TEST(BulkReads, PagesAndLargerAreHeldAgainstMemcpy) {
    for (const auto& entry : suite().cases) {
        if (entry.id == "read/4KiB") {
            ASSERT_EQ(entry.targets.size(), 1U);
            EXPECT_EQ(entry.targets[0].versus, "memcpy_read/4KiB");
            EXPECT_EQ(entry.targets[0].ratio, 1.15);
        }
        if (entry.id == "read/16B") {
            EXPECT_TRUE(entry.targets.empty());
        }
    }
}

TEST(BulkReads, EveryCopyTouchesItsWindow) {
    for (const auto& entry : suite().cases) {
        EXPECT_EQ(static_cast<bool>(entry.touch), not entry.id.starts_with("error/")) << entry.id;
        if (entry.id == "write/1MiB") {
            entry.touch();
        }
    }
}

}  // namespace
}  // namespace suites::bulk_reads
