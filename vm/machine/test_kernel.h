#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/test_program.h"
#include "vm/machine/boot_image.h"
#include "vm/machine/sbi_call.h"

namespace vm::machine::testing {

using guest::riscv::testing::kA0;
using guest::riscv::testing::kA1;
using guest::riscv::testing::kA2;
using guest::riscv::testing::kA6;
using guest::riscv::testing::kA7;
using guest::riscv::testing::kRa;
using guest::riscv::testing::kT0;
using guest::riscv::testing::kT1;
using guest::riscv::testing::kT2;
using guest::riscv::testing::kZero;

// A small kernel or firmware from the start of RAM on.
class TestKernel : public guest::riscv::testing::TestProgram<TestKernel> {
  public:
    using Csr = guest::riscv::Csr;

    static constexpr std::uint64_t kBase = 0x8000'0000;
    static constexpr std::uint64_t kHandler = kBase + 0x400;
    static constexpr std::uint64_t kOther = kBase + 0x800;
    static constexpr std::uint64_t kData = kBase + 0x1000;
    static constexpr std::uint64_t kFunction = kBase + 0x2000;  // in a page of its own
    static constexpr std::uint64_t kSize = 0x3000;

    TestKernel() : TestProgram(kBase, kSize) {}

    TestKernel& la(unsigned rd, std::uint64_t address) {
        const std::uint32_t distance = distance_to(address);
        op(Opcode::auipc, rd, 0, 0, upper(distance));
        return op(Opcode::addi, rd, rd, 0, lower(distance));
    }
    TestKernel& csrr(unsigned rd, Csr csr) { return op(Opcode::csrrs, rd, kZero, 0, number(csr)); }
    TestKernel& csrw(Csr csr, unsigned rs1) { return op(Opcode::csrrw, kZero, rs1, 0, number(csr)); }
    // Bits below 32.
    TestKernel& csrs(Csr csr, unsigned bits) { return op(Opcode::csrrsi, kZero, bits, 0, number(csr)); }
    TestKernel& csrc(Csr csr, unsigned bits) { return op(Opcode::csrrci, kZero, bits, 0, number(csr)); }

    // Calls of the firmware interface; arguments are in a0 to a5.
    TestKernel& sbi(std::uint64_t extension, std::uint32_t function) {
        li(kA7, static_cast<std::uint32_t>(extension)).li(kA6, function);
        return op(Opcode::ecall);
    }
    TestKernel& print(char c) {
        return li(kA0, static_cast<std::uint8_t>(c)).sbi(sbi_extension::kLegacyConsolePutchar, 0);
    }
    TestKernel& power_off() { return li(kA0, 0).li(kA1, 0).sbi(sbi_extension::kSystemReset, 0); }

    std::vector<std::byte> bytes() const {
        std::vector<std::byte> out(4 * words().size());
        std::memcpy(out.data(), words().data(), out.size());
        return out;
    }
    BootImage image() const {
        return {.bytes = bytes(), .memory_size = kSize, .entry = 0, .fixed = {}, .text_offset = 0};
    }

  private:
    static std::int32_t number(Csr csr) { return static_cast<std::int32_t>(csr); }
};

}  // namespace vm::machine::testing
