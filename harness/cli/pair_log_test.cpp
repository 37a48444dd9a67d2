#include "harness/cli/pair_log.h"

#include <gmock/gmock.h>

#include "harness/store/catalog.h"
#include "harness/store/testing.h"

namespace harness::cli {
namespace {

using store::Stage;

class PairLogTest : public store::StoreTest {
  protected:
    void SetUp() override {
        store::StoreTest::SetUp();
        base_.program_hash = "aa";
        head_.program_hash = "bb";
    }

    model::Benchmark benchmark_ = store::example_benchmark();
    run::Job base_;
    run::Job head_;
};

TEST_F(PairLogTest, KeepsPairsInTheOrderMeasured) {
    auto connection = open();
    add_run(connection, 1);
    PairLog log(connection, store::uuid(1), store::system_random());
    const model::Pair pair = store::example_pair(connection, 0).pair;
    check(log.keep(benchmark_, Stage::screening, {base_, {}}, {head_, {}}, pair));
    check(log.keep(benchmark_, Stage::control, {base_, {}}, {base_, {}}, pair));
    const auto kept = store::pairs_of_run(connection, store::uuid(1)).value();
    ASSERT_EQ(kept.size(), 2u);
    EXPECT_EQ(kept[0].stage, Stage::screening);
    EXPECT_EQ(kept[0].pair, pair);
    EXPECT_EQ(kept[0].benchmark, benchmark_.id);
    EXPECT_NE(kept[0].base_build_id, kept[0].head_build_id);
    EXPECT_EQ(kept[1].stage, Stage::control);
    EXPECT_EQ(kept[1].base_build_id, kept[0].base_build_id);
    EXPECT_EQ(kept[1].head_build_id, kept[0].base_build_id);
}

TEST_F(PairLogTest, NamesTheRevisionOfEachBuild) {
    auto connection = open();
    add_run(connection, 1);
    PairLog log(connection, store::uuid(1), store::system_random());
    const model::Pair pair = store::example_pair(connection, 0).pair;
    check(log.keep(benchmark_, Stage::fresh, {base_, {"c0ffee", false}}, {head_, {"decade", true}}, pair));
    const auto kept = store::pairs_of_run(connection, store::uuid(1)).value();
    ASSERT_EQ(kept.size(), 1u);
    const auto hashes = store::program_hashes_of_pairs(connection, store::uuid(1)).value();
    EXPECT_EQ(hashes.at(kept[0].base_build_id), "aa");
    EXPECT_EQ(hashes.at(kept[0].head_build_id), "bb");
    EXPECT_EQ(count(connection, "build WHERE revision = 'c0ffee' AND dirty = 0"), 1);
    EXPECT_EQ(count(connection, "build WHERE revision = 'decade' AND dirty = 1"), 1);
}

TEST_F(PairLogTest, NeedsTheRun) {
    auto connection = open();
    add_run(connection, 1);
    const model::Pair pair = store::example_pair(connection, 0).pair;
    PairLog log(connection, store::uuid(2), store::system_random());
    EXPECT_FALSE(log.keep(benchmark_, Stage::fresh, {base_, {}}, {head_, {}}, pair));
}

}  // namespace
}  // namespace harness::cli
