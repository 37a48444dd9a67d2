#include "harness/store/change_points.h"

#include <gmock/gmock.h>

#include "harness/store/nights.h"
#include "harness/store/testing.h"
#include "harness/store/trends.h"

namespace harness::store {
namespace {

class ChangePoints : public StoreTest {
  protected:
    KnownChange example(Connection& connection) {
        add_run(connection, 1);
        for (int i = 0; i < 3; ++i) {
            Night night;
            night.id = uuid(500 + i);
            EXPECT_TRUE(begin_night(connection, night).has_value());
        }
        KnownChange change;
        change.trend =
            record_trend(connection, "memory/read", 1, {"time", "ns", model::Direction::lower}, "c", random_)
                .value();
        change.last_night = 1;
        change.first_night = 2;
        change.level_after = 0.05;
        change.commits = 3;
        change.found_ns = 42;
        return change;
    }
};

TEST_F(ChangePoints, AreReadBackAndKeptOnce) {
    auto connection = open();
    KnownChange change = example(connection);
    check(record_change(connection, change, random_));
    check(record_change(connection, change, random_));
    const auto known = list_changes(connection).value();
    ASSERT_EQ(known.size(), 1u);
    EXPECT_TRUE(is_uuid(known[0].id));
    change.id = known[0].id;
    EXPECT_EQ(known[0], change);
}

TEST_F(ChangePoints, TakeWhatTheTestSays) {
    auto connection = open();
    check(record_change(connection, example(connection), random_));
    KnownChange change = list_changes(connection).value()[0];
    change.state = ChangeState::confirmed;
    change.run_id = uuid(1);
    change.low = 0.04;
    change.high = 0.06;
    change.note = "regressed";
    check(update_change(connection, change));
    EXPECT_EQ(list_changes(connection).value()[0], change);
}

}  // namespace
}  // namespace harness::store
