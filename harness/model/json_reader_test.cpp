#include "harness/model/json_reader.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

TEST(ParseJson, SaysWhereTheTextStopsBeingJson) {
    EXPECT_EQ(parse_json("{\"a\": }", "x.json").error().message, "x.json: not valid JSON at byte 7");
    EXPECT_EQ(parse_json("", "x.json").error().message, "x.json: not valid JSON at byte 1");
    EXPECT_EQ(parse_json("[1e999]", "x.json").error().message,
              "x.json: not valid JSON: a number is out of range");
}

TEST(JsonReader, ReadsMembers) {
    const auto value = *parse_json(R"({"a": "text", "b": 2.5, "c": 7, "d": ["x", "y"]})", "x");
    JsonReader reader(value, "x.json");
    EXPECT_EQ(reader.text("a"), "text");
    EXPECT_EQ(reader.number("b"), 2.5);
    EXPECT_EQ(reader.integer("c", 1, 10, 1), 7);
    EXPECT_EQ(reader.texts("d"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(reader.text("missing", "fallback"), "fallback");
    EXPECT_FALSE(reader.error().has_value());
}

std::string complaint(std::string_view json, void (*read)(JsonReader&)) {
    const auto value = *parse_json(json, "x");
    JsonReader reader(value, "x.json");
    read(reader);
    return reader.error() ? reader.error()->message : "";
}

TEST(JsonReader, ComplainsAboutTheFirstThingWrong) {
    EXPECT_EQ(complaint("[]", [](JsonReader& r) { r.text("a"); }), "x.json: must be an object");
    EXPECT_EQ(complaint("{}", [](JsonReader& r) { r.text("a"), r.text("b"); }), "x.json: 'a' is missing");
    EXPECT_EQ(complaint(R"({"a": 1})", [](JsonReader& r) { r.text("a"); }), "x.json: 'a' must be text");
    EXPECT_EQ(complaint(R"({"a": ""})", [](JsonReader& r) { r.text("a"); }), "x.json: 'a' must not be empty");
    EXPECT_EQ(complaint(R"({"a": "1"})", [](JsonReader& r) { r.number("a"); }),
              "x.json: 'a' must be a number");
    EXPECT_EQ(complaint(R"({"a": {}})", [](JsonReader& r) { r.texts("a"); }), "x.json: 'a' must be an array");
}

TEST(JsonReader, RefusesControlCharactersBecauseTextReachesTerminals) {
    EXPECT_EQ(complaint(R"({"a": "\u001b[2J"})", [](JsonReader& r) { r.text("a"); }),
              "x.json: 'a' must not have control characters");
}

TEST(JsonReader, RefusesIntegersOutOfRangeHoweverTheyAreWritten) {
    const std::string expected = "x.json: 'a' must be a whole number from 1 to 9";
    const auto read = [](JsonReader& r) { r.integer("a", 1, 9, 1); };
    EXPECT_EQ(complaint(R"({"a": 0})", read), expected);
    EXPECT_EQ(complaint(R"({"a": 10})", read), expected);
    EXPECT_EQ(complaint(R"({"a": 1.5})", read), expected);
    EXPECT_EQ(complaint(R"({"a": 18446744073709551615})", read), expected);
    EXPECT_EQ(complaint(R"({"a": 9})", read), "");
}

TEST(JsonReader, NamesTheElementOfAnArray) {
    const auto read = [](JsonReader& r) { r.objects("a", [](JsonReader& element) { element.text("b"); }); };
    EXPECT_EQ(complaint(R"({"a": [{"b": "x"}, {}]})", read), "x.json: a[1]: 'b' is missing");
    EXPECT_EQ(complaint(R"({"a": [1]})", read), "x.json: a[0]: must be an object");
    EXPECT_EQ(complaint(R"({"a": 1})", read), "x.json: 'a' must be an array");
}

TEST(JsonReader, ShowsAnObjectOnlyWhenItIsThere) {
    const auto read = [](JsonReader& r) { r.object("a", [](JsonReader& element) { element.text("b"); }); };
    EXPECT_EQ(complaint(R"({})", read), "");
    EXPECT_EQ(complaint(R"({"a": {"b": "x"}})", read), "");
    EXPECT_EQ(complaint(R"({"a": {}})", read), "x.json: a: 'b' is missing");
    EXPECT_EQ(complaint(R"({"a": [1]})", read), "x.json: a: must be an object");
}

TEST(JsonReader, TakesOverTheComplaintOfAParser) {
    const auto value = *parse_json("{}", "x");
    JsonReader reader(value, "x.json");
    EXPECT_EQ(reader.take(Result<int>(fail("no number")), 4), 4);
    EXPECT_EQ(reader.error()->message, "x.json: no number");
}

}  // namespace
}  // namespace harness::model
