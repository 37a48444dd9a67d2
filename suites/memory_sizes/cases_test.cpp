#include "suites/memory_sizes/cases.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "suites/common/table.h"

namespace suites::memory_sizes {
namespace {

const common::Case& find(const common::Suite& suite, const std::string& id) {
    return *std::find_if(suite.cases.begin(), suite.cases.end(),
                         [&](const auto& entry) { return entry.id == id; });
}

TEST(MemorySizes, TheTableIsWellFormed) {
    EXPECT_EQ(common::find_problem(suite()), std::nullopt);
    EXPECT_EQ(suite().cases.size(), 84U);
}

TEST(MemorySizes, EachGuestCaseIsHeldAgainstItsRawControl) {
    const auto made = suite();
    for (const auto& entry : made.cases) {
        if (not entry.id.starts_with("raw_")) {
            ASSERT_FALSE(entry.targets.empty()) << entry.id;
            EXPECT_EQ(entry.targets[0].versus, "raw_" + entry.id);
            EXPECT_EQ(entry.targets[0].ratio, 1.5);
        } else {
            EXPECT_EQ(std::count(entry.tags.begin(), entry.tags.end(), "reference"), 1) << entry.id;
        }
    }
}

TEST(MemorySizes, EightBytesAreHeldAgainstFour) {
    const auto made = suite();
    const auto& targets = find(made, "read/8/aligned/4KiB").targets;
    ASSERT_EQ(targets.size(), 2U);
    EXPECT_EQ(targets[1].versus, "read/4/aligned/4KiB");
    EXPECT_EQ(targets[1].ratio, 1.05);
}

TEST(MemorySizes, EveryCaseTouchesItsFootprint) {
    for (const auto& entry : suite().cases) {
        ASSERT_TRUE(entry.touch) << entry.id;
    }
    find(suite(), "write/1/aligned/1MiB").touch();
}

}  // namespace
}  // namespace suites::memory_sizes
