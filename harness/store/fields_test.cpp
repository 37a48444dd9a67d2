#include "harness/store/fields.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace harness::store {
namespace {

using Json = nlohmann::json;

TEST(Fields, ReadMembersOfEachKind) {
    const Json json = Json::parse(R"({"a": "x", "b": -3, "c": 1.5, "d": true, "e": [1], "f": {}})");
    Fields fields(json, "a thing");
    EXPECT_EQ(fields.text("a"), "x");
    EXPECT_EQ(fields.integer("b"), -3);
    EXPECT_EQ(fields.real("c"), 1.5);
    EXPECT_TRUE(fields.truth("d"));
    EXPECT_EQ(fields.list("e").size(), 1U);
    EXPECT_TRUE(fields.object("f").empty());
    EXPECT_TRUE(fields.ok());
}

TEST(Fields, KeepTheFirstThingThatIsWrong) {
    const Json json = Json::parse(R"({"a": 1, "b": 2})");
    Fields fields(json, "a thing");
    EXPECT_EQ(fields.text("a"), "");
    EXPECT_EQ(fields.integer("b"), 0);
    EXPECT_EQ(fields.integer("c"), 0);
    EXPECT_EQ(fields.failure().value().message, "a thing: 'a' is not text");
}

TEST(Fields, OfSomethingElseThanAnObjectAreAllEmpty) {
    const Json json = 3;
    Fields fields(json, "a thing");
    EXPECT_EQ(fields.count("a"), 0);
    EXPECT_EQ(fields.failure().value().message, "a thing: is not an object");
}

}  // namespace
}  // namespace harness::store
