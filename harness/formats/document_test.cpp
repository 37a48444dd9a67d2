#include "harness/formats/document.h"

#include <gtest/gtest.h>

namespace harness::formats {
namespace {

using Pointer = nlohmann::json::json_pointer;

TEST(Document, FindsTheLineOfAValue) {
    const Document document("f", R"({
  "a": [
    1,
    {"b": "x",
     "c": 2
    },
    3
  ],
  "d": null
})");
    EXPECT_EQ(document.line_of(Pointer("")), 1U);
    EXPECT_EQ(document.line_of(Pointer("/a")), 2U);
    EXPECT_EQ(document.line_of(Pointer("/a/0")), 3U);
    EXPECT_EQ(document.line_of(Pointer("/a/1")), 4U);
    EXPECT_EQ(document.line_of(Pointer("/a/1/c")), 5U);
    EXPECT_EQ(document.line_of(Pointer("/a/2")), 7U);
    EXPECT_EQ(document.line_of(Pointer("/d")), 9U);
}

TEST(Document, GivesTheLineOfWhatIsAroundAMissingValue) {
    const Document document("f", "{\n\"a\": [\n{},\n{}]}");
    EXPECT_EQ(document.line_of(Pointer("/a/1/name")), 4U);
    EXPECT_EQ(document.line_of(Pointer("/b")), 1U);
}

TEST(Document, ANumberBeforeALineBreakIsOnItsOwnLine) {
    const Document document("f", "[1\n,2\n]");
    EXPECT_EQ(document.line_of(Pointer("/0")), 1U);
    EXPECT_EQ(document.line_of(Pointer("/1")), 2U);
}

TEST(Document, SaysOnWhichLineItStopsBeingJson) {
    EXPECT_EQ(Document("f", "{\n\"a\": 1,\n}").json_error().message, "f:3: not valid JSON");
    EXPECT_EQ(Document("f", "[1e999]").json(), nullptr);
    EXPECT_EQ(Document("f", "[1e999]").json_error().message, "f:1: not valid JSON");
}

TEST(Document, ReadsBareNanAndInfinityAsNull) {
    const Document document("f", R"({"a": NaN, "b": -Infinity, "c": Infinity, "NaN": "a \" NaN"})");
    ASSERT_NE(document.json(), nullptr);
    EXPECT_TRUE(document.json()->at("a").is_null());
    EXPECT_TRUE(document.json()->at("b").is_null());
    EXPECT_TRUE(document.json()->at("c").is_null());
    EXPECT_EQ(document.json()->at("NaN"), "a \" NaN");
}

TEST(Document, OtherTextIsNoJson) {
    const Document document("f", "Benchmark 1\n");
    EXPECT_FALSE(document.claims_json());
    EXPECT_EQ(document.json(), nullptr);
    EXPECT_EQ(document.error_at(3, "wrong").message, "f:3: wrong");
}

TEST(Document, NestedDeeplyIsRefusedOrRead) {
    EXPECT_EQ(Document("f", std::string(100'000, '[')).json(), nullptr);
}

}  // namespace
}  // namespace harness::formats
