#include "harness/store/aliases.h"

#include <gtest/gtest.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

class Aliases : public StoreTest {};

TEST_F(Aliases, AreListedByOldName) {
    auto connection = open();
    check(record_alias(connection, {"s/b", "s/c", 1, "clearer"}));
    check(record_alias(connection, {"s/a", "s/d", 2, ""}));
    EXPECT_EQ(list_aliases(connection).value(),
              (std::vector<Alias>{{"s/a", "s/d", 2, ""}, {"s/b", "s/c", 1, "clearer"}}));
}

TEST_F(Aliases, OfTheSameOldNameReplaceOneAnother) {
    auto connection = open();
    check(record_alias(connection, {"s/a", "s/b", 1, ""}));
    check(record_alias(connection, {"s/a", "s/c", 2, "better"}));
    EXPECT_EQ(list_aliases(connection).value(), (std::vector<Alias>{{"s/a", "s/c", 2, "better"}}));
}

TEST_F(Aliases, CannotNameABenchmarkAsItself) {
    auto connection = open();
    EXPECT_EQ(record_alias(connection, {"a/b", "a/b", 1, ""}).error().message,
              "'a/b' cannot be renamed to itself");
}

TEST_F(Aliases, CannotGoRoundInACircle) {
    auto connection = open();
    check(record_alias(connection, {"s/a", "s/b", 1, ""}));
    check(record_alias(connection, {"s/b", "s/c", 1, ""}));
    EXPECT_EQ(record_alias(connection, {"s/c", "s/a", 1, ""}).error().message,
              "'s/c' cannot be renamed to 's/a', which is read as 's/c' itself");
    EXPECT_EQ(list_aliases(connection).value().size(), 2U);
}

TEST(CurrentNames, FollowRenamesOfRenames) {
    const CurrentNames current({{"s/a", "s/b", 1, ""}, {"s/b", "s/c", 2, ""}});
    EXPECT_EQ(current("s/a"), "s/c");
    EXPECT_EQ(current("s/c"), "s/c");
    EXPECT_EQ(current("s/other"), "s/other");
}

TEST(CurrentNames, EndInACircle) {
    const CurrentNames current({{"s/a", "s/b", 1, ""}, {"s/b", "s/a", 2, ""}});
    EXPECT_EQ(current("s/a"), "s/a");
}

}  // namespace
}  // namespace harness::store
