#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "vm/base/check.h"
#include "vm/guest/riscv/csr_file.h"
#include "vm/guest/riscv/encode.h"
#include "vm/machine/boot_image.h"
#include "vm/machine/sbi_call.h"

namespace vm::machine::testing {

// Integer registers by their names in the calling convention.
inline constexpr unsigned kZero = 0;
inline constexpr unsigned kRa = 1;
inline constexpr unsigned kT0 = 5;
inline constexpr unsigned kT1 = 6;
inline constexpr unsigned kT2 = 7;
inline constexpr unsigned kA0 = 10;
inline constexpr unsigned kA1 = 11;
inline constexpr unsigned kA2 = 12;
inline constexpr unsigned kA6 = 16;
inline constexpr unsigned kA7 = 17;

// A small kernel or firmware, written instruction by instruction from the start of RAM on. What lies between
// is zero, which is an illegal instruction.
class TestKernel {
  public:
    using Csr = guest::riscv::Csr;
    using Opcode = guest::riscv::Opcode;

    static constexpr std::uint64_t kBase = 0x8000'0000;
    static constexpr std::uint64_t kHandler = kBase + 0x400;
    static constexpr std::uint64_t kOther = kBase + 0x800;
    static constexpr std::uint64_t kData = kBase + 0x1000;
    static constexpr std::uint64_t kFunction = kBase + 0x2000;  // in a page of its own
    static constexpr std::uint64_t kSize = 0x3000;

    std::uint64_t here() const { return kBase + 4 * words_.size(); }
    TestKernel& at(std::uint64_t address) {
        VM_CHECK(address >= here() and address < kBase + kSize);
        words_.resize((address - kBase) / 4);
        return *this;
    }
    TestKernel& word(std::uint32_t bits) {
        words_.push_back(bits);
        return *this;
    }
    TestKernel& op(Opcode opcode, unsigned rd = 0, unsigned rs1 = 0, unsigned rs2 = 0, std::int32_t imm = 0) {
        return word(encoded(opcode, rd, rs1, rs2, imm));
    }
    static std::uint32_t encoded(Opcode opcode, unsigned rd, unsigned rs1, unsigned rs2, std::int32_t imm) {
        guest::riscv::Insn insn;
        insn.op = opcode;
        insn.rd = static_cast<std::uint8_t>(rd);
        insn.rs1 = static_cast<std::uint8_t>(rs1);
        insn.rs2 = static_cast<std::uint8_t>(rs2);
        insn.imm = imm;
        return guest::riscv::encode(insn);
    }

    // The value's 32 bits, sign-extended; always two instructions.
    TestKernel& li(unsigned rd, std::uint32_t value) {
        op(Opcode::lui, rd, 0, 0, upper(value));
        return op(Opcode::addiw, rd, rd, 0, lower(value));
    }
    TestKernel& la(unsigned rd, std::uint64_t address) {
        const auto distance = static_cast<std::uint32_t>(address - here());
        op(Opcode::auipc, rd, 0, 0, upper(distance));
        return op(Opcode::addi, rd, rd, 0, lower(distance));
    }
    TestKernel& branch(Opcode opcode, unsigned rs1, unsigned rs2, std::uint64_t target) {
        return op(opcode, 0, rs1, rs2, distance_to(target));
    }
    TestKernel& jump(std::uint64_t target) { return op(Opcode::jal, kZero, 0, 0, distance_to(target)); }
    TestKernel& spin() { return jump(here()); }

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
        std::vector<std::byte> out(4 * words_.size());
        std::memcpy(out.data(), words_.data(), out.size());
        return out;
    }
    BootImage image() const {
        return {.bytes = bytes(), .memory_size = kSize, .entry = 0, .fixed = {}, .text_offset = 0};
    }

  private:
    static std::int32_t number(Csr csr) { return static_cast<std::int32_t>(csr); }
    static std::int32_t upper(std::uint32_t value) {
        return static_cast<std::int32_t>((value + 0x800) & 0xffff'f000);
    }
    static std::int32_t lower(std::uint32_t value) {
        return static_cast<std::int32_t>(value - static_cast<std::uint32_t>(upper(value)));
    }
    std::int32_t distance_to(std::uint64_t target) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(target - here()));
    }

    std::vector<std::uint32_t> words_;
};

}  // namespace vm::machine::testing
