#include "harness/cli/paths.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace harness::cli {
namespace {

TEST(DefaultDatabase, IsInTheDataFolder) {
    setenv("XDG_DATA_HOME", "/data", 1);
    EXPECT_EQ(default_database(), "/data/vmbench/vmbench.db");
}

TEST(DefaultDatabase, IsInTheHomeFolderOtherwise) {
    unsetenv("XDG_DATA_HOME");
    setenv("HOME", "/home/x", 1);
    EXPECT_EQ(default_database(), "/home/x/.local/share/vmbench/vmbench.db");
}

TEST(DefaultDatabase, IgnoresARelativeDataFolder) {
    setenv("XDG_DATA_HOME", "data", 1);
    setenv("HOME", "/home/x", 1);
    EXPECT_EQ(default_database(), "/home/x/.local/share/vmbench/vmbench.db");
}

TEST(DefaultSuiteFolder, IsBesideTheProgram) {
    const std::string folder = default_suite_folder();
    EXPECT_TRUE(folder.starts_with('/'));
    EXPECT_TRUE(folder.ends_with("/suites"));
}

}  // namespace
}  // namespace harness::cli
