#include "harness/run/pair.h"

#include <gmock/gmock.h>

#include "harness/run/fake_worker.h"

namespace harness::run {
namespace {

using model::Fate;
using model::PairEnding;
using model::Side;
using testing::HasSubstr;

class MeasurePairs : public FakeWorkers {
  protected:
    void SetUp() override {
        FakeWorkers::SetUp();
        programs_ = {add_worker("base", 10), add_worker("head", 11)};
        settings_.iterations = 1000;
        settings_.couples = 3;
        settings_.most_couples = 3;
        settings_.time_limit = std::chrono::seconds(10);
    }

    model::Pair measure(const std::string& case_id) {
        return measure_pair(programs_, case_id, settings_, interrupts_);
    }

    Programs programs_;
    PairSettings settings_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(MeasurePairs, BothSidesAnswerInTurnsAbba) {
    const auto pair = measure("good");
    EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
    ASSERT_EQ(pair.slices.size(), 8U);
    std::string sides;
    for (const auto& slice : pair.slices) {
        sides += slice.side == Side::base ? 'A' : 'B';
        EXPECT_EQ(slice.iterations, 1000);
        EXPECT_EQ(slice.cpu_ns, slice.side == Side::base ? 10'000 : 11'000);
        EXPECT_EQ(slice.voluntary_switches, 1);
    }
    EXPECT_TRUE(sides == "ABBAABBA" || sides == "BAABBAAB") << sides;
    EXPECT_EQ(pair.slices[1].fate, Fate::first);
    EXPECT_EQ(pair.slices[2].fate, Fate::kept);
}

TEST_F(MeasurePairs, TheResultSaysHowItWasMeasured) {
    settings_.seed = 5;
    const auto pair = measure("good");
    EXPECT_EQ(pair.method, model::PairMethod::slices);
    EXPECT_EQ(pair.seed, 5U);
    EXPECT_EQ(pair.iterations, 1000);
    EXPECT_EQ(pair.base.program, programs_.base);
    EXPECT_EQ(pair.head.program, programs_.head);
    EXPECT_EQ(pair.base.counters.at("work"), 7);
    EXPECT_GT(pair.head.max_rss_bytes, 0);
    EXPECT_GT(pair.duration_ns, 0);
    EXPECT_EQ(pair.clock_resolution_ns, 1);
}

TEST_F(MeasurePairs, TheSeedDecidesWhoIsFirst) {
    std::string firsts;
    for (settings_.seed = 0; settings_.seed < 8; ++settings_.seed) {
        const auto first = measure("good").slices.front().side;
        EXPECT_EQ(measure("good").slices.front().side, first);
        firsts += first == Side::base ? 'A' : 'B';
    }
    EXPECT_THAT(firsts, HasSubstr("A"));
    EXPECT_THAT(firsts, HasSubstr("B"));
}

TEST_F(MeasurePairs, WithAPlacementTheCanaryRunsBesideEachSlice) {
    settings_.placement = choose_cpus(allowed_cpus().value());
    const auto pair = measure("good");
    EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
    EXPECT_EQ(pair.worker_cpu, settings_.placement->workers);
    EXPECT_GT(pair.canary_level_ns, 0);
    for (const auto& slice : pair.slices) EXPECT_GT(slice.canary_ns, 0);
}

TEST_F(MeasurePairs, SidesThatDoOtherWorkAreNotComparable) {
    const auto pair = measure("harder");
    EXPECT_EQ(pair.ending, PairEnding::not_comparable);
    EXPECT_EQ(pair.error, "an iteration is 7 units of work in base, 8 in head");
}

TEST_F(MeasurePairs, TheSlowdownIsHeads) {
    settings_.head_slowdown = 1.03;
    const auto pair = measure("good");
    EXPECT_EQ(pair.ending, PairEnding::measured) << pair.error;
    EXPECT_EQ(pair.slowdown, 1.03);
}

TEST_F(MeasurePairs, ASideThatDiesIsNamedAndItsSlicesAreKept) {
    const auto pair = measure("third");
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_TRUE(pair.failed_side.has_value());
    EXPECT_THAT(pair.error, HasSubstr("ended with exit code 4 instead of answering"));
    EXPECT_EQ(pair.slices.size(), 4U);
}

TEST_F(MeasurePairs, ASideThatHangsIsHeldToTheLimit) {
    settings_.time_limit = std::chrono::milliseconds(1500);
    const auto pair = measure("hangs");
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_THAT(pair.error, HasSubstr("hung: no answer after 1.5 s"));
}

TEST_F(MeasurePairs, AProgramThatCannotRunFailsItsSide) {
    programs_.head = "/nonexistent/program";
    const auto pair = measure("good");
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.failed_side, Side::head);
    EXPECT_TRUE(pair.slices.empty());
}

TEST_F(MeasurePairs, AnInterruptIsNoSidesFault) {
    const auto pair = measure("interrupts");
    EXPECT_EQ(pair.ending, PairEnding::interrupted);
    EXPECT_EQ(pair.failed_side, std::nullopt);
}

TEST_F(MeasurePairs, AnotherDefinitionIsNotComparable) {
    programs_.head = add_worker("head", 11, 2);
    const auto pair = measure("good");
    EXPECT_EQ(pair.ending, PairEnding::not_comparable);
    EXPECT_EQ(pair.error, "definition 1 in base, 2 in head");
    EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace harness::run
