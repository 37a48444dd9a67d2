#include "harness/store/exchange.h"

#include <gmock/gmock.h>

#include "harness/store/records.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using testing::HasSubstr;

class Exchange : public StoreTest {
  protected:
    std::string exported(Connection& connection) { return write_parcel(pack(connection, "main").value()); }
    Connection filled() {
        auto connection = open("from.db");
        add_run(connection, 1, 1000);
        add_run(connection, 2, 2000);
        check(save_baseline(connection, "main", {uuid(1), uuid(2)}, random_, 5));
        return connection;
    }
};

TEST_F(Exchange, ThereAndBackIsTheSameBytes) {
    auto from = filled();
    const std::string text = exported(from);
    auto to = open("to.db");
    // Rows here come with other ids than in the store the file is from.
    const auto unpacked = unpack(to, read_parcel(text).value(), "main", system_random());
    EXPECT_EQ(unpacked.value().new_runs, 2U);
    EXPECT_EQ(exported(to), text);
}

TEST_F(Exchange, ImportedRunsEqualTheirOriginals) {
    auto from = filled();
    auto to = open("to.db");
    ASSERT_TRUE(unpack(to, pack(from, "main").value(), "main", random_).has_value());
    auto original = load_run(from, uuid(1)).value();
    auto imported = load_run(to, uuid(1)).value();
    EXPECT_EQ(imported.run, original.run);
    EXPECT_EQ(imported.samples, original.samples);
    EXPECT_EQ(imported.benchmarks, original.benchmarks);
}

TEST_F(Exchange, ImportingTwiceChangesNothing) {
    auto connection = filled();
    const auto parcel = pack(connection, "main").value();
    const auto again = unpack(connection, parcel, "main", random_).value();
    EXPECT_EQ(again.new_runs, 0U);
    EXPECT_EQ(again.known_runs, 2U);
    EXPECT_EQ(list_runs(connection).value().size(), 2U);
}

TEST_F(Exchange, ImportsUnderAnotherName) {
    auto connection = filled();
    ASSERT_TRUE(unpack(connection, pack(connection, "main").value(), "copy", random_).has_value());
    EXPECT_EQ(find_baseline(connection, "copy").value().runs.size(), 2U);
}

TEST_F(Exchange, ARunWithOtherContentIsRefusedAndNothingChanges) {
    auto connection = filled();
    auto parcel = pack(connection, "main").value();
    parcel.runs[1].samples[0].value *= 2;
    EXPECT_EQ(unpack(connection, parcel, "copy", random_).error().message,
              fmt::format("run {} is in the store already, with other content", uuid(2)));
    EXPECT_FALSE(find_baseline(connection, "copy").has_value());
}

TEST_F(Exchange, AnUnknownBaselineIsAnError) {
    auto connection = open();
    EXPECT_THAT(pack(connection, "main").error().message, HasSubstr("no baseline 'main'"));
}

TEST_F(Exchange, ABadNameIsAnError) {
    auto connection = filled();
    EXPECT_FALSE(unpack(connection, pack(connection, "main").value(), "two words", random_).has_value());
}

}  // namespace
}  // namespace harness::store
