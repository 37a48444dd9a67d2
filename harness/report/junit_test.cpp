#include "harness/report/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Junit, ShowsAComparison) {
    EXPECT_EQ(junit(testing::comparison()), R"out(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vmbench">
  <testsuite name="cpu" tests="2" failures="1" errors="1" skipped="0">
    <testcase classname="cpu" name="fib">
      <failure message="time: +50.0 % (+25.0 % .. +75.0 %), threshold 5.0 %"/>
    </testcase>
    <testcase classname="cpu" name="sort">
      <error message="wrong sum: 3 &lt; 4"/>
    </testcase>
  </testsuite>
  <testsuite name="memory" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="memory" name="read"/>
  </testsuite>
</testsuites>
)out");
}

TEST(Junit, ShowsARun) {
    EXPECT_EQ(*render("junit", testing::record(), Colour::never), R"out(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vmbench">
  <testsuite name="memory" tests="2" failures="0" errors="1" skipped="0">
    <testcase classname="memory" name="raw"/>
    <testcase classname="memory" name="read">
      <error message="wrong sum: 3 &lt; 4"/>
    </testcase>
  </testsuite>
</testsuites>
)out");
}
TEST(XmlEscape, KeepsOnlyWhatXmlCanHold) {
    EXPECT_EQ(xml_escape("<a b=\"c\" & 'd'>\x01\n"), "&lt;a b=&quot;c&quot; &amp; &apos;d&apos;&gt;  ");
}

TEST(Junit, TurnsARefusalIntoAnError) {
    model::Comparison comparison;
    comparison.refusal = "the machines differ";
    EXPECT_THAT(junit(comparison), ::testing::HasSubstr("<error message=\"the machines differ\"/>"));
}

TEST(Junit, SideBySideAVanishedBenchmarkFailsUnlessItWasAccepted) {
    auto comparison = testing::comparison();
    comparison.method = model::Method::side_by_side;
    comparison.verdicts.resize(1);
    comparison.verdicts[0].kind = model::VerdictKind::missing;
    EXPECT_THAT(junit(comparison), ::testing::HasSubstr("failures=\"1\""));
    comparison.verdicts[0].accepted = "no longer needed";
    EXPECT_THAT(junit(comparison), ::testing::HasSubstr("failures=\"0\""));
}

TEST(Junit, ASystemicShiftIsAFailure) {
    auto comparison = testing::comparison();
    comparison.verdicts.clear();
    comparison.systemic = "20 unrelated benchmarks are worse together";
    EXPECT_THAT(junit(comparison), ::testing::HasSubstr("failures=\"1\""));
}

}  // namespace
}  // namespace harness::report
