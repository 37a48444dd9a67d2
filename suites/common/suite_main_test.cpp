#include "suites/common/suite_main.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace suites::common {
namespace {

using ::testing::HasSubstr;

struct Outcome {
    int exit_code = -1;
    std::string output;
};

// Runs the planted suite program, which lies beside this test, with the given arguments.
Outcome planted(const std::string& arguments) {
    const auto program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "planted" / "planted";
    FILE* pipe = ::popen((program.string() + " " + arguments).c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> buffer;
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) {
        outcome.output.append(buffer.data(), n);
    }
    outcome.exit_code = WEXITSTATUS(::pclose(pipe));
    return outcome;
}

const nlohmann::json& entry(const nlohmann::json& report, const std::string& name) {
    for (const auto& found : report["benchmarks"]) {
        if (found["name"] == name) {
            return found;
        }
    }
    throw std::out_of_range(name);
}

TEST(SuiteMain, AWrongResultFailsByNameAndTheOthersGoOn) {
    const Outcome run = planted("--benchmark_format=json --benchmark_min_time=0.001 2>/dev/null");
    EXPECT_EQ(run.exit_code, 1);
    const auto report = nlohmann::json::parse(run.output);
    EXPECT_EQ(report["benchmarks"].size(), 4U);
    EXPECT_TRUE(entry(report, "wrong")["error_occurred"]);
    EXPECT_EQ(entry(report, "wrong")["error_message"], "sum is 55, not 56");
    EXPECT_FALSE(entry(report, "right/first").contains("error_occurred"));
    EXPECT_GT(entry(report, "right/last")["cpu_time"], 0);
}

TEST(SuiteMain, WithoutTheWrongCaseItSucceeds) {
    EXPECT_EQ(planted("--benchmark_filter=-wrong --benchmark_min_time=0.001 >/dev/null 2>&1").exit_code, 0);
}

TEST(SuiteMain, AFileIsWrittenInTheFormatAsked) {
    const auto path =
        std::filesystem::temp_directory_path() / ("planted." + std::to_string(::getpid()) + ".json");
    const Outcome run =
        planted("--benchmark_min_time=0.001 --benchmark_out=" + path.string() + " >/dev/null 2>&1");
    EXPECT_EQ(run.exit_code, 1);
    const auto report = nlohmann::json::parse(std::ifstream(path));
    std::filesystem::remove(path);
    EXPECT_EQ(report["benchmarks"].size(), 4U);
    EXPECT_EQ(entry(report, "own_time")["real_time"], 1e6);
}

TEST(SuiteMain, TheContextNamesSuiteCompilerAndFlags) {
    const Outcome run =
        planted("--benchmark_format=json --benchmark_filter=own_time --benchmark_min_time=0.001 2>/dev/null");
    EXPECT_EQ(run.exit_code, 0);
    const auto context = nlohmann::json::parse(run.output)["context"];
    EXPECT_EQ(context["suite"], "planted");
    EXPECT_FALSE(context["compiler"].get<std::string>().empty());
    EXPECT_THAT(context["flags"].get<std::string>(), HasSubstr("-O"));
    EXPECT_TRUE(context.contains("revision"));
}

TEST(SuiteMain, TheListIsExactlyTheIds) {
    const Outcome run = planted("--benchmark_list_tests");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.output, "right/first\nwrong\nright/last\nown_time\n");
}

TEST(SuiteMain, AnAnchoredFilterMatchesACaseThatReportsItsOwnTime) {
    EXPECT_EQ(planted("--benchmark_list_tests --benchmark_filter='^own_time$'").output, "own_time\n");
}

TEST(SuiteMain, DescribeIsJsonWithTheSameIds) {
    const Outcome run = planted("--describe");
    EXPECT_EQ(run.exit_code, 0);
    const auto described = nlohmann::json::parse(run.output);
    EXPECT_EQ(described["suite"], "planted");
    EXPECT_EQ(described["cases"].size(), 4U);
    EXPECT_EQ(described["cases"][3]["time_source"], "manual");
}

TEST(SuiteMain, HelpNamesBothKindsOfFlags) {
    const Outcome run = planted("--help");
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.output, HasSubstr("--describe"));
    EXPECT_THAT(run.output, HasSubstr("--benchmark_filter"));
}

TEST(SuiteMain, AWorkerAnswersSlicesOfItsCase) {
    const Outcome run =
        planted("--worker=right/last <<END | tail -n 1\n{\"slice\": 1, \"iterations\": 5000}\nEND\n");
    const auto answer = nlohmann::json::parse(run.output);
    EXPECT_EQ(answer["iterations"], 5000);
    EXPECT_GT(answer["cpu_ns"], 0);
}

TEST(SuiteMain, TheEnvironmentOfTheLibraryDoesNotChangeAWorker) {
    ::setenv("BENCHMARK_REPETITIONS", "3", 1);
    ::setenv("BENCHMARK_LIST_TESTS", "1", 1);
    const Outcome run =
        planted("--worker=right/last <<END | wc -l\n{\"slice\": 1, \"iterations\": 5}\nEND\n");
    ::unsetenv("BENCHMARK_REPETITIONS");
    ::unsetenv("BENCHMARK_LIST_TESTS");
    EXPECT_EQ(run.output, "2\n");
}

TEST(SuiteMain, AWorkerOfAnUnknownCaseOrSlowdownIsExitTwo) {
    EXPECT_EQ(planted("--worker=nothing 2>/dev/null").exit_code, 2);
    EXPECT_EQ(planted("--worker=wrong --worker-slowdown=0.9 2>/dev/null").exit_code, 2);
    EXPECT_EQ(planted("--worker=wrong --worker-slowdown=much 2>/dev/null").exit_code, 2);
}

TEST(SuiteMain, WrongUseIsExitTwo) {
    EXPECT_EQ(planted("--no-such-flag 2>/dev/null").exit_code, 2);
    EXPECT_EQ(planted("--benchmark_filter='(' 2>/dev/null").exit_code, 2);
    EXPECT_EQ(planted("--benchmark_filter=nothing 2>/dev/null").exit_code, 2);
}

}  // namespace
}  // namespace suites::common
