#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;

class Usage : public Bench {
  protected:
    // Exit code 2, nothing on standard output, and exactly one line that says why.
    void refuses(const std::vector<std::string>& arguments, const std::string& why) {
        const Printed printed = vmbench(arguments);
        EXPECT_EQ(printed.code, 2) << arguments[0];
        EXPECT_EQ(printed.out, "");
        EXPECT_THAT(printed.err, HasSubstr(why));
        EXPECT_EQ(std::count(printed.err.begin(), printed.err.end(), '\n'), 1) << printed.err;
    }
};

TEST_F(Usage, HelpAndVersionSucceed) {
    const Printed help = vmbench({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("First steps"));
    EXPECT_THAT(help.out, HasSubstr("save-baseline"));
    EXPECT_EQ(vmbench({"run", "--help"}).code, 0);
    EXPECT_THAT(vmbench({"--version"}).out, testing::StartsWith("vmbench "));
}

TEST_F(Usage, WhatCannotBePrintedIsNoSuccessAndNoCrash) {
    const auto code = [](const std::string& words) {
        return WEXITSTATUS(std::system((std::string(VMBENCH) + words).c_str()));
    };
    EXPECT_EQ(code(" --help > /dev/full 2> /dev/null"), 2);
    EXPECT_EQ(code(" measure 2> /dev/full"), 2);
}

TEST_F(Usage, WithoutACommandItIsTheHelp) {
    const Printed printed = vmbench({});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.out, HasSubstr("First steps"));
}

TEST_F(Usage, UnknownWordsAreRefused) {
    refuses({"measure"}, "measure");
    refuses({"run", "--fast"}, "--fast");
    refuses({"compare"}, "BASELINE");
    refuses({"run", "nosuch"}, "no suite 'nosuch'");
}

TEST_F(Usage, ValuesThatCannotBeAreRefused) {
    refuses({"run", "--filter", "a["}, "'a[' is not a regular expression");
    refuses({"run", "--filter", "nothing"}, "no benchmark matches");
    refuses({"run", "--budget", "soon"}, "'soon' is not a time");
    refuses({"run", "--seed", "-1"}, "--seed");
    refuses({"run", "--cpu", "99999"}, "there is no CPU 99999");
    refuses({"run", "--quick", "--full"}, "exclude each other");
    refuses({"run", "--save-baseline", "two words"}, "cannot name a baseline");
    refuses({"run", "--baseline", "main"}, "no baseline 'main'");
    refuses({"list", "--suite-dir", "/nonexistent"}, "/nonexistent");
    refuses({"rename", "fake/a", "fake/b"}, "no stored run measured 'fake/a'");
    refuses({"rename", "a", "fake/b"}, "'a' is not a benchmark's name: SUITE/CASE is");
    refuses({"rename", "fake/a"}, "NEW");
}

TEST_F(Usage, AnEmptyStoreIsSaidToBeEmpty) {
    EXPECT_EQ(vmbench({"runs"}).code, 0);
    EXPECT_THAT(vmbench({"runs"}).err, HasSubstr("no runs yet"));
    EXPECT_EQ(vmbench({"baselines"}).code, 0);
    EXPECT_THAT(vmbench({"baselines"}).err, HasSubstr("no baselines yet"));
    refuses({"show", "abc"}, "no run 'abc'");
    refuses({"compare", "main"}, "no baseline 'main'");
    refuses({"save-baseline", "main"}, "there is no complete run yet");
    refuses({"export", "main"}, "no baseline 'main'");
    refuses({"report"}, "there is no complete run yet");
    refuses({"baselines", "delete", "main"}, "no baseline 'main'");
}

TEST_F(Usage, BadThresholdsFormatsAndRunsAreRefused) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady");
    refuses({"compare", "main", "--threshold", "lots"}, "lots");
    refuses({"compare", "main", "--format", "pdf"}, "pdf");
    refuses({"compare", "main", "--run", "zzz"}, "no run 'zzz'");
    refuses({"compare", "main", "--output", "/nonexistent/file"}, "cannot write '/nonexistent/file'");
    refuses({"compare", "other"}, "no baseline 'other'");
}

TEST_F(Usage, ADatabaseThatIsNoneIsRefused) {
    std::ofstream(folder_ / "text") << std::string(5000, 'x');
    refuses({"runs", "--db", (folder_ / "text").string()}, "is not a vmbench database");
    refuses({"--db", "/proc/nonexistent/x.db", "runs"}, "cannot create folder");
    refuses({"runs", "--db", folder_.string()}, "cannot open database");
}

TEST_F(Usage, FilesThatAreNoBaselinesAreRefused) {
    std::ofstream(folder_ / "text") << "hello";
    refuses({"import", (folder_ / "text").string()}, "its format is none of");
    refuses({"import", (folder_ / "text").string(), "--format", "baseline"}, "it is not JSON");
    refuses({"import", (folder_ / "missing").string()}, "No such file or directory");
    refuses({"import", folder_.string()}, "cannot read");
}

TEST_F(Usage, ListShowsSuitesAndBenchmarks) {
    EXPECT_EQ(vmbench({"list"}).out, "fake  2 benchmarks  Fake\n");
    EXPECT_EQ(vmbench({"list", "fake"}).out, "fake/steady  quick\nfake/other   quick\n");
    EXPECT_EQ(vmbench({"list", "--filter", "oth"}).out, "fake/other  quick\n");
}

TEST_F(Usage, ABaselineCanBeSeveralRuns) {
    measure("steady");
    measure("steady");
    const std::string first = query("SELECT id FROM run ORDER BY started_ns LIMIT 1");
    const std::string second = query("SELECT id FROM run ORDER BY started_ns DESC LIMIT 1");
    EXPECT_EQ(vmbench({"save-baseline", "both", "--run", first, "--run", second}).out,
              "baseline both is 2 runs\n");
    EXPECT_THAT(vmbench({"save-baseline", "newest"}).out, HasSubstr(second.substr(0, 8)));
    EXPECT_EQ(query("SELECT count(*) FROM baseline_run"), "3");
}

TEST_F(Usage, BaselinesAreShownRenamedAndDeleted) {
    measure("steady", {"--save-baseline", "main"});
    EXPECT_THAT(vmbench({"baselines", "show", "main"}).out, HasSubstr(query("SELECT id FROM run")));
    EXPECT_EQ(vmbench({"baselines", "rename", "main", "v1"}).code, 0);
    EXPECT_THAT(vmbench({"baselines", "list"}).out, testing::StartsWith("v1  "));
    EXPECT_EQ(vmbench({"baselines", "delete", "v1"}).code, 0);
    EXPECT_EQ(vmbench({"baselines"}).out, "");
    EXPECT_EQ(query("SELECT count(*) FROM run"), "1");
}

}  // namespace
}  // namespace harness::tests
