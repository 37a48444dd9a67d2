// Instructions that generated programs cannot compare with QEMU 7.2: it lacks Zicond, and its ctzw is wrong
// when the low word is zero. Known answers from the manual instead.

#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/user_memory.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kCode = 0x10000;

// What x10 holds after one instruction with these values in x11 and x12.
std::uint64_t result(Opcode op, std::uint64_t x11, std::uint64_t x12) {
    auto ram = mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    const mem::PhysAddr code{kCode};
    EXPECT_NE(mmap(ram.host(code), mem::kPageSize, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
              MAP_FAILED);
    ram.set_permissions(code, mem::kPageSize, mem::page::kPermissions);
    const bool two_sources = op != Opcode::ctzw;
    EXPECT_TRUE(ram.write<std::uint32_t>(code, encode(make_insn(op, 10, 11, two_sources ? 12 : 0, 0))));
    UserMemory memory(ram);
    Hart hart(CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; }));
    hart.pc = kCode;
    hart.x[11] = x11;
    hart.x[12] = x12;
    EXPECT_EQ(Interpreter<UserMemory>(hart, memory).run(1).reason, engine::ExitReason::budget);
    return hart.x[10];
}

TEST(OracleGaps, CtzwOfAZeroLowWordIs32) {
    EXPECT_EQ(result(Opcode::ctzw, 0, 0), 32u);
    EXPECT_EQ(result(Opcode::ctzw, 0x0000'0200'0000'0000, 0), 32u);
    EXPECT_EQ(result(Opcode::ctzw, 0xffff'ffff'8000'0000, 0), 31u);
}

TEST(OracleGaps, CzeroEqzClearsWhenTheConditionIsZero) {
    EXPECT_EQ(result(Opcode::czero_eqz, 0x123456789abcdef0, 0), 0u);
    EXPECT_EQ(result(Opcode::czero_eqz, 0x123456789abcdef0, 0x8000'0000'0000'0000), 0x123456789abcdef0u);
}

TEST(OracleGaps, CzeroNezClearsWhenTheConditionIsNotZero) {
    EXPECT_EQ(result(Opcode::czero_nez, 0x123456789abcdef0, 0), 0x123456789abcdef0u);
    EXPECT_EQ(result(Opcode::czero_nez, 0x123456789abcdef0, 0x8000'0000'0000'0000), 0u);
}

}  // namespace
}  // namespace vm::guest::riscv
