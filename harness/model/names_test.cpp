#include "harness/model/names.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

enum class Colour { red, green };
constexpr Name<Colour> kColours[] = {{Colour::red, "red"}, {Colour::green, "green"}};

TEST(Names, GoThereAndBack) {
    EXPECT_EQ(name_of<Colour>(kColours, Colour::green), "green");
    EXPECT_EQ(value_of<Colour>(kColours, "colour", "red").value(), Colour::red);
}

TEST(Names, ThatNobodyKnowsAreAnErrorThatListsTheOthers) {
    EXPECT_EQ(value_of<Colour>(kColours, "colour", "blue").error().message,
              "unknown colour 'blue' (known: red, green)");
}

}  // namespace
}  // namespace harness::model
