#include "harness/report/format.h"

#include <set>

#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Formats, HaveDifferentNames) {
    std::set<std::string_view> names;
    for (const Format& format : formats()) EXPECT_TRUE(names.insert(format.name).second) << format.name;
}

TEST(Formats, WriteWhatTheySayAndRefuseTheRest) {
    for (const Format& format : formats()) {
        EXPECT_EQ(render(format.name, testing::comparison(), Colour::never).has_value(),
                  format.comparison != nullptr);
        EXPECT_EQ(render(format.name, testing::record(), Colour::never).has_value(), format.run != nullptr);
    }
}

TEST(Formats, NameTheKnownOnesWhenAskedForAnother) {
    EXPECT_EQ(render("yaml", testing::record(), Colour::never).error().message,
              "unknown format 'yaml' (known: terminal, markdown, json, junit, csv, gbench, github, "
              "github-action-benchmark, github-action-benchmark-bigger)");
    EXPECT_EQ(render("gbench", testing::comparison(), Colour::never).error().message,
              "format 'gbench' shows runs, not comparisons");
}

}  // namespace
}  // namespace harness::report
