#include "harness/cli/doctor_text.h"

#include <cmath>

#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Glimpse glimpse(const std::string& benchmark, double spread, std::chrono::nanoseconds cost) {
    // A median deviation of `spread` / 1.4826 from 0.
    const double step = spread / 1.4826;
    return {benchmark, {-2 * step, -step, 0, step, 2 * step}, cost, ""};
}

TEST(DoctorText, MorePairsOfLessSpreadShowSmallerChanges) {
    const judge::GateSettings gate;
    const Sight quiet = sight_of(glimpse("a/quiet", 0.005, std::chrono::seconds(1)), gate);
    const Sight loud = sight_of(glimpse("a/loud", 0.03, std::chrono::seconds(1)), gate);
    const Sight slow = sight_of(glimpse("a/slow", 0.005, std::chrono::seconds(5)), gate);
    EXPECT_EQ(quiet.pairs, 60u);
    EXPECT_EQ(slow.pairs, 12u);
    EXPECT_NEAR(quiet.spread, 0.005, 1e-9);
    // The minimum effect and some: the mean of sixty pairs is known to 0.065 %, times 2.6 and 1.3 deviations.
    EXPECT_NEAR(quiet.smallest_change, 0.0126, 0.0006);
    EXPECT_GT(loud.smallest_change, quiet.smallest_change);
    EXPECT_GT(slow.smallest_change, quiet.smallest_change);
}

TEST(DoctorText, TooFewPairsAMinuteShowNothing) {
    const Sight sight = sight_of(glimpse("a/endless", 0.005, std::chrono::seconds(30)), {});
    EXPECT_EQ(sight.pairs, 2u);
    EXPECT_TRUE(std::isinf(sight.smallest_change));
}

TEST(DoctorText, NamesWhatIsNoisyAndWhy) {
    const std::vector<run::Condition> conditions{
        {"governor", "powersave", run::Condition::State::noisy, "set performance"},
        {"load", "0.1", run::Condition::State::ok, ""},
        {"turbo", "not visible", run::Condition::State::unknown, ""}};
    EXPECT_EQ(conditions_text(conditions),
              "governor  powersave    noisy: set performance\n"
              "load      0.1          ok\n"
              "turbo     not visible  unknown\n");
}

TEST(DoctorText, ShowsTheLeastVisibleFirstAndFailuresLast) {
    Glimpse failed;
    failed.benchmark = "a/failed";
    failed.error = "crashed";
    const std::vector<Glimpse> glimpses{failed,
                                        glimpse("a/quiet", 0.002, std::chrono::seconds(1)),
                                        glimpse("a/loud", 0.05, std::chrono::seconds(1)),
                                        {"a/few", {0.1}, std::chrono::seconds(1), ""}};
    const std::string text = glimpses_text(glimpses, {});
    EXPECT_LT(text.find("a/loud"), text.find("a/quiet"));
    EXPECT_LT(text.find("a/quiet"), text.find("a/failed"));
    EXPECT_THAT(text, HasSubstr("failed: crashed"));
    EXPECT_THAT(text, HasSubstr("too few pairs"));
}

TEST(DoctorText, IntroducesTheMachine) {
    model::Machine machine;
    machine.cpu_model = "Fast CPU";
    machine.cores = 2;
    machine.memory_bytes = std::int64_t{8} << 30;
    machine.kernel = "6.1.0";
    machine.virtualised = true;
    const std::string text = fingerprint_text(machine);
    EXPECT_THAT(text, HasSubstr("Fast CPU, 2 CPUs, virtual machine\n"));
    EXPECT_THAT(text, HasSubstr("8.0 GiB on 1 node\n"));
    EXPECT_THAT(text, HasSubstr(model::machine_class(machine)));
}

TEST(DoctorText, TakesBenchmarksFromAllOverTheList) {
    EXPECT_THAT(evenly(10, 3), ElementsAre(0, 3, 6));
    EXPECT_THAT(evenly(2, 5), ElementsAre(0, 1));
    EXPECT_THAT(evenly(0, 5), ElementsAre());
}

}  // namespace
}  // namespace harness::cli
