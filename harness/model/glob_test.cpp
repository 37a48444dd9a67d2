#include "harness/model/glob.h"

#include <string>

#include <gtest/gtest.h>

namespace harness::model {
namespace {

TEST(Glob, WithoutWildcardsMatchesItself) {
    EXPECT_TRUE(glob_matches("CMakeLists.txt", "CMakeLists.txt"));
    EXPECT_FALSE(glob_matches("CMakeLists.txt", "vm/CMakeLists.txt"));
    EXPECT_FALSE(glob_matches("vm", "vm/base"));
    EXPECT_FALSE(glob_matches("", "vm"));
}

TEST(Glob, StarAndQuestionMarkStayInsideAPart) {
    EXPECT_TRUE(glob_matches("vm/*.h", "vm/a.h"));
    EXPECT_TRUE(glob_matches("vm/*", "vm/a.h"));
    EXPECT_FALSE(glob_matches("vm/*", "vm/base/a.h"));
    EXPECT_TRUE(glob_matches("vm/?.h", "vm/a.h"));
    EXPECT_FALSE(glob_matches("vm?a.h", "vm/a.h"));
    EXPECT_TRUE(glob_matches("*a*b*", "xaxxabx"));
    EXPECT_FALSE(glob_matches("*a*b", "xaxxabx"));
}

TEST(Glob, TwoStarsAreAnyNumberOfParts) {
    EXPECT_TRUE(glob_matches("vm/**", "vm/base/bits.h"));
    EXPECT_TRUE(glob_matches("**/*.h", "bits.h"));
    EXPECT_TRUE(glob_matches("**/*.h", "vm/base/bits.h"));
    EXPECT_TRUE(glob_matches("vm/**/x/*.inc", "vm/x/guest/x/rv64.inc"));
    EXPECT_FALSE(glob_matches("vm/**", "harness/vm/a.h"));
    EXPECT_FALSE(glob_matches("**/*.h", "vm/base/bits.cpp"));
}

TEST(Glob, DotsAndBracketsStandForThemselves) {
    EXPECT_FALSE(glob_matches("a.h", "abh"));
    EXPECT_TRUE(glob_matches("a[1].h", "a[1].h"));
}

TEST(Glob, OfManyStarsIsMatchedInNoTime) {
    std::string glob;
    for (int i = 0; i < 200; ++i) glob += "a*";
    EXPECT_FALSE(glob_matches(glob + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace harness::model
