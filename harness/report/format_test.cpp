#include "harness/report/format.h"

#include <algorithm>
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
              "github-action-benchmark, github-action-benchmark-bigger, bmf, sarif)");
    EXPECT_EQ(render("gbench", testing::comparison(), Colour::never).error().message,
              "format 'gbench' shows runs, not comparisons");
    EXPECT_EQ(render("sarif", testing::record(), Colour::never).error().message,
              "format 'sarif' shows comparisons, not runs");
}

TEST(Formats, GiveTheSameBytesForTheSameData) {
    for (const Format& format : formats()) {
        if (format.comparison != nullptr) {
            EXPECT_EQ(*render(format.name, testing::comparison(), Colour::never),
                      *render(format.name, testing::comparison(), Colour::never))
                << format.name;
        }
        if (format.run == nullptr) continue;
        // The order in which a store gives rows is no part of the data.
        model::RunRecord shuffled = testing::record();
        std::reverse(shuffled.samples.begin(), shuffled.samples.end());
        EXPECT_EQ(*render(format.name, shuffled, Colour::never),
                  *render(format.name, testing::record(), Colour::never))
            << format.name;
    }
}

}  // namespace
}  // namespace harness::report
