#include "vm/native/append_file.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::native {
namespace {

TEST(AppendFile, MakesTheFileAndWritesBehindWhatItHolds) {
    const std::string path = ::testing::TempDir() + "append_file_test." + std::to_string(::getpid());
    EXPECT_TRUE(append_file(path, "one ").has_value());
    EXPECT_TRUE(append_file(path, "two").has_value());
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one two");
    std::remove(path.c_str());
}

TEST(AppendFile, SaysWhyItCannot) {
    EXPECT_EQ(append_file("/nonexistent/file", "").error().message,
              "cannot write '/nonexistent/file': No such file or directory");
    EXPECT_EQ(append_file("/dev/full", "text").error().message,
              "cannot write '/dev/full': No space left on device");
}

}  // namespace
}  // namespace vm::native
