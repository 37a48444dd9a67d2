#include "harness/duel/rejudge.h"

#include <gmock/gmock.h>

#include "harness/duel/terms.h"
#include "harness/store/duels.h"
#include "harness/store/testing.h"

namespace harness::duel {
namespace {

using store::uuid;
using testing::HasSubstr;

class JudgeAgain : public store::StoreTest {
  protected:
    // Run 1 with one pair and the terms of its only row.
    void add_duel(store::Connection& connection) {
        add_run(connection, 1);
        store::StoredPair pair = store::example_pair(connection, 0);
        pair.stage = store::Stage::screening;
        check(store::record_pair(connection, pair));
        Terms terms;
        terms.base = "main";
        terms.head = "work";
        terms.machine_class = "class";
        terms.rules_hash = "abc";
        terms.notes = {"measured again by: vmbench ab main work"};
        LedgerRow row;
        row.row.benchmark = "memory/read";
        row.row.group = "memory";
        row.row.metric = "time";
        terms.rows = {row};
        check(store::record_terms(connection, uuid(1), to_text(terms)));
    }
};

TEST_F(JudgeAgain, DecidesByTheStoredTermsAndPairs) {
    auto connection = open();
    add_duel(connection);
    const auto comparison = judge_again(connection, uuid(1)).value();
    ASSERT_TRUE(comparison.has_value());
    EXPECT_EQ(comparison->run, uuid(1));
    EXPECT_EQ(comparison->baseline, "main");
    ASSERT_EQ(comparison->verdicts.size(), 1U);
    EXPECT_EQ(comparison->verdicts[0].kind, model::VerdictKind::inconclusive);
    EXPECT_THAT(comparison->verdicts[0].note, HasSubstr("1 of 12 pairs"));
    EXPECT_THAT(comparison->notes, testing::ElementsAre("measured again by: vmbench ab main work"));
}

TEST_F(JudgeAgain, SaysThatARunDidNotComeToItsEnd) {
    auto connection = open();
    add_duel(connection);
    check(store::finish_run(connection, uuid(1), model::RunStatus::interrupted, 1, ""));
    EXPECT_EQ(judge_again(connection, uuid(1)).value()->notes.front(), "the run did not come to its end");
}

TEST_F(JudgeAgain, HasNothingToSayOfARunOfProcesses) {
    auto connection = open();
    add_run(connection, 1);
    EXPECT_FALSE(judge_again(connection, uuid(1)).value().has_value());
}

TEST_F(JudgeAgain, OfAnUnknownRunOrDamagedTermsIsAnError) {
    auto connection = open();
    EXPECT_THAT(judge_again(connection, uuid(1)).error().message, HasSubstr("no run"));
    add_run(connection, 1);
    check(store::record_terms(connection, uuid(1), "{}"));
    EXPECT_THAT(judge_again(connection, uuid(1)).error().message, HasSubstr("run " + uuid(1)));
}

}  // namespace
}  // namespace harness::duel
