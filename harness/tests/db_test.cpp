#include <fstream>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;

class Db : public Bench {};

TEST_F(Db, MergeAddsTheRunsOfAnotherStore) {
    measure("steady", {"--save-baseline", "main"});
    const auto ours = database_;
    database_ = folder_ / "other.db";
    measure("other");
    const std::string theirs = query("SELECT id FROM run");
    database_ = ours;
    const Printed merged = vmbench({"db", "merge", (folder_ / "other.db").string()});
    EXPECT_EQ(merged.code, 0) << merged.err;
    EXPECT_EQ(merged.out, "1 run added, 0 known already, 0 baselines added\n");
    EXPECT_EQ(query("SELECT count(*) FROM run WHERE id = '" + theirs + "'"), "1");
    EXPECT_EQ(vmbench({"db", "merge", (folder_ / "other.db").string()}).out,
              "0 runs added, 1 known already, 0 baselines added\n");
    EXPECT_EQ(vmbench({"db", "check"}).code, 0);
}

TEST_F(Db, GcPacksAndKeepsTheRuns) {
    measure("steady", {"--save-baseline", "main"});
    measure("steady");
    vmbench({"compare", "main"});
    const std::string samples = query("SELECT count(*) FROM sample");
    const Printed collected = vmbench({"db", "gc"});
    EXPECT_EQ(collected.code, 0) << collected.err;
    EXPECT_THAT(collected.out, testing::StartsWith("removed 1 derived and 0 orphaned rows; "));
    EXPECT_EQ(query("SELECT count(*) FROM sample"), samples);
    EXPECT_EQ(query("SELECT count(*) FROM verdict"), "0");
    EXPECT_EQ(vmbench({"compare", "main"}).code, 0);
}

TEST_F(Db, CheckNamesWhatIsWrong) {
    measure("steady");
    EXPECT_THAT(vmbench({"db", "check"}).out, HasSubstr("is sound"));
    query("UPDATE run SET finished_ns = NULL");
    const Printed checked = vmbench({"db", "check"});
    EXPECT_EQ(checked.code, 2);
    EXPECT_THAT(checked.out, HasSubstr("is finished, but not when"));
    EXPECT_THAT(checked.err, HasSubstr("has 1 fault\n"));
}

TEST_F(Db, WrongUseIsRefused) {
    EXPECT_EQ(vmbench({"db"}).code, 2);
    EXPECT_THAT(vmbench({"db", "merge", "/nonexistent.db"}).err, HasSubstr("there is no such file"));
    measure("steady");
    EXPECT_THAT(vmbench({"db", "merge", database_.string()}).err, HasSubstr("is the store itself"));
    std::ofstream(folder_ / "text") << std::string(5000, 'x');
    EXPECT_THAT(vmbench({"db", "merge", (folder_ / "text").string()}).err,
                HasSubstr("is not a vmbench database"));
    EXPECT_THAT(vmbench({"db", "check", "--db", (folder_ / "text").string()}).err,
                HasSubstr("is not a vmbench database"));
}

}  // namespace
}  // namespace harness::tests
