#include "harness/formats/csv_text.h"

#include <gmock/gmock.h>

namespace harness::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string error_of(std::string_view text) {
    const auto rows = parse_csv(text);
    return rows ? "accepted" : fmt::format("{}: {}", rows.error().line, rows.error().message);
}

TEST(ParseCsv, ReadsPlainAndQuotedFields) {
    const auto rows = parse_csv(
                          "\xef\xbb\xbf"
                          "a,\"b,\"\"c\"\"\",\r\n\"d\ne\",,f\n")
                          .value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_THAT(rows[0].fields, ElementsAre("a", "b,\"c\"", ""));
    EXPECT_THAT(rows[1].fields, ElementsAre("d\ne", "", "f"));
}

TEST(ParseCsv, CountsLinesAndLeavesEmptyOnesOut) {
    const auto rows = parse_csv("a\n\n\"b\nc\"\nd").value();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].line, 3U);
    EXPECT_EQ(rows[2].line, 5U);
    EXPECT_THAT(parse_csv("").value(), IsEmpty());
}

TEST(ParseCsv, SaysWhereItIsBroken) {
    EXPECT_EQ(error_of("a\nb,\"c\nd"), "2: a quoted field is not closed");
    EXPECT_EQ(error_of("a\n\"b\"c\n"), "2: text after a closing quote");
    EXPECT_EQ(error_of("a\nb\"c\n"), "2: a quote inside a field that is not quoted");
}

}  // namespace
}  // namespace harness::formats
