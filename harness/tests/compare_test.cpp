#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;

class Compare : public Bench {
  protected:
    static std::string content(const std::filesystem::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(Compare, TheSameProgramAgainIsNoRegression) {
    measure("steady,other", {"--save-baseline", "main"});
    measure("steady,other");
    const Printed compared = vmbench({"compare", "main"});
    EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
    EXPECT_EQ(query("SELECT count(*) FROM verdict"), "2");
}

TEST_F(Compare, TwiceAsSlowIsARegression) {
    measure("steady,other", {"--save-baseline", "main"});
    measure("steady,other", {}, {"FAKE_FACTOR=2"});
    const Printed compared = vmbench({"compare", "main"});
    EXPECT_EQ(compared.code, 1) << compared.out << compared.err;
    EXPECT_THAT(compared.out, HasSubstr("regressed"));
    EXPECT_THAT(compared.out, HasSubstr("fake/steady"));
}

TEST_F(Compare, ARunComparesItself) {
    measure("steady", {"--save-baseline", "main"});
    EXPECT_EQ(measure("steady", {"--baseline", "main"}, {"FAKE_FACTOR=2"}).code, 1);
}

TEST_F(Compare, AHigherThresholdForgives) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady", {}, {"FAKE_FACTOR=1.5"});
    EXPECT_EQ(vmbench({"compare", "main"}).code, 1);
    EXPECT_EQ(vmbench({"compare", "main", "--threshold", "90%"}).code, 0);
}

TEST_F(Compare, AFailedBenchmarkIsExitThree) {
    measure("steady,other", {"--save-baseline", "main"});
    // The case is called as one that crashes only in the second run.
    measure("steady,crash");
    EXPECT_EQ(vmbench({"compare", "main"}).code, 3);
}

TEST_F(Compare, InconclusiveFailsOnlyWhenAsked) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady", {}, {"FAKE_FACTOR=1.1"});
    EXPECT_EQ(vmbench({"compare", "main"}).code, 0);
    EXPECT_EQ(vmbench({"compare", "main", "--fail-on-inconclusive"}).code, 6);
}

TEST_F(Compare, AnotherMachineIsRefusedUnlessAllowed) {
    measure("steady", {"--save-baseline", "main"});
    query("UPDATE machine SET cpu_model = 'Other CPU', machine_class = 'other'");
    measure("steady");
    const Printed refused = vmbench({"compare", "main"});
    EXPECT_EQ(refused.code, 4) << refused.out << refused.err;
    const Printed allowed = vmbench({"compare", "main", "--allow-cross-machine"});
    EXPECT_EQ(allowed.code, 0) << allowed.out << allowed.err;
    EXPECT_THAT(allowed.out, HasSubstr("machine"));
}

TEST_F(Compare, WritesAFileInTheFormatAsked) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady");
    const auto file = folder_ / "out.json";
    EXPECT_EQ(vmbench({"compare", "main", "--format", "json", "--output", file.string()}).code, 0);
    EXPECT_THAT(content(file), HasSubstr("\"fake/steady\""));
    EXPECT_THAT(vmbench({"compare", "main", "--format", "markdown"}).out, HasSubstr("| "));
    EXPECT_THAT(vmbench({"compare", "main", "--format", "junit"}).out, HasSubstr("<testsuite"));
    EXPECT_THAT(vmbench({"compare", "main", "--format", "csv"}).out, HasSubstr("fake/steady,time"));
}

TEST_F(Compare, AnnotatesWhereGitHubRunsIt) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady", {}, {"FAKE_FACTOR=2"});
    const auto summary = folder_ / "summary.md";
    const Printed compared =
        vmbench({"compare", "main"}, {"GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + summary.string()});
    EXPECT_THAT(compared.out, HasSubstr("::error"));
    EXPECT_THAT(content(summary), HasSubstr("fake/steady"));
}

TEST_F(Compare, ARunIsNotComparedWithItself) {
    measure("steady", {"--save-baseline", "main"});
    const Printed compared = vmbench({"compare", "main"});
    EXPECT_EQ(compared.code, 2);
    EXPECT_THAT(compared.err, HasSubstr("is part of baseline 'main'"));
}

TEST_F(Compare, ExportedAndImportedABaselineIsTheSame) {
    measure("steady,other", {"--save-baseline", "main"});
    const auto file = folder_ / "main.json";
    EXPECT_EQ(vmbench({"export", "main", "--output", file.string()}).code, 0);
    const std::string exported = content(file);
    database_ = folder_ / "elsewhere.db";
    const Printed imported = vmbench({"import", file.string()});
    EXPECT_EQ(imported.code, 0) << imported.err;
    EXPECT_EQ(imported.out, "baseline main: 1 run added, 0 known already\n");
    EXPECT_EQ(vmbench({"export", "main"}).out, exported);
    measure("steady,other");
    EXPECT_EQ(vmbench({"compare", "main"}).code, 0);
}

TEST_F(Compare, ARenamedBenchmarkKeepsItsHistory) {
    measure("steady", {"--save-baseline", "main"});
    query("UPDATE benchmark SET id = 'fake/before', case_id = 'before'");
    query("UPDATE series SET benchmark = 'fake/before'");
    query("UPDATE process SET benchmark = 'fake/before'");
    measure("steady");
    EXPECT_THAT(vmbench({"compare", "main"}).out, HasSubstr("missing"));
    const Printed renamed = vmbench({"rename", "fake/before", "fake/steady", "--reason", "clearer"});
    EXPECT_EQ(renamed.code, 0) << renamed.err;
    const Printed compared = vmbench({"compare", "main"});
    EXPECT_EQ(compared.code, 0) << compared.out << compared.err;
    EXPECT_THAT(compared.out, testing::Not(HasSubstr("missing")));
    EXPECT_THAT(vmbench({"rename"}).out, HasSubstr("fake/before  fake/steady"));
}

TEST_F(Compare, ShowsARunInEachFormat) {
    measure("steady");
    const std::string id = query("SELECT id FROM run");
    EXPECT_THAT(vmbench({"show", id.substr(0, 6)}).out, HasSubstr("fake/steady"));
    EXPECT_THAT(vmbench({"show", id, "--format", "gbench"}).out, HasSubstr("\"benchmarks\""));
    EXPECT_THAT(vmbench({"show", id, "--format", "csv"}).out, HasSubstr("fake/steady"));
}

}  // namespace
}  // namespace harness::tests
