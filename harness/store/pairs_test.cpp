#include "harness/store/pairs.h"

#include <gmock/gmock.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

using model::Side;

class Pairs : public StoreTest {};

TEST_F(Pairs, AreReadBackAsTheyWereMeasured) {
    auto connection = open();
    add_run(connection, 1);
    const StoredPair later = example_pair(connection, 1);
    const StoredPair first = example_pair(connection, 0);
    check(record_pair(connection, later));
    check(record_pair(connection, first));
    EXPECT_EQ(pairs_of_run(connection, uuid(1)).value(), (std::vector<StoredPair>{first, later}));
}

TEST_F(Pairs, KeepWhatFailedAndWhatWasNotKnown) {
    auto connection = open();
    add_run(connection, 1);
    StoredPair failed = example_pair(connection, 0);
    failed.pair.ending = model::PairEnding::failed;
    failed.pair.failed_side = Side::head;
    failed.pair.error = "head: memory: killed by signal 11";
    failed.pair.worker_cpu.reset();
    failed.pair.steal_ns.reset();
    failed.pair.slices.clear();
    check(record_pair(connection, failed));
    EXPECT_EQ(pairs_of_run(connection, uuid(1)).value(), (std::vector<StoredPair>{failed}));
}

TEST_F(Pairs, OfTheLastScreeningAreThoseOfTheNewestRun) {
    auto connection = open();
    add_run(connection, 1);
    StoredPair screened = example_pair(connection, 0);
    screened.stage = Stage::screening;
    check(record_pair(connection, screened));
    check(record_pair(connection, example_pair(connection, 1)));
    EXPECT_EQ(last_screening(connection, "memory/read").value(), (std::vector<StoredPair>{screened}));
    EXPECT_TRUE(last_screening(connection, "memory/write").value().empty());
}

TEST_F(Pairs, OfDamagedBytesAreAnErrorThatNamesThem) {
    auto connection = open();
    add_run(connection, 1);
    check(record_pair(connection, example_pair(connection, 0)));
    check(connection.run("UPDATE pair SET slices = x'01ff'"));
    EXPECT_EQ(pairs_of_run(connection, uuid(1)).error().message, "pair " + uuid(100) + ": damaged slices");
}

TEST_F(Pairs, NeedTheirRun) {
    auto connection = open();
    add_run(connection, 1);
    StoredPair lost = example_pair(connection, 0);
    lost.run_id = uuid(9);
    EXPECT_FALSE(record_pair(connection, lost).has_value());
}

TEST_F(Pairs, TellWhichProgramsTheyMeasured) {
    auto connection = open();
    add_run(connection, 1);
    const StoredPair stored = example_pair(connection, 0);
    check(record_pair(connection, stored));
    const std::map<std::string, std::string> wanted{{stored.base_build_id, "1234"}};
    EXPECT_EQ(program_hashes_of_pairs(connection, uuid(1)).value(), wanted);
    EXPECT_TRUE(program_hashes_of_pairs(connection, uuid(2)).value().empty());
}

TEST_F(Pairs, OfEqualSidesAreAllControlsOrOfARunThatSaysSo) {
    auto connection = open();
    add_run(connection, 1, 2000);
    add_run(connection, 2, 1000);
    add_run(connection, 3);
    int number = 0;
    for (const auto& [run, stage] :
         {std::pair(1, Stage::control), std::pair(1, Stage::control), std::pair(2, Stage::control),
          std::pair(3, Stage::control), std::pair(3, Stage::screening)}) {
        StoredPair stored = example_pair(connection, number++);
        stored.run_id = uuid(run);
        stored.stage = stage;
        check(record_pair(connection, stored));
    }
    EXPECT_EQ(runs_of_equal_sides(connection, "self-test").value(),
              (std::vector<std::string>{uuid(2), uuid(1)}));
    check(finish_run(connection, uuid(3), model::RunStatus::complete, 1, "self-test"));
    EXPECT_EQ(runs_of_equal_sides(connection, "self-test").value().size(), 3U);
}

}  // namespace
}  // namespace harness::store
