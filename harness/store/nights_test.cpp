#include "harness/store/nights.h"

#include <gmock/gmock.h>

#include "harness/store/duels.h"
#include "harness/store/pairs.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using model::RunStatus;

class Nights : public StoreTest {
  protected:
    static Night example(int number) {
        Night night;
        night.id = uuid(500 + number);
        night.started_ns = 1000 * number;
        night.head_revision = "head" + std::to_string(number);
        night.reference_revision = "pinned";
        night.machine_class = "class";
        night.release = "v1";
        night.owner = "boot 1 2";
        return night;
    }

    // Run `number` as that of a night, with one pair.
    void add_night(Connection& connection, int number) {
        add_run(connection, number);
        const auto night = begin_night(connection, example(number)).value();
        check(set_run_of_night(connection, night, uuid(number)));
        check(finish_night(connection, night, RunStatus::complete, 2000, ""));
        StoredPair pair = example_pair(connection, number);
        pair.run_id = uuid(number);
        check(record_pair(connection, pair));
        check(record_terms(connection, uuid(number), "{}"));
    }
};

TEST_F(Nights, AreNumberedAndListedInTime) {
    auto connection = open();
    add_run(connection, 1);
    Night first = example(1);
    Night second = example(2);
    first.number = begin_night(connection, first).value();
    second.number = begin_night(connection, second).value();
    EXPECT_LT(first.number, second.number);
    EXPECT_EQ(list_nights(connection).value(), (std::vector<Night>{first, second}));
}

TEST_F(Nights, FinishWithTheirRunAndWithoutAnOwner) {
    auto connection = open();
    add_run(connection, 1);
    const auto number = begin_night(connection, example(1)).value();
    check(set_run_of_night(connection, number, uuid(1)));
    check(finish_night(connection, number, RunStatus::interrupted, 7000, "stopped"));
    const Night night = list_nights(connection).value().front();
    EXPECT_EQ(night.run_id, uuid(1));
    EXPECT_EQ(night.status, RunStatus::interrupted);
    EXPECT_EQ(night.finished_ns, 7000);
    EXPECT_EQ(night.owner, "");
    EXPECT_EQ(night.note, "stopped");
}

TEST_F(Nights, OfOldKeepNoPairsButThoseOfOtherRunsStay) {
    auto connection = open();
    for (const int number : {1, 2, 3}) add_night(connection, number);
    EXPECT_EQ(drop_old_pairs(connection, 2).value(), 1);
    EXPECT_TRUE(pairs_of_run(connection, uuid(1)).value().empty());
    EXPECT_EQ(pairs_of_run(connection, uuid(2)).value().size(), 1u);
    EXPECT_EQ(pairs_of_run(connection, uuid(3)).value().size(), 1u);
    EXPECT_FALSE(terms_of_run(connection, uuid(1)).value().has_value());
    EXPECT_TRUE(terms_of_run(connection, uuid(2)).value().has_value());
    EXPECT_EQ(drop_old_pairs(connection, 2).value(), 0);
}

}  // namespace
}  // namespace harness::store
