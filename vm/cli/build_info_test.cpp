#include "vm/cli/build_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(BuildInfo, VersionIsThreeNumbers) {
    EXPECT_THAT(std::string(version()), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(BuildInfo, DescriptionNamesTheCompiler) {
    EXPECT_THAT(build_description(), AnyOf(HasSubstr("GCC "), HasSubstr("Clang ")));
}

TEST(BuildInfo, FeaturesHaveNames) {
    for (const std::string_view feature : host_features()) {
        EXPECT_FALSE(feature.empty());
    }
}

}  // namespace
}  // namespace vm::cli
