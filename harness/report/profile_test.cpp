#include "harness/report/profile.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace harness::report {
namespace {

using ::testing::HasSubstr;

ProfileReport example() {
    ProfileReport report;
    report.benchmark = "memory/read";
    report.base = "v1.0";
    report.head = "HEAD";
    report.change = {12'000,
                     12'600.5,
                     {{"mem::walk(int, char|long)", 1'000, 1'500, 500.0 / 12'000},
                      {"mem::load(int)", 9'000, 9'300, 0.025},
                      {"mem::store(int)", 2'000, 1'800, -200.0 / 12'000}},
                     0.5};
    return report;
}

TEST(ProfileReport, InATerminalIsATable) {
    EXPECT_EQ(render("terminal", example()).value(),
              R"(Instructions an iteration of memory/read, v1.0 against HEAD: 3 functions moved

    base      head  change   of all  function
 1,000.0   1,500.0  +500.0  +4.17 %  mem::walk(int, char|long)
 9,000.0   9,300.0  +300.0  +2.50 %  mem::load(int)
 2,000.0   1,800.0  -200.0  -1.67 %  mem::store(int)
                      +0.5  +0.00 %  all others
12,000.0  12,600.5  +600.5  +5.00 %  together
)");
}

TEST(ProfileReport, ShowsTheMostMovedFunctionsOnly) {
    ProfileReport report = example();
    report.limit = 1;
    const std::string text = render("terminal", report).value();
    EXPECT_THAT(text, HasSubstr("3 functions moved, the 1 that moved most are shown"));
    EXPECT_THAT(text, HasSubstr("mem::walk"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("mem::load")));
    EXPECT_THAT(text, HasSubstr("+100.5  +0.84 %  all others"));
}

TEST(ProfileReport, SaysThatNothingMoved) {
    const std::string text = render("terminal", {"memory/read", "v1.0", "HEAD", {10, 10, {}, 0}, 20}).value();
    EXPECT_THAT(text, HasSubstr("no function's own instructions moved"));
    EXPECT_THAT(text, HasSubstr("10.0  10.0    +0.0  +0.00 %  together"));
}

TEST(ProfileReport, MillionsHaveSeparators) {
    const std::string text = render("terminal", {"a/b", "x", "y", {1'234'567.8, 999.9, {}, 0}, 20}).value();
    EXPECT_THAT(text, HasSubstr("1,234,567.8  999.9  -1,233,567.9  -99.92 %  together"));
}

TEST(ProfileReport, InMarkdownNoNameBreaksTheTable) {
    const std::string text = render("markdown", example()).value();
    EXPECT_THAT(text, HasSubstr("### Instructions an iteration of memory/read, v1.0 against HEAD\n"));
    EXPECT_THAT(text, HasSubstr("| base | head | change | of all | function |\n"));
    EXPECT_THAT(text, HasSubstr("| 9,000.0 | 9,300.0 | +300.0 | +2.50 % | mem::load(int) |\n"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("char|long")));
}

TEST(ProfileReport, JsonHasAllFunctions) {
    ProfileReport report = example();
    report.limit = 1;
    const auto parsed = nlohmann::json::parse(render("json", report).value());
    EXPECT_EQ(parsed.at("schema"), "vmbench.profile/1");
    EXPECT_EQ(parsed.at("total").at("head"), 12'600.5);
    ASSERT_EQ(parsed.at("functions").size(), 3U);
    EXPECT_EQ(parsed.at("functions")[2].at("change"), -200);
}

TEST(ProfileReport, AnUnknownFormatIsRefused) {
    EXPECT_EQ(render("png", example()).error().message,
              "no format 'png' here (there are: terminal, markdown, json)");
}

}  // namespace
}  // namespace harness::report
