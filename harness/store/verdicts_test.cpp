#include "harness/store/verdicts.h"

#include <gtest/gtest.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

class Verdicts : public StoreTest {
  protected:
    static model::Comparison example() {
        model::Verdict verdict;
        verdict.benchmark = "memory/read";
        verdict.metric = "time";
        verdict.unit = "ns";
        verdict.kind = model::VerdictKind::created;
        model::Comparison comparison;
        comparison.baseline = "main";
        comparison.run = uuid(1);
        comparison.judge_version = "1";
        comparison.verdicts = {verdict};
        verdict.metric = "bytes_per_second";
        verdict.effect = model::Effect{1.5, 1.25, 1.75};
        comparison.verdicts.push_back(verdict);
        return comparison;
    }
};

TEST_F(Verdicts, AreKeptWithTheirEffect) {
    auto connection = open();
    add_run(connection, 1);
    check(record_verdicts(connection, example(), 9));
    int rows = 0;
    check(connection.run("SELECT metric, kind, ratio, low, high FROM verdict ORDER BY metric", {},
                         [&](const Row& row) {
                             EXPECT_EQ(row.text(1), "new");
                             if (rows++ == 0) {
                                 EXPECT_EQ(row.real(2), 1.5);
                                 EXPECT_EQ(row.real(3), 1.25);
                                 EXPECT_EQ(row.real(4), 1.75);
                             } else {
                                 EXPECT_TRUE(row.is_null(2));
                             }
                         }));
    EXPECT_EQ(rows, 2);
}

TEST_F(Verdicts, OfTheSameComparisonReplaceTheOldOnes) {
    auto connection = open();
    add_run(connection, 1);
    check(record_verdicts(connection, example(), 9));
    check(record_verdicts(connection, example(), 10));
    check(connection.run("SELECT count(*) FROM verdict", {},
                         [](const Row& row) { EXPECT_EQ(row.integer(0), 2); }));
}

}  // namespace
}  // namespace harness::store
