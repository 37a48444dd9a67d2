#include "harness/store/decisions.h"

#include <gtest/gtest.h>

#include "harness/store/pairs.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

class Decisions : public StoreTest {
  protected:
    static Decision decision(int number, std::int64_t created_ns) {
        return {uuid(number), created_ns,      "memory/read", "time",
                uuid(1),      kAcceptDecision, "Ann",         "it checks its input now"};
    }
};

TEST_F(Decisions, AreListedOldestFirst) {
    auto connection = open();
    add_run(connection, 1);
    check(record_decision(connection, decision(11, 9000)));
    check(record_decision(connection, decision(10, 8000)));
    EXPECT_EQ(list_decisions(connection).value(),
              (std::vector<Decision>{decision(10, 8000), decision(11, 9000)}));
}

TEST_F(Decisions, NeedARunThatIsStored) {
    auto connection = open();
    EXPECT_FALSE(record_decision(connection, decision(10, 8000)).has_value());
}

TEST_F(Decisions, AreAboutTheNewestRunThatMeasuredTheBenchmark) {
    auto connection = open();
    EXPECT_EQ(newest_run_with(connection, "memory/read").value(), "");
    add_run(connection, 1, 2000);
    add_run(connection, 2, 3000);
    add_run(connection, 3, 1000);
    EXPECT_EQ(newest_run_with(connection, "memory/read").value(), uuid(2));
    EXPECT_EQ(newest_run_with(connection, "memory/write").value(), "");
    EXPECT_EQ(newest_run_with_suite(connection, "memory").value(), uuid(2));
    EXPECT_EQ(newest_run_with_suite(connection, "cpu").value(), "");
}

TEST_F(Decisions, FindARunThatMeasuredPairs) {
    auto connection = open();
    add_run(connection, 1, 1000);
    check(record_run(connection, example_run(2, 5000), "", random_));
    StoredPair pair;
    pair.id = uuid(20);
    pair.run_id = uuid(2);
    pair.benchmark = "memory/read";
    pair.base_build_id = pair.head_build_id =
        record_build(connection, {"", "abc", false, "GCC 12", "-O3", "1234"}, random_).value();
    check(record_pair(connection, pair));
    EXPECT_EQ(newest_run_with(connection, "memory/read").value(), uuid(2));
    EXPECT_EQ(newest_run_with_suite(connection, "memory").value(), uuid(2));
}

}  // namespace
}  // namespace harness::store
