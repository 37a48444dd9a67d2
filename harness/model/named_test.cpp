#include "harness/model/named.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

struct Shape {
    std::string_view name;
    int corners;
};
constexpr Shape kShapes[] = {{"triangle", 3}, {"square", 4}};

TEST(FindNamed, GivesTheEntryOfThatName) {
    EXPECT_EQ(find_named<Shape>(kShapes, "shape", "square").value()->corners, 4);
}

TEST(FindNamed, ListsTheNamesWhereThereIsNone) {
    EXPECT_EQ(find_named<Shape>(kShapes, "shape", "").error().message,
              "unknown shape '' (known: triangle, square)");
    EXPECT_EQ(list_names<Shape>(kShapes), "triangle, square");
}

}  // namespace
}  // namespace harness::model
