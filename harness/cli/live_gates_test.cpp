#include "harness/cli/live_gates.h"

#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using testing::ElementsAre;

model::Comparison comparison() {
    model::Comparison comparison;
    comparison.run = "0123456789abcdef";
    model::Verdict quiet;
    quiet.benchmark = "a/quiet";
    quiet.kind = model::VerdictKind::inconclusive;
    model::Verdict slower;
    slower.benchmark = "a/slower";
    slower.kind = model::VerdictKind::regressed;
    slower.effect = model::Effect{1.04, 1.02, 1.06};
    comparison.verdicts = {quiet, slower};
    return comparison;
}

TEST(LiveGates, ARegressionOfEqualSidesIsAnAlarm) {
    report::LiveGates live;
    note_gate(live, comparison());
    EXPECT_EQ(live.alarms, 1u);
    EXPECT_THAT(live.details, ElementsAre("gate 1 (run 01234567) alarmed: a/slower +4.0 %"));
}

TEST(LiveGates, ReferenceRowsDoNotAlarm) {
    report::LiveGates live;
    model::Comparison said = comparison();
    said.verdicts[1].role = model::Role::reference;
    note_gate(live, said);
    EXPECT_EQ(live.gates, 1u);
    EXPECT_EQ(live.alarms, 0u);
}

TEST(LiveGates, AVoidGateSaysNothing) {
    report::LiveGates live;
    model::Comparison said = comparison();
    said.void_reason = "the hypervisor stole 12 % of the time";
    note_gate(live, said);
    EXPECT_EQ(live.voids, 1u);
    EXPECT_EQ(live.alarms, 0u);
    EXPECT_THAT(live.details,
                ElementsAre("gate 1 (run 01234567) was void: the hypervisor stole 12 % of the time"));
}

TEST(LiveGates, AShiftOfAllTogetherIsOneAlarm) {
    report::LiveGates live;
    model::Comparison said = comparison();
    said.systemic = "systemic: 20 benchmarks";
    note_gate(live, said);
    EXPECT_EQ(live.alarms, 1u);
    EXPECT_EQ(live.details.size(), 2u);
}

}  // namespace
}  // namespace harness::cli
