#include "vm/cli/messages.h"

#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(Messages, ALineOfVmSaysWhoseItIs) {
    ::testing::internal::CaptureStderr();
    say("a line");
    write_error("as it is");
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "vm: a line\nas it is");
}

TEST(Messages, WhatIsPrintedIsThereOnceItIsFlushed) {
    ::testing::internal::CaptureStdout();
    write_output("text");
    EXPECT_TRUE(flush_output().has_value());
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "text");
}

}  // namespace
}  // namespace vm::cli
