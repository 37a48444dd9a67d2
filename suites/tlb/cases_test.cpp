#include "suites/tlb/cases.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "suites/common/table.h"

namespace suites::tlb {
namespace {

const common::Case* find(const common::Suite& suite, const std::string& id) {
    const auto found = std::find_if(suite.cases.begin(), suite.cases.end(),
                                    [&](const auto& entry) { return entry.id == id; });
    return found == suite.cases.end() ? nullptr : &*found;
}

void expect_target(const common::Suite& suite, const std::string& id, const std::string& versus,
                   double ratio) {
    const auto* const entry = find(suite, id);
    ASSERT_NE(entry, nullptr) << id;
    ASSERT_EQ(entry->targets.size(), 1U) << id;
    EXPECT_EQ(entry->targets[0].versus, versus);
    EXPECT_EQ(entry->targets[0].ratio, ratio);
}

TEST(TlbSuite, TheTableIsWellFormed) {
    EXPECT_EQ(common::find_problem(suite()), std::nullopt);
    EXPECT_EQ(suite().cases.size(), 66U);
}

TEST(TlbSuite, TheFloorsAreTargets) {
    const auto made = suite();
    expect_target(made, "hit/dependent/32_pages", "raw/dependent/32_pages", 3.5);
    expect_target(made, "walk/sv39/4KiB/dependent", "raw_walk/sv39/4KiB/dependent", 4);
    expect_target(made, "shared/lock_free/1_thread", "shared/private/1_thread", 1.5);
}

TEST(TlbSuite, ReferencesAreWhatRunsNothingOfVm) {
    for (const auto& entry : suite().cases) {
        const bool foreign = entry.id.starts_with("raw") or entry.id.starts_with("shared/mutex");
        EXPECT_EQ(std::count(entry.tags.begin(), entry.tags.end(), "reference"), foreign ? 1 : 0) << entry.id;
    }
}

TEST(TlbSuite, ThreadsAreMeasuredByTheWallClock) {
    for (const auto& entry : suite().cases) {
        EXPECT_EQ(entry.time_source == common::TimeSource::real, entry.id.starts_with("shared/")) << entry.id;
    }
}

}  // namespace
}  // namespace suites::tlb
