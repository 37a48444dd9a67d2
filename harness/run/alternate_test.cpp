#include "harness/run/alternate.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using model::PairEnding;
using model::Side;
using testing::HasSubstr;

class Alternate : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "alternateXXXXXX";
        folder_ = mkdtemp(name.data());
        settings_.case_id = "sort/8";
    }
    void TearDown() override { fs::remove_all(folder_); }

    // A script, and what calls it.
    std::vector<std::string> script(const std::string& name, const std::string& text) {
        const auto path = folder_ / name;
        std::ofstream(path) << "#!/bin/sh\necho " << name << " >> " << (folder_ / "log").string() << "\n"
                            << text << "\n";
        chmod(path.c_str(), 0755);
        return {path.string()};
    }

    // Prints one result of Google Benchmark.
    std::vector<std::string> benchmark(const std::string& name, double cpu_us) {
        return script(name, fmt::format(R"(echo '{{"benchmarks": [{{"name": "sort/8", "iterations": 50,
            "real_time": 9.5, "cpu_time": {}, "time_unit": "us"}}]}}')",
                                        cpu_us));
    }

    model::Pair run(const CommandLines& commands) { return alternate(commands, settings_, interrupts_); }

    std::string log() const {
        std::ifstream file(folder_ / "log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    fs::path folder_;
    AlternateSettings settings_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(Alternate, EachSliceIsAProcessInTurnsAbba) {
    const auto pair = run({benchmark("base", 8), benchmark("head", 8.5)});
    EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
    EXPECT_EQ(pair.method, model::PairMethod::processes);
    EXPECT_TRUE(log() == "base\nhead\nhead\nbase\n" || log() == "head\nbase\nbase\nhead\n") << log();
    ASSERT_EQ(pair.slices.size(), 4U);
    for (const auto& slice : pair.slices) {
        EXPECT_EQ(slice.iterations, 50);
        EXPECT_EQ(slice.cpu_ns, slice.side == Side::base ? 400'000 : 425'000);
        EXPECT_EQ(slice.wall_ns, 475'000);
    }
    EXPECT_GT(pair.base.max_rss_bytes, 0);
}

TEST_F(Alternate, ACommandLineIsTimedAsAWhole) {
    settings_.time = ProcessTime::whole;
    settings_.couples = 1;
    const auto loop = script("loop", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
    const auto pair = run({loop, {"/bin/sh", "-c", "sleep 0.3"}});
    EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
    EXPECT_EQ(pair.head.program, "/bin/sh -c sleep 0.3");
    for (const auto& slice : pair.slices) {
        EXPECT_EQ(slice.iterations, 1);
        EXPECT_GT(slice.cpu_ns, 0);
        if (slice.side == Side::head) {
            EXPECT_GE(slice.wall_ns, 300'000'000);
            EXPECT_LT(slice.cpu_ns, slice.wall_ns);
        }
    }
}

TEST_F(Alternate, ACommandThatFailsFailsItsSide) {
    settings_.time = ProcessTime::whole;
    const auto pair = run({script("base", "true"), script("head", "echo no such input >&2; exit 3")});
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.failed_side, Side::head);
    EXPECT_EQ(pair.error, "exited with 3: no such input");
}

TEST_F(Alternate, ABenchmarkThatPrintsNoResultFailsItsSide) {
    const auto pair = run({script("base", "echo fast"), benchmark("head", 8)});
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.failed_side, Side::base);
    EXPECT_THAT(pair.error, HasSubstr("not JSON"));
}

TEST_F(Alternate, AHangIsKilledAtTheLimit) {
    settings_.time_limit = std::chrono::milliseconds(300);
    const auto pair = run({script("base", "exec sleep 100"), script("head", "exec sleep 100")});
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.error, "hung: not finished after 0.3 s");
}

TEST_F(Alternate, AnInterruptIsNoSidesFault) {
    const auto interrupting = script("both", "kill -INT $PPID; exec sleep 100");
    const auto pair = run({interrupting, interrupting});
    EXPECT_EQ(pair.ending, PairEnding::interrupted);
}

TEST_F(Alternate, TheEnvironmentDiffersInSize) {
    settings_.time = ProcessTime::whole;
    const auto sizes = script("both", "echo ${#VMBENCH_PADDING} >> ${0%/*}/sizes");
    run({sizes, sizes});
    std::ifstream file(folder_ / "sizes");
    int first = 0;
    int second = 0;
    file >> first >> second;
    EXPECT_NE(first, second);
}

}  // namespace
}  // namespace harness::run
