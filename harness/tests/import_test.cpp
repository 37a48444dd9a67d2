#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;

class Import : public Bench {
  protected:
    std::string write(const std::string& name, const std::string& text) {
        const auto path = folder_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }

    // Exit code 2, one line that says why, and nothing in the store.
    void refuses(const std::vector<std::string>& arguments, const std::string& why) {
        const Printed printed = vmbench(arguments);
        EXPECT_EQ(printed.code, 2);
        EXPECT_THAT(printed.err, HasSubstr(why));
        EXPECT_EQ(std::count(printed.err.begin(), printed.err.end(), '\n'), 1) << printed.err;
        if (std::filesystem::exists(database_)) {
            EXPECT_EQ(query("SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM suite)"), "0");
        }
    }
};

constexpr const char* kGbench = R"({"context": {"date": "2026-02-03T04:04:06+00:00", "num_cpus": 2},
"benchmarks": [
{"name": "BM_a", "run_name": "BM_a", "run_type": "iteration", "iterations": 10, "real_time": 2, "cpu_time": 1.5,
 "time_unit": "us", "hits": 3}]})";
constexpr const char* kHyperfine = R"({"results": [{"command": "sleep 1", "times": [1, 2, 3]}]})";

TEST_F(Import, StoresWhatAnotherToolMeasured) {
    const std::string file = write("speed.json", kGbench);
    const Printed printed = vmbench({"import", file});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_EQ(printed.out,
              fmt::format("{0}: gbench: 1 run added, 0 known already\n{0}: left out, because nothing says "
                          "whether more or less is better: hits (--metric does)\n",
                          file));
    EXPECT_EQ(query("SELECT benchmark || ' ' || metric || ' ' || unit || ' ' || value FROM observation"),
              "speed/BM_a time ns 1500.0");
    EXPECT_EQ(query("SELECT started_ns FROM run"), "1770091446000000000");
    EXPECT_THAT(query("SELECT machine_class FROM machine"), testing::StartsWith("imported-2c-0g-"));
    EXPECT_THAT(vmbench({"show"}).out, HasSubstr("speed/BM_a"));
    EXPECT_THAT(vmbench({"runs"}).out, HasSubstr("2026-02-03 04:04:06"));
    EXPECT_EQ(vmbench({"db", "check"}).code, 0);
}

TEST_F(Import, TheSameFileAgainIsKnownAlready) {
    const std::string file = write("speed.json", kGbench);
    vmbench({"import", file});
    const Printed again = vmbench({"import", file});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("0 runs added, 1 known already"));
    EXPECT_EQ(query("SELECT count(*) FROM run"), "1");
}

TEST_F(Import, TakesSeveralFilesAndNamesTheirRuns) {
    const std::string one = write("speed.json", kGbench);
    const std::string two = write("shell.json", kHyperfine);
    const Printed printed =
        vmbench({"import", one, two, "--name", "others", "--revision", "v1", "--machine", "M"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("baseline others is 2 runs"));
    EXPECT_EQ(query("SELECT count(*) FROM baseline_run"), "2");
    EXPECT_EQ(query("SELECT count(*) FROM build WHERE revision = 'v1'"), "1");
    EXPECT_EQ(query("SELECT count(*) FROM machine WHERE cpu_model = 'M'"), "2");
    EXPECT_EQ(query("SELECT count(*) FROM process WHERE benchmark = 'shell/sleep 1'"), "3");
}

TEST_F(Import, CriterionsFilesOfOneCallAreOneRun) {
    const std::string one =
        write("criterion/parse/a/new/sample.json", R"({"iters": [1, 2], "times": [10, 20]})");
    const std::string two =
        write("criterion/parse/b/new/sample.json", R"({"iters": [1, 2], "times": [30, 60]})");
    const Printed printed = vmbench({"import", one, two});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_EQ(query("SELECT count(*) FROM run"), "1");
    EXPECT_EQ(query("SELECT group_concat(benchmark, ' ') FROM (SELECT * FROM process ORDER BY benchmark)"),
              "parse/a parse/b");
    const std::string estimates =
        write("criterion/parse/a/new/estimates.json", R"({"mean": {"point_estimate": 10}})");
    EXPECT_THAT(vmbench({"import", one, estimates}).err, HasSubstr("'parse/a' is in two of the files"));
}

TEST_F(Import, ASeriesIsARunForEachOfItsTimes) {
    const std::string file = write("nights.csv",
                                   "benchmark,value,time,revision\ncpu/fib,1,2026-02-03T00:00:00Z,a\n"
                                   "cpu/fib,2,2026-02-04T00:00:00Z,b\n");
    const Printed printed = vmbench({"import", file});
    EXPECT_THAT(printed.out, HasSubstr("csv: 2 runs added"));
    EXPECT_EQ(
        query("SELECT group_concat(revision || '=' || value, ' ') FROM (SELECT * FROM observation ORDER BY "
              "run_started_ns)"),
        "a=1.0 b=2.0");
}

TEST_F(Import, TheUserMayForceTheFormatTheSuiteAndAMetric) {
    const std::string file = write("speed.json", kGbench);
    const Printed printed =
        vmbench({"import", file, "--format", "gbench", "--suite", "mine", "--metric", "hits:1:higher"});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_EQ(
        query("SELECT group_concat(benchmark || ' ' || metric || ' ' || direction, '; ') FROM (SELECT * FROM "
              "observation ORDER BY metric)"),
        "mine/BM_a hits higher; mine/BM_a time lower");
}

TEST_F(Import, OneMalformedFileStoresNothing) {
    const std::string good = write("speed.json", kGbench);
    const std::string bad =
        write("bad.json", "{\"results\": [\n{\"command\": \"x\",\n\"times\": [1, \"2\"]}]}");
    refuses({"import", good, bad}, bad + ":3: results[0].times[1] must be a number");
    refuses({"import", write("text", "hello")}, "its format is none of gbench, hyperfine");
    refuses({"import", write("cut.json", "{\"results\": [\n")}, "cut.json:2: not valid JSON");
    refuses({"import", good, "--format", "yaml"}, "unknown format 'yaml' (known: gbench");
    refuses({"import", good, "--format", "hyperfine"}, "speed.json:1: results is missing");
    refuses({"import", good, "--suite", "a/b"}, "--suite: 'a/b' must be made of");
    refuses({"import", good, "--metric", "hits"}, "--metric: 'hits' is not NAME:UNIT:DIRECTION");
    refuses({"import", good, "--name", "two words"}, "cannot name a baseline");
    refuses({"import", (folder_ / "missing").string()}, "No such file or directory");
    refuses({"import", folder_.string()}, "cannot read");
}

TEST_F(Import, ALocalRunIsNotComparedWithAnImportedOne) {
    measure("steady");
    const std::string run = query("SELECT id FROM run");
    vmbench({"import", write("speed.json", kGbench), "--name", "old"});
    EXPECT_EQ(vmbench({"compare", "old", "--run", run}).code, 4);
}

TEST_F(Import, OurOwnGoogleBenchmarkExportComesBackWithItsReplicates) {
    measure("steady,other");
    const std::string before = query(
        "SELECT group_concat(benchmark || ' ' || round(value, 6), '; ') FROM (SELECT * FROM observation "
        "ORDER "
        "BY benchmark, value)");
    const std::string file = (folder_ / "out.json").string();
    EXPECT_EQ(vmbench({"show", "--format", "gbench", "--output", file}).code, 0);
    database_ = folder_ / "elsewhere.db";
    const Printed printed = vmbench({"import", file});
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_EQ(
        query(
            "SELECT group_concat(benchmark || ' ' || round(value, 6), '; ') FROM (SELECT * FROM observation "
            "ORDER BY benchmark, value)"),
        before);
}

TEST_F(Import, StandardInputIsAFileToo) {
    // Nothing is on standard input here, which is no result.
    refuses({"import", "-"}, "-: its format is none of");
}

TEST_F(Import, TheSameRunGivesTheSameBytesInEveryFormat) {
    vmbench({"import", write("shell.json", kHyperfine)});
    for (const char* format : {"terminal", "markdown", "json", "junit", "csv", "gbench", "github",
                               "github-action-benchmark", "github-action-benchmark-bigger", "bmf"}) {
        const Printed once = vmbench({"show", "--format", format});
        EXPECT_EQ(once.code, 0) << format << once.err;
        EXPECT_EQ(vmbench({"show", "--format", format}).out, once.out) << format;
    }
    measure("steady", {"--save-baseline", "main"});
    measure("steady", {}, {"FAKE_FACTOR=2"});
    for (const char* format : {"terminal", "markdown", "json", "junit", "csv", "github", "sarif"}) {
        const Printed once = vmbench({"compare", "main", "--format", format});
        EXPECT_EQ(once.code, 1) << format << once.err;
        EXPECT_EQ(vmbench({"compare", "main", "--format", format}).out, once.out) << format;
    }
    EXPECT_THAT(vmbench({"compare", "main", "--format", "sarif"}).out, HasSubstr("performance-regression"));
}

}  // namespace
}  // namespace harness::tests
