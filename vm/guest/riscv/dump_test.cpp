#include "vm/guest/riscv/dump.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

using ::testing::HasSubstr;

TEST(RegisterDump, ShowsEveryRegisterByName) {
    Hart hart(CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; }));
    hart.pc = 0x10078;
    hart.x[10] = 0x1234;
    hart.x[31] = ~std::uint64_t{0};
    hart.f[10] = 0x3ff0000000000000;
    hart.csrs.frm = 2;
    hart.csrs.fflags = 0x11;
    const std::string text = register_dump(hart);
    EXPECT_THAT(text, HasSubstr("pc 0000000000010078  fcsr 51 (frm 2, fflags 10001)\n"));
    EXPECT_THAT(text, HasSubstr("zero 0000000000000000    ra "));
    EXPECT_THAT(text, HasSubstr("  a0 0000000000001234"));
    EXPECT_THAT(text, HasSubstr("  t6 ffffffffffffffff\n"));
    EXPECT_THAT(text, HasSubstr(" fa0 3ff0000000000000"));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 17);
}

}  // namespace
}  // namespace vm::guest::riscv
