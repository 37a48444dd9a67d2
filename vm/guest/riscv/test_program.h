#pragma once

// For tests: a program written instruction by instruction.

#include <cstdint>
#include <vector>

#include "vm/base/check.h"
#include "vm/guest/riscv/encode.h"

namespace vm::guest::riscv::testing {

// Integer registers by their names in the calling convention.
inline constexpr unsigned kZero = 0;
inline constexpr unsigned kRa = 1;
inline constexpr unsigned kSp = 2;
inline constexpr unsigned kT0 = 5;
inline constexpr unsigned kT1 = 6;
inline constexpr unsigned kT2 = 7;
inline constexpr unsigned kS0 = 8;
inline constexpr unsigned kS1 = 9;
inline constexpr unsigned kA0 = 10;
inline constexpr unsigned kA1 = 11;
inline constexpr unsigned kA2 = 12;
inline constexpr unsigned kA3 = 13;
inline constexpr unsigned kA4 = 14;
inline constexpr unsigned kA5 = 15;
inline constexpr unsigned kA6 = 16;
inline constexpr unsigned kA7 = 17;

// Of `size` bytes at most, from `base` on. What lies between the instructions is zero, which is an illegal
// instruction. Derived is the class that adds to it, so that calls can be chained.
template <class Derived>
class TestProgram {
  public:
    using Opcode = riscv::Opcode;

    TestProgram(std::uint64_t base, std::uint64_t size) : base_(base), size_(size) {}

    std::uint64_t here() const { return base_ + 4 * words_.size(); }
    Derived& at(std::uint64_t address) {
        VM_CHECK(address >= here() and address < base_ + size_);
        words_.resize((address - base_) / 4);
        return self();
    }
    Derived& word(std::uint32_t bits) {
        words_.push_back(bits);
        return self();
    }
    static std::uint32_t encoded(Opcode opcode, unsigned rd, unsigned rs1, unsigned rs2, std::int32_t imm) {
        Insn insn;
        insn.op = opcode;
        insn.rd = static_cast<std::uint8_t>(rd);
        insn.rs1 = static_cast<std::uint8_t>(rs1);
        insn.rs2 = static_cast<std::uint8_t>(rs2);
        insn.imm = imm;
        return encode(insn);
    }
    Derived& op(Opcode opcode, unsigned rd = 0, unsigned rs1 = 0, unsigned rs2 = 0, std::int32_t imm = 0) {
        return word(encoded(opcode, rd, rs1, rs2, imm));
    }
    // The value's low 32 bits, sign-extended; always two instructions.
    Derived& li(unsigned rd, std::int64_t value) {
        const auto bits = static_cast<std::uint32_t>(value);
        op(Opcode::lui, rd, 0, 0, upper(bits));
        return op(Opcode::addiw, rd, rd, 0, lower(bits));
    }
    Derived& branch(Opcode opcode, unsigned rs1, unsigned rs2, std::uint64_t target) {
        return op(opcode, 0, rs1, rs2, static_cast<std::int32_t>(distance_to(target)));
    }
    Derived& jump(std::uint64_t target) {
        return op(Opcode::jal, kZero, 0, 0, static_cast<std::int32_t>(distance_to(target)));
    }
    Derived& spin() { return jump(here()); }

  protected:
    const std::vector<std::uint32_t>& words() const { return words_; }
    std::uint32_t distance_to(std::uint64_t target) const {
        return static_cast<std::uint32_t>(target - here());
    }
    // What lui and an addition of 12 bits make up the value of.
    static std::int32_t upper(std::uint32_t value) {
        return static_cast<std::int32_t>((value + 0x800) & 0xffff'f000);
    }
    static std::int32_t lower(std::uint32_t value) {
        return static_cast<std::int32_t>(value - static_cast<std::uint32_t>(upper(value)));
    }

  private:
    Derived& self() { return static_cast<Derived&>(*this); }

    std::uint64_t base_;
    std::uint64_t size_;
    std::vector<std::uint32_t> words_;
};

}  // namespace vm::guest::riscv::testing
