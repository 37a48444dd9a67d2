#pragma once

#include <initializer_list>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/lifter.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/print.h"
#include "vm/ir/verify.h"

namespace vm::guest::riscv {

// For tests: code at 0x1000 and the text of its block, which must verify, without its slots.
class LiftTest : public ::testing::Test {
  protected:
    static Insn r(Opcode op, unsigned rd, unsigned rs1, unsigned rs2) {
        return make_insn(op, rd, rs1, rs2, 0);
    }
    static Insn i(Opcode op, unsigned rd, unsigned rs1, std::int64_t imm) {
        return make_insn(op, rd, rs1, 0, imm);
    }
    // Stores and branches.
    static Insn s(Opcode op, unsigned rs1, unsigned rs2, std::int64_t imm) {
        return make_insn(op, 0, rs1, rs2, imm);
    }
    static Insn rounded(Insn insn, std::uint8_t rm) {
        insn.rm = rm;
        return insn;
    }

    LiftTest() { request_.pc = 0x1000; }

    void add(std::initializer_list<Insn> insns) {
        for (const Insn& insn : insns) append_word(code_, insn);
    }

    std::string lift_code(unsigned level = 0) {
        request_.bytes = std::as_bytes(std::span(code_));
        return lift_bytes(level);
    }
    std::string lift_bytes(unsigned level = 0) {
        lifted_ = lift(block_, request_);
        for (unsigned round = 0; round < 2; ++round) {
            const auto sound = ir::verify(block_);
            if (not sound) return "error: " + sound.error().message + "\n" + ir::print(block_);
            if (round == 0) ir::passes::optimise(block_, level);
        }
        std::string text = ir::print(block_);
        while (text.starts_with("slot ")) text.erase(0, text.find('\n') + 1);
        return text;
    }
    std::string lift_insns(std::initializer_list<Insn> insns, unsigned level = 0) {
        code_.clear();
        add(insns);
        return lift_code(level);
    }

    ProgramCode code_;
    LiftRequest request_;
    ir::Block block_;
    Lifted lifted_;
};

}  // namespace vm::guest::riscv
