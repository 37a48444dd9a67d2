// Programs that are compiled where they are hot end as those that are interpreted.
#include "vm/native/native.h"

#include <array>
#include <initializer_list>
#include <span>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/native/guest_pair.h"
#include "vm/native/program_guest.h"

namespace vm::native {
namespace {

using guest::riscv::byte_count;
using mem::kPageSize;

constexpr std::uint64_t kCode = ProgramGuest::kCode;
constexpr std::uint64_t kData = ProgramGuest::kData;
constexpr std::uint64_t kFixed = ProgramGuest::kFixed;

class NativeTest : public GuestPairTest<ProgramGuest> {
  protected:
    void start(const ProgramCode& code, std::span<const std::byte> data = {}) {
        both([&](ProgramGuest& guest) { guest.start(code, data); });
    }
    void start(std::initializer_list<Insn> insns) { start(code_of(insns)); }
};

TEST_F(NativeTest, GeneratedProgramsEndAlike) {
    constexpr std::uint64_t kPrograms = 400;
    std::uint64_t all = 0;
    std::uint64_t in_compiled_code = 0;
    for (std::uint64_t seed = 0; seed < kPrograms and not HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        guest::riscv::RandomValues random(~seed);
        Options options{.threshold = static_cast<std::uint16_t>(random.one_in(2) ? 0 : random.below(4))};
        options.code.level = random.below(3);
        options.code.code_bytes = std::size_t{1} << (random.one_in(4) ? 17 : 20);
        ASSERT_TRUE(compiled_.compile(options).has_value());
        const auto program = guest::riscv::generate_program(
            {.seed = seed, .data_address = kData, .zicond = guest::riscv::Zicond::included});
        start(program.code, program.data);
        EXPECT_EQ(run().reason, engine::ExitReason::trap);
        if (options.threshold == 0) {
            all += compiled_.hart.csrs.instret;
            in_compiled_code += compiled_.counts().retired;
        }
        EXPECT_EQ(compiled_.code_counts().failed, 0u);
    }
    EXPECT_GT(in_compiled_code, all / 3 * 2);  // the rest is what only the interpreter does
}

TEST_F(NativeTest, ABudgetEndsThemAtTheSameInstruction) {
    constexpr std::uint64_t kPrograms = 30;
    for (std::uint64_t seed = 0; seed < kPrograms and not HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        guest::riscv::RandomValues random(~seed);
        const auto program = guest::riscv::generate_program({.seed = seed, .data_address = kData});
        start(program.code, program.data);
        while (not HasFailure() and
               run(random.below(random.one_in(2) ? 8 : 300)).reason == engine::ExitReason::budget) {
        }
    }
}

TEST_F(NativeTest, ALoopStaysInCompiledCodeUntilItEnds) {
    start({addi(10, 0, 2000), addi(11, 11, 3), addi(10, 10, -1), branch(Opcode::bne, 10, 0, -8)});
    run();
    EXPECT_EQ(compiled_.hart.x[11], 6000u);
    EXPECT_EQ(compiled_.code_counts().links, 1u);
    EXPECT_GT(compiled_.counts().retired, 5000u);
}

TEST_F(NativeTest, ACountdownOfManyGrantsIsExact) {
    start({addi(10, 10, 1), branch(Opcode::beq, 0, 0, -4)});
    EXPECT_EQ(run(1'000'001).reason, engine::ExitReason::budget);
    EXPECT_EQ(compiled_.hart.csrs.instret, 1'000'001u);
}

TEST_F(NativeTest, AccessesFaultAlikeAndChangeNothing) {
    constexpr std::uint64_t kEnd = guest::riscv::UserMemory::kSize;
    constexpr std::array<std::uint64_t, 12> kAddresses = {
        0,        kPageSize, kData - 1, kData + kPageSize - 4, kData + kPageSize,     kFixed + 8,
        kEnd - 8, kEnd - 2,  kEnd,      kEnd + kData,          ~std::uint64_t{0} - 7, std::uint64_t{1} << 63};
    const auto access = [](Opcode op, std::int64_t offset) {
        const bool store = op == Opcode::sd or op == Opcode::sh or op == Opcode::fsw;
        return store ? make_insn(op, 0, 12, 11, offset) : make_insn(op, 11, 12, 0, offset);
    };
    for (const Opcode op : {Opcode::ld, Opcode::lbu, Opcode::fld, Opcode::sd, Opcode::sh, Opcode::fsw}) {
        for (const std::uint64_t address : kAddresses) {
            SCOPED_TRACE(::testing::Message() << static_cast<int>(op) << " at " << std::hex << address);
            for (const std::int64_t offset : {0, 16, -2048}) {
                start({addi(11, 11, 1), access(op, offset), addi(11, 11, 1)});
                set_x(12, address - static_cast<std::uint64_t>(offset));
                EXPECT_EQ(run().reason, engine::ExitReason::trap);
            }
        }
    }
}

TEST_F(NativeTest, CodeThatItWritesIsNewBehindAFence) {
    // x10 = a function that returns a number, whose instruction is counted up before each call.
    constexpr std::uint64_t kFunction = kCode + 32;
    start({make_insn(Opcode::jalr, 1, 9, 0, 0), make_insn(Opcode::add, 13, 13, 10, 0),
           make_insn(Opcode::add, 8, 8, 11, 0), make_insn(Opcode::sw, 0, 9, 8, 0),
           make_insn(Opcode::fence_i, 0, 0, 0, 0), addi(12, 12, -1), branch(Opcode::bne, 12, 0, -24),
           make_insn(Opcode::ecall, 0, 0, 0, 0), addi(10, 0, 1), make_insn(Opcode::jalr, 0, 1, 0, 0)});
    set_x(8, guest::riscv::encode(addi(10, 0, 1)));
    set_x(9, kFunction);
    set_x(11, std::uint64_t{1} << 20);
    set_x(12, 100);
    run();
    EXPECT_EQ(compiled_.hart.x[13], 5050u);
    EXPECT_GE(compiled_.counts().faults, 1u);
    EXPECT_GE(compiled_.code_counts().invalidated, 99u);
}

TEST_F(NativeTest, WhatTheHostCannotRoundAsIsInterpreted) {
    const auto add = [] {
        Insn insn = make_insn(Opcode::fadd_d, 1, 2, 3, 0);
        insn.rm = guest::riscv::kDynamicRounding;
        return insn;
    }();
    start({add, add});
    for (ProgramGuest* each : {&interpreted_, &compiled_}) {
        each->hart.f[2] = 0x3ff0'0000'0000'0000;  // 1
        each->hart.f[3] = 0x3ca0'0000'0000'0000;  // half of what is the last place of 1
        each->hart.csrs.frm = 4;
    }
    run();
    EXPECT_EQ(compiled_.hart.f[1], 0x3ff0'0000'0000'0001u);
    EXPECT_EQ(compiled_.counts().retired, 0u);
}

TEST_F(NativeTest, CodeThatDoesNotFitAnyMoreIsCompiledAnew) {
    ASSERT_TRUE(compiled_.compile({.threshold = 0, .code = {.code_bytes = 1 << 16}}).has_value());
    ProgramCode code;
    for (unsigned k = 0; k < 1600; ++k) {
        append_word(code, addi(10 + k % 6, 10 + k % 6, k));
        append_word(code, branch(Opcode::bne, 5, 6, 8));
    }
    append_word(code, addi(20, 20, -1));
    append_word(code, make_insn(Opcode::sltu, 21, 0, 20, 0));
    append_word(code, branch(Opcode::beq, 21, 0, 8));
    append_word(code, make_insn(Opcode::jal, 0, 0, 0, -static_cast<std::int64_t>(byte_count(code))));
    start(code);
    set_x(20, 20);
    run();
    EXPECT_GE(compiled_.code_counts().evicted, 20u);
}

TEST_F(NativeTest, IsCompiledOnlyAfterSoManyEntries) {
    ASSERT_TRUE(compiled_.compile({.threshold = 10}).has_value());
    start({addi(10, 10, -1), branch(Opcode::bne, 10, 0, -4)});
    set_x(10, 10);
    run();
    EXPECT_EQ(compiled_.code_counts().compiled, 0u);
    start({addi(10, 10, -1), branch(Opcode::bne, 10, 0, -4)});
    set_x(10, 12);
    run();
    EXPECT_EQ(compiled_.code_counts().compiled, 1u);
}

}  // namespace
}  // namespace vm::native
