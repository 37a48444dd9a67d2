#include "suites/common/flags.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace suites::common {
namespace {

Flags read(std::vector<std::string> arguments, const std::map<std::string, std::string>& variables = {}) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    return read_flags(pointers, [&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

TEST(Flags, NothingGivenMeansARunWithoutAFile) {
    const Flags flags = read({});
    EXPECT_FALSE(flags.describe);
    EXPECT_FALSE(flags.list_tests);
    EXPECT_FALSE(flags.writes_file);
    EXPECT_EQ(flags.file_format, "json");
}

TEST(Flags, ABooleanNeedsNoValue) {
    EXPECT_TRUE(read({"--describe"}).describe);
    EXPECT_TRUE(read({"--benchmark_list_tests"}).list_tests);
    EXPECT_TRUE(read({"--benchmark_list_tests=true"}).list_tests);
    EXPECT_FALSE(read({"--benchmark_list_tests=false"}).list_tests);
}

TEST(Flags, TheLastValueCounts) {
    EXPECT_TRUE(read({"--benchmark_list_tests=0", "--benchmark_list_tests=1"}).list_tests);
}

TEST(Flags, OneNameIsNotThePrefixOfAnother) {
    const Flags flags = read({"--benchmark_out_format=csv"});
    EXPECT_FALSE(flags.writes_file);
    EXPECT_EQ(flags.file_format, "csv");
}

TEST(Flags, WorkerModeNamesItsCase) {
    const Flags flags = read({"--worker=read/8/4KiB", "--worker-slowdown=1.03"});
    EXPECT_EQ(flags.worker, "read/8/4KiB");
    EXPECT_EQ(flags.slowdown, "1.03");
    EXPECT_EQ(read({}).worker, std::nullopt);
    EXPECT_EQ(read({}, {{"WORKER", "a"}}).worker, std::nullopt);
}

TEST(Flags, VariablesOfTheEnvironmentStandInForFlags) {
    const Flags flags = read({}, {{"BENCHMARK_OUT", "file.json"}, {"BENCHMARK_LIST_TESTS", "1"}});
    EXPECT_TRUE(flags.writes_file);
    EXPECT_TRUE(flags.list_tests);
}

}  // namespace
}  // namespace suites::common
