#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

using testing::HasSubstr;

class Report : public Bench {};

TEST_F(Report, IsWrittenWithAnIndexAndAPageForTheSuite) {
    measure("steady,other", {"--save-baseline", "main"});
    measure("steady,other");
    const auto folder = folder_ / "report";
    const Printed report = vmbench({"report", "--output", folder.string(), "--baseline", "main"});
    EXPECT_EQ(report.code, 0) << report.out << report.err;
    EXPECT_TRUE(std::filesystem::exists(folder / "index.md"));
    EXPECT_TRUE(std::filesystem::exists(folder / "fake.md"));
}

TEST_F(Report, OfAnUnknownRunOrBaselineIsRefused) {
    measure("steady");
    EXPECT_THAT(vmbench({"report", "--run", "zzz"}).err, HasSubstr("no run 'zzz'"));
    EXPECT_THAT(vmbench({"report", "--baseline", "none"}).err, HasSubstr("no baseline 'none'"));
}

}  // namespace
}  // namespace harness::tests
