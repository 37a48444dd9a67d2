#include "harness/run/steal.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;

class Steal : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "stealXXXXXX";
        proc_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(proc_); }

    std::optional<std::int64_t> ticks(const std::string& stat, std::optional<int> cpu) {
        std::ofstream(proc_ / "stat") << stat;
        const auto time = steal_time(cpu, proc_);
        if (!time) return std::nullopt;
        return time->count() / (1'000'000'000 / sysconf(_SC_CLK_TCK));
    }

    fs::path proc_;
};

TEST_F(Steal, IsTheEighthFieldOfTheCpusLine) {
    const std::string stat =
        "cpu  1 2 3 4 5 6 7 30 9 0\ncpu0 1 2 3 4 5 6 7 10 0 0\ncpu1 1 2 3 4 5 6 7 20 0 0\nintr 5\n";
    EXPECT_EQ(ticks(stat, std::nullopt), 30);
    EXPECT_EQ(ticks(stat, 0), 10);
    EXPECT_EQ(ticks(stat, 1), 20);
}

TEST_F(Steal, IsUnknownWhereTheKernelDoesNotSay) {
    EXPECT_EQ(ticks("cpu  1 2 3 4\n", std::nullopt), std::nullopt);
    EXPECT_EQ(ticks("cpu0 1 2 3 4 5 6 7 10 0 0\n", 1), std::nullopt);
    EXPECT_EQ(steal_time(0, proc_ / "nothing"), std::nullopt);
}

}  // namespace
}  // namespace harness::run
