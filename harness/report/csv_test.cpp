#include "harness/report/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Csv, ShowsAComparison) {
    EXPECT_EQ(
        csv(testing::comparison()),
        R"out(benchmark,metric,unit,direction,role,verdict,ratio,low,high,base,head,threshold,n_base,n_head,cross_machine,note
cpu/fib,time,ns,lower,deciding,regressed,1.5,1.25,1.75,1000,1500,0.05,6,6,false,
cpu/sort,time,ns,lower,deciding,failed,,,,,,0.05,0,0,false,wrong sum: 3 < 4
memory/raw,time,ns,lower,reference,inconclusive,1,0.875,1.125,1000,1000,0.05,6,6,false,
memory/read,time,ns,lower,deciding,unchanged,1,0.98,1.02,1000,1000,0.05,6,6,false,
memory/read,bytes_per_second,B/s,higher,shown,unchanged,1,0.98,1.02,1000,1000,0.05,6,6,false,
)out");
}

TEST(Csv, ShowsARun) {
    EXPECT_EQ(*render("csv", testing::record(), Colour::never),
              R"out(benchmark,metric,unit,direction,role,median,low,high,spread,processes,error
memory/raw,time,ns,lower,reference,10,,,0,2,
memory/raw,bytes_per_second,B/s,higher,shown,2048,,,0,2,
memory/read,time,ns,lower,deciding,20,,,0,1,wrong sum: 3 < 4
memory/read,bytes_per_second,B/s,higher,shown,2048,,,0,1,wrong sum: 3 < 4
)out");
}
TEST(CsvField, IsQuotedWhenItMustBe) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"x\"\n"), "\"say \"\"x\"\"\n\"");
}

}  // namespace
}  // namespace harness::report
