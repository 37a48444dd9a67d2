#include "harness/run/pair.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/run/calibrate.h"
#include "harness/stats/slices.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using model::PairEnding;
using testing::HasSubstr;

// Two programs measured slice by slice: copies of the fake suite, or real ones.
class Pairs : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "pairXXXXXX";
        folder_ = mkdtemp(name.data());
        for (const char* side : {"base", "head"}) {
            fs::create_directories(folder_ / side);
            fs::create_symlink(FAKE_SUITE, folder_ / side / "fake");
        }
        programs_ = {(folder_ / "base/fake").string(), (folder_ / "head/fake").string()};
        settings_.placement = run::choose_cpus(run::allowed_cpus().value());
        settings_.iterations = 10'000;
    }
    void TearDown() override { fs::remove_all(folder_); }

    model::Pair measure(const std::string& case_id) {
        return run::measure_pair(programs_, case_id, settings_, interrupts_);
    }

    double value(const model::Pair& pair) {
        EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
        return stats::pair_value(pair.slices, stats::SliceTime::cpu).value_or(NAN);
    }

    fs::path folder_;
    run::Programs programs_;
    run::PairSettings settings_;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(Pairs, ASlowerProgramIsSeenAsMuchSlowerAsItIs) {
    std::ofstream(programs_.head + ".factor") << 1.2;
    // The fake's processes differ by up to 2 %.
    EXPECT_NEAR(value(measure("steady")), std::log(1.2), 0.025);
}

TEST_F(Pairs, AFakeCaseBehavesAsItIsCalled) {
    EXPECT_THAT(measure("crash").error, HasSubstr("crashed: Segmentation fault"));
    EXPECT_EQ(measure("wrong").error, "sum is 3, not 4");
    EXPECT_THAT(measure("liar_name").error, HasSubstr("answered request 2 when asked for 1"));
    EXPECT_THAT(measure("liar_exit").error, HasSubstr("says it ran 1 iterations"));
    EXPECT_THAT(measure("liar_json").error, HasSubstr("greeting: not valid JSON"));
}

TEST_F(Pairs, ARealProgramIsCalibratedAndMeasured) {
    programs_ = {PLANTED_SUITE, PLANTED_SUITE};
    run::WorkerStart start;
    start.program = programs_.base;
    start.case_id = "right/first";
    const auto calibration = run::calibrate(start, std::chrono::milliseconds(5), interrupts_).value();
    settings_.iterations = calibration.iterations;
    settings_.head_slowdown = 2;
    const double ratio = std::exp(value(measure("right/first")));
    EXPECT_GT(ratio, 1.5);
    EXPECT_LT(ratio, 2.5);
}

TEST_F(Pairs, ARealWrongResultFailsByItsOwnWords) {
    programs_ = {PLANTED_SUITE, PLANTED_SUITE};
    const auto pair = measure("wrong");
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.error, "sum is 55, not 56");
}

TEST_F(Pairs, AnUnknownCaseFails) {
    programs_ = {PLANTED_SUITE, PLANTED_SUITE};
    EXPECT_THAT(measure("nothing").error, HasSubstr("no case 'nothing' for a worker"));
}

}  // namespace
}  // namespace harness::tests
