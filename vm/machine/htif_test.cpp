#include "vm/machine/htif.h"

#include <gtest/gtest.h>

namespace vm::machine {
namespace {

TEST(Htif, ZeroIsNoRequest) { EXPECT_EQ(decode_tohost(0).kind, HtifRequest::Kind::none); }

TEST(Htif, OneIsSuccess) {
    EXPECT_EQ(decode_tohost(1).kind, HtifRequest::Kind::exit);
    EXPECT_EQ(decode_tohost(1).exit_code, 0u);
}

TEST(Htif, OddValueIsAnExitWithItsHalf) {
    EXPECT_EQ(decode_tohost(7).kind, HtifRequest::Kind::exit);
    EXPECT_EQ(decode_tohost(7).exit_code, 3u);
}

TEST(Htif, EvenValueAsksForAService) {
    EXPECT_EQ(decode_tohost(0x80001000).kind, HtifRequest::Kind::service);
}

TEST(Htif, ExitCodeThatDoesNotFitStaysAFailure) {
    EXPECT_EQ(process_exit_code(0), 0);
    EXPECT_EQ(process_exit_code(255), 255);
    EXPECT_EQ(process_exit_code(256), 255);
    EXPECT_EQ(process_exit_code(~std::uint64_t{0} >> 1), 255);
}

}  // namespace
}  // namespace vm::machine
