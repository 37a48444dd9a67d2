#include "harness/duel/terms.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using model::Fate;
using model::Side;
using store::Stage;
using testing::HasSubstr;
using testing::SizeIs;

LedgerRow row_named(const std::string& benchmark) {
    LedgerRow entry;
    entry.row.benchmark = benchmark;
    entry.row.group = "suite";
    entry.row.metric = "time";
    entry.row.unit = "ns";
    entry.row.wall.emplace();
    return entry;
}

// What has no pairs, and so is told by the terms alone.
LedgerRow exact_row() {
    LedgerRow entry = row_named("suite");
    entry.row.metric = "size";
    entry.row.wall.reset();
    entry.row.primary = false;
    entry.row.owner = "@somebody";
    entry.row.base = 1000;
    entry.row.head = 1100;
    entry.row.exact = 0.0953;
    return entry;
}

Terms example() {
    Terms terms;
    terms.base = "main";
    terms.head = "work";
    terms.base_revision = "0123";
    terms.head_revision = "4567";
    terms.machine_class = "class";
    terms.rules_hash = "abc";
    terms.gate.screening_pairs = 6;
    terms.gate.looks = {{8, 1}, {16, 3}};
    terms.gate.bad_conditions = judge::BadConditions::are_noted;
    terms.rows = {row_named("suite/a"), row_named("suite/b")};
    terms.rows[0].control = true;
    terms.rows[0].row.source = model::SourcePlace{"suites/suite/cases.cpp", 12};
    terms.rows[1].row.state = judge::RowState::missing;
    terms.rows[1].row.accepted = "no longer needed";
    terms.rows[1].row.wall.reset();
    terms.rows[1].time = stats::SliceTime::wall;
    terms.rows[1].row.suspected = true;
    terms.counts = {{"suite/a", 100, 102.5, ""}, {"suite/b", {}, {}, "it waits"}};
    terms.notes = {"measured again by: vmbench ab main work --seed 1"};
    return terms;
}

store::StoredPair pair_of(const std::string& benchmark, Stage stage, std::int64_t head_ns) {
    store::StoredPair stored;
    stored.benchmark = benchmark;
    stored.stage = stage;
    stored.pair.slices = {{Side::base, Fate::kept, 100, 20'000, 20'000, 0, 0, 0},
                          {Side::head, Fate::kept, 100, head_ns, head_ns, 0, 0, 0}};
    return stored;
}

TEST(Terms, AreReadBackAsWritten) { EXPECT_EQ(parse_terms(to_text(example())).value(), example()); }

TEST(Terms, HoldWhatIsExactWithItsOwner) {
    Terms terms = example();
    terms.rows.push_back(exact_row());
    EXPECT_EQ(parse_terms(to_text(terms)).value(), terms);
}

TEST(Terms, OfBeforeThatCouldBeSaidMakeARunVoid) {
    std::string text = to_text(example());
    const std::string member = "\"bad_conditions\":\"note\",";
    text.erase(text.find(member), member.size());
    EXPECT_EQ(parse_terms(text).value().gate.bad_conditions, judge::BadConditions::void_run);
}

TEST(Terms, OfANewerVersionAreRefused) {
    std::string text = to_text(example());
    text.replace(text.find("\"version\":1"), 11, "\"version\":2");
    EXPECT_THAT(parse_terms(text).error().message, HasSubstr("version"));
}

TEST(Terms, WithAWordThatNobodyKnowsAreRefused) {
    std::string text = to_text(example());
    text.replace(text.find("missing"), 7, "missinq");
    EXPECT_THAT(parse_terms(text).error().message, HasSubstr("unknown state 'missinq'"));
}

TEST(Terms, ThatAreNotJsonAreRefused) { EXPECT_FALSE(parse_terms("{").has_value()); }

TEST(Replay, GivesRowsTheValuesOfTheirPairs) {
    const std::vector<store::StoredPair> pairs = {pair_of("suite/a", Stage::screening, 40'000),
                                                  pair_of("suite/a", Stage::control, 20'000),
                                                  pair_of("suite/a", Stage::fresh, 20'000)};
    const Ledger ledger = replay(example(), pairs).value();
    ASSERT_THAT(ledger.rows()[0].value.screening, SizeIs(1));
    EXPECT_NEAR(ledger.rows()[0].value.screening[0], 0.693, 0.001);
    EXPECT_EQ(ledger.rows()[0].value.fresh, std::vector<double>{0});
    EXPECT_EQ(ledger.health().controls[0].values, std::vector<double>{0});
    EXPECT_EQ(ledger.rows()[0].base, 200);
}

TEST(Replay, RefusesPairsOfAnUnknownBenchmark) {
    const std::vector<store::StoredPair> pairs = {pair_of("suite/c", Stage::screening, 40'000)};
    EXPECT_THAT(replay(example(), pairs).error().message, HasSubstr("no benchmark 'suite/c'"));
}

TEST(JudgeDuel, ShowsTheInstructionsThatTheTermsHold) {
    const Terms terms = example();
    const Ledger ledger = replay(terms, {}).value();
    const model::Comparison judged = judge_duel(terms, "run", ledger.rows(), ledger.health());
    const auto found = std::ranges::find(judged.verdicts, "instructions", &model::Verdict::metric);
    ASSERT_NE(found, judged.verdicts.end());
    const model::Verdict& shown = *found;
    EXPECT_EQ(shown.benchmark, "suite/a");
    EXPECT_EQ(shown.metric, "instructions");
    ASSERT_TRUE(shown.effect.has_value());
    EXPECT_DOUBLE_EQ(shown.effect->ratio, 1.025);
}

TEST(JudgeDuel, NamesWhatTheTermsName) {
    const Terms terms = example();
    const Ledger ledger = replay(terms, {}).value();
    const model::Comparison judged = judge_duel(terms, "run", ledger.rows(), ledger.health());
    EXPECT_EQ(judged.method, model::Method::side_by_side);
    EXPECT_EQ(judged.baseline, "main");
    EXPECT_EQ(judged.head_revision, "4567");
    EXPECT_EQ(judged.notes.back(), terms.notes[0]);
}

}  // namespace
}  // namespace harness::duel
