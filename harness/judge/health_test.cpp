#include "harness/judge/health.h"

#include <gtest/gtest.h>

#include "harness/judge/test_pairs.h"

namespace harness::judge {
namespace {

using testing::around;

RunHealth sound() {
    RunHealth health;
    health.controls = {{"cpu/fib", around(0.001, 0.01, 24)}, {"cpu/sort", around(-0.002, 0.03, 24)}};
    health.base = {1000, 30};
    health.head = {1000, 35};
    health.stolen_seconds = 0.1;
    health.watched_seconds = 10;
    health.interruptions = 24;
    health.sliced_seconds = 8;
    health.clock_step_ns = 1;
    health.shortest_slice_ns = 1e7;
    return health;
}

std::string reason(const RunHealth& health) {
    const Complaints found = complaints(health, HealthLimits{}, BadConditions::void_run);
    EXPECT_EQ(found.note, "");
    return found.void_reason;
}

TEST(VoidReason, IsNoneForASoundRun) { EXPECT_EQ(reason(sound()), ""); }

TEST(VoidReason, IsNoneWhereNothingWasMeasured) { EXPECT_EQ(reason(RunHealth{}), ""); }

TEST(VoidReason, IsAControlThatDiffersFromItselfInEitherDirection) {
    RunHealth health = sound();
    health.controls[1].values = around(0.05, 0.01, 24);
    EXPECT_EQ(reason(health), "the base differs from itself by +5.1 % in 'cpu/sort'");
    health.controls[1].values = around(-0.05, 0.01, 24);
    EXPECT_EQ(reason(health), "the base differs from itself by -4.9 % in 'cpu/sort'");
}

TEST(VoidReason, IsNotAControlWithinItsMinimumEffect) {
    RunHealth health = sound();
    health.controls[1].values = around(0.05, 0.01, 24);
    health.controls[1].minimum_effect = 0.06;
    EXPECT_EQ(reason(health), "");
}

TEST(VoidReason, IsRejectionThatDiffersBetweenTheSides) {
    RunHealth health = sound();
    health.head = {1000, 120};
    EXPECT_EQ(reason(health), "3 % of the base's slices were disturbed, but 12 % of the head's");
}

TEST(VoidReason, IsNotRejectionThatDiffersByChanceOrByLittle) {
    RunHealth health = sound();
    health.base = {20, 0};
    health.head = {20, 3};
    EXPECT_EQ(reason(health), "");
    health.base = {100'000, 3000};
    health.head = {100'000, 4000};
    EXPECT_EQ(reason(health), "");
}

TEST(VoidReason, IsAMachineThatWasNotOurs) {
    RunHealth health = sound();
    health.stolen_seconds = 1.2;
    health.interruptions = 612 * 8;
    EXPECT_EQ(reason(health),
              "the hypervisor stole 12 % of the time (limit 10 %); the workers were interrupted 612 times a "
              "second (limit 500)");
}

TEST(VoidReason, IsNotWhatLessThanASecondTells) {
    RunHealth health = sound();
    health.stolen_seconds = 0.5;
    health.watched_seconds = 0.9;
    health.interruptions = 900;
    health.sliced_seconds = 0.9;
    EXPECT_EQ(reason(health), "");
    health.watched_seconds = health.sliced_seconds = 1.1;
    EXPECT_EQ(reason(health),
              "the hypervisor stole 45 % of the time (limit 10 %); the workers were interrupted 818 times a "
              "second (limit 500)");
}

TEST(Complaints, OfConditionsAreNotesWhereThatIsWanted) {
    RunHealth health = sound();
    health.stolen_seconds = 1.2;
    health.head = {1000, 120};
    health.clock_step_ns = 1e6;
    const Complaints found = complaints(health, HealthLimits{}, BadConditions::are_noted);
    EXPECT_EQ(found.void_reason, "");
    EXPECT_EQ(found.note,
              "3 % of the base's slices were disturbed, but 12 % of the head's; the hypervisor stole 12 % of "
              "the time (limit 10 %); the clock's steps of 1000000 ns are too coarse for slices of 10000000 "
              "ns");
}

TEST(Complaints, OfControlsAreNeverNotes) {
    RunHealth health = sound();
    health.controls[1].values = around(0.05, 0.01, 24);
    const Complaints found = complaints(health, HealthLimits{}, BadConditions::are_noted);
    EXPECT_EQ(found, (Complaints{"the base differs from itself by +5.1 % in 'cpu/sort'", ""}));
}

TEST(VoidReason, IsAClockTooCoarseForTheSlices) {
    RunHealth health = sound();
    health.clock_step_ns = 1e6;
    EXPECT_EQ(reason(health), "the clock's steps of 1000000 ns are too coarse for slices of 10000000 ns");
}

TEST(RejectionP, AgreesWithThePublishedExample) {
    // Fisher's tea: three of four against one of four; one tail is 17 / 70.
    EXPECT_NEAR(rejection_p({4, 1}, {4, 3}), 2 * 17.0 / 70, 1e-12);
    EXPECT_NEAR(rejection_p({4, 3}, {4, 1}), 2 * 17.0 / 70, 1e-12);
    EXPECT_NEAR(rejection_p({4, 0}, {4, 4}), 2 * 1.0 / 70, 1e-12);
}

TEST(RejectionP, OfEqualRatesOrNothingIsOne) {
    EXPECT_EQ(rejection_p({50, 5}, {50, 5}), 1);
    EXPECT_EQ(rejection_p({50, 0}, {50, 0}), 1);
    EXPECT_EQ(rejection_p({0, 0}, {50, 5}), 1);
}

}  // namespace
}  // namespace harness::judge
