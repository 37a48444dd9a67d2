#include "vm/native/audit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::native {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Difference example() {
    Difference difference{.pc = 0x1000};
    difference.code = {std::byte{0x05}, std::byte{0x05}, std::byte{0x13}, std::byte{0x05},
                       std::byte{0x15}, std::byte{0x00}, std::byte{0x13}};
    difference.interpreted_count = 2;
    difference.compiled_count = 2;
    return difference;
}

TEST(AuditReport, WithoutADifferenceThereIsNone) {
    EXPECT_FALSE(example().any());
    EXPECT_THAT(
        difference_report(example()),
        StartsWith("compiled code and the interpreter differ behind the block at 0x1000:\nits code:\n"));
}

TEST(AuditReport, SaysWhatDiffersAndNothingElse) {
    Difference difference = example();
    difference.compiled.x[2] = 1;
    difference.interpreted.trap = {{5, 0x40}};
    difference.memory = {{0x80, std::byte{1}, std::byte{0xff}}};
    ASSERT_TRUE(difference.any());
    const std::string report = difference_report(difference);
    EXPECT_THAT(report, HasSubstr("0x1000:\n"
                                  "  sp: interpreted 0000000000000000, compiled 0000000000000001\n"
                                  "  trap: interpreted load access fault (5), value 0x40, compiled none\n"
                                  "  byte at 0x80: interpreted 01, compiled ff\n"
                                  "its code:\n"));
}

TEST(AuditReport, ShowsTheCodeAsFarAsItsInstructionsAreWhole) {
    EXPECT_THAT(difference_report(example()), HasSubstr("its code:\n"
                                                        "  1000: 0505      c.addi a0,1\n"
                                                        "  1002: 00150513  addi a0,a0,1\n"
                                                        "before it:\n"));
}

TEST(AuditReport, AStateIsPutBackAsItWas) {
    guest::riscv::Hart hart(
        guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, [] { return std::uint64_t{0}; }));
    hart.x[31] = 31;
    hart.f[1] = 7;
    hart.pc = 0x30;
    hart.csrs.fflags = 3;
    hart.reservation = {true, 8, 9};
    const HartState state = state_of(hart);
    hart.x[31] = 0;
    hart.f[1] = 0;
    hart.pc = 0;
    hart.csrs.fflags = 0;
    hart.reservation = {};
    EXPECT_FALSE(state == state_of(hart));
    restore(hart, state);
    EXPECT_TRUE(state == state_of(hart));
    EXPECT_EQ(hart.x[31], 31u);
}

}  // namespace
}  // namespace vm::native
