#pragma once

#include <cstdint>

#include <gtest/gtest.h>

#include "vm/guest/riscv/csr_file.h"

namespace vm::guest::riscv {

// For tests of control registers.
class CsrFileTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kNoTicks = 0;
    static constexpr std::uint64_t kMstatusFixed = std::uint64_t{10} << 32;  // SXL and UXL: 64 bits
    static constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;

    static CsrFile machine() {
        return CsrFile(HartKind::machine, 0, [] { return kNoTicks; });
    }
    static CsrFile program() {
        return CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{1234}; });
    }

    static constexpr std::uint16_t number(Csr csr) { return static_cast<std::uint16_t>(csr); }

    static std::uint64_t read(const CsrFile& csrs, Csr csr) { return csrs.read(number(csr)).value(); }
    static void write(CsrFile& csrs, Csr csr, std::uint64_t value) {
        ASSERT_TRUE(csrs.write(number(csr), value).has_value());
    }

    static bool read_is_illegal(const CsrFile& csrs, std::uint16_t csr) {
        const auto value = csrs.read(csr);
        return not value and value.error() == engine::Trap{cause::kIllegalInstruction, 0};
    }
    static bool write_is_illegal(CsrFile& csrs, std::uint16_t csr) {
        const auto done = csrs.write(csr, 0);
        return not done and done.error() == engine::Trap{cause::kIllegalInstruction, 0};
    }

    // A machine that an mret has taken to U.
    static void enter_user(CsrFile& csrs) {
        write(csrs, Csr::mstatus, read(csrs, Csr::mstatus) & ~(std::uint64_t{3} << 11));
        ASSERT_TRUE(csrs.mret().has_value());
        ASSERT_EQ(csrs.privilege(), Privilege::user);
    }

    // A machine that an mret has taken to S, and from there an sret to U.
    static void enter_supervisor(CsrFile& csrs) {
        const std::uint64_t cleared = read(csrs, Csr::mstatus) & ~(std::uint64_t{3} << 11);
        write(csrs, Csr::mstatus, cleared | std::uint64_t{1} << 11);
        ASSERT_TRUE(csrs.mret().has_value());
        ASSERT_EQ(csrs.privilege(), Privilege::supervisor);
    }
    static void leave_for_user(CsrFile& csrs) {
        ASSERT_TRUE(csrs.sret().has_value());
        ASSERT_EQ(csrs.privilege(), Privilege::user);
    }
};

}  // namespace vm::guest::riscv
