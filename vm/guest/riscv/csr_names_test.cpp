#include "vm/guest/riscv/csr_names.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

TEST(CsrNames, NamesRegistersTheHartHas) {
    EXPECT_STREQ(csr_name(0x001), "fflags");
    EXPECT_STREQ(csr_name(0x300), "mstatus");
    EXPECT_STREQ(csr_name(0xc01), "time");
    EXPECT_STREQ(csr_name(0xf14), "mhartid");
}

TEST(CsrNames, NamesStandardRegistersTheHartLacks) {
    EXPECT_STREQ(csr_name(0x180), "satp");
    EXPECT_STREQ(csr_name(0xc22), "vlenb");
    EXPECT_STREQ(csr_name(0x3ef), "pmpaddr63");
}

TEST(CsrNames, NumberWithoutStandardMeaningHasNoName) {
    EXPECT_EQ(csr_name(0x800), nullptr);
    EXPECT_EQ(csr_name(0xfff), nullptr);
}

}  // namespace
}  // namespace vm::guest::riscv
