#include "vm/user/sysroot.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace vm::user {
namespace {

class SysrootTest : public ::testing::Test {
  protected:
    SysrootTest() {
        std::string pattern = ::testing::TempDir() + "vm_sysroot_test.XXXXXX";
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        std::filesystem::create_directories(root_ + "/etc");
        std::ofstream(root_ + "/etc/here") << "x";
    }
    ~SysrootTest() override { std::filesystem::remove_all(root_); }

    std::string root_;
};

TEST_F(SysrootTest, WhatIsThereIsFoundThere) {
    EXPECT_EQ(in_sysroot(root_, "/etc/here"), root_ + "/etc/here");
    EXPECT_EQ(in_sysroot(root_, "/etc"), root_ + "/etc");
}

TEST_F(SysrootTest, TheRestIsTheHosts) {
    EXPECT_EQ(in_sysroot(root_, "/etc/elsewhere"), "/etc/elsewhere");
    EXPECT_EQ(in_sysroot(root_, "etc/here"), "etc/here");
    EXPECT_EQ(in_sysroot(root_, ""), "");
    EXPECT_EQ(in_sysroot(root_, "/"), "/");
    EXPECT_EQ(in_sysroot(root_, "//"), "//");
    EXPECT_EQ(in_sysroot("", "/etc"), "/etc");
}

TEST_F(SysrootTest, ALinkThatLeadsNowhereIsThere) {
    std::filesystem::create_symlink("/nonexistent", root_ + "/etc/link");
    EXPECT_EQ(in_sysroot(root_, "/etc/link"), root_ + "/etc/link");
}

}  // namespace
}  // namespace vm::user
