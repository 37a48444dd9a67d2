// Programs that are compiled where they are hot end as those that are interpreted.
#include "vm/native/native.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <span>
#include <sys/mman.h>
#include <vector>

#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/jit/fault_watch.h"

namespace vm::native {
namespace {

using guest::riscv::append_word;
using guest::riscv::byte_count;
using guest::riscv::Insn;
using guest::riscv::make_insn;
using guest::riscv::Opcode;
using guest::riscv::ProgramCode;
using mem::kPageSize;

constexpr std::uint64_t kCode = 0x10000;
constexpr std::uint64_t kCodeSize = 4 * kPageSize;
constexpr std::uint64_t kData = 0x400000;
constexpr std::uint64_t kFixed = 0x500000;  // a page that cannot be written
constexpr std::uint64_t kEnough = 10'000'000;

// A hart over memory of its own, whose code may be written.
class Guest {
  public:
    Guest() {
        ram_.protect_code_in_host();
        map(kCode, kCodeSize, mem::page::kPermissions);
        map(kData, kPageSize, mem::page::kRead | mem::page::kWrite);
        map(kFixed, kPageSize, mem::page::kRead);
    }

    Result<void> compile(const Options& options) {
        interpreter_.set_native(nullptr, 0);
        auto code = make_program_code(options.code);
        if (not code) {
            return tl::unexpected(code.error());
        }
        tier_ = compile_hot_code(interpreter_, std::move(*code), options.threshold);
        return {};
    }

    // From the first instruction on, behind the last of which a call ends the program.
    void start(ProgramCode code, std::span<const std::byte> data) {
        append_word(code, make_insn(Opcode::ecall, 0, 0, 0, 0));
        ASSERT_LE(byte_count(code), kCodeSize);
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kCode}, std::as_bytes(std::span(code))));
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kData}, data));
        hart_.x.fill(0);
        hart_.f.fill(0);
        hart_.csrs.fflags = 0;
        hart_.csrs.frm = 0;
        hart_.csrs.instret = 0;
        hart_.reservation = {};
        hart_.pc = kCode;
    }
    engine::Exit run(std::uint64_t budget) { return interpreter_.run(budget); }

    guest::riscv::Hart& hart() { return hart_; }
    std::span<const std::byte> data() const { return {ram_.host(mem::PhysAddr{kData}), kPageSize}; }
    std::span<const std::byte> code() const { return {ram_.host(mem::PhysAddr{kCode}), kCodeSize}; }
    const jit::Counts& counts() const { return tier_->counts(); }
    jit::Counts code_counts() const { return tier_->cache().counts(); }

  private:
    void map(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
        const auto at = mem::PhysAddr{address};
        const int write = (permissions & mem::page::kWrite) != 0 ? PROT_WRITE : 0;
        ASSERT_EQ(ram_.host(at), ::mmap(ram_.host(at), length, PROT_READ | write,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at, length, permissions);
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, guest::riscv::UserMemory::kSize, mem::Backing::reserved)
            .value();
    guest::riscv::UserMemory memory_{ram_};
    guest::riscv::Hart hart_{
        guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, [] { return std::uint64_t{0}; })};
    guest::riscv::Interpreter<guest::riscv::UserMemory> interpreter_{hart_, memory_};
    std::unique_ptr<jit::Tier> tier_;
};

bool same(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

class NativeTest : public testing::Test {
  protected:
    void SetUp() override {
        jit::FaultWatch::install_handler();
        if (const auto made = compiled_.compile({.threshold = 0}); not made) {
            GTEST_SKIP() << made.error().message;
        }
    }

    void start(const ProgramCode& code, std::span<const std::byte> data = {}) {
        interpreted_.start(code, data);
        compiled_.start(code, data);
    }
    void start(std::initializer_list<Insn> insns) {
        ProgramCode code;
        for (const Insn& insn : insns) append_word(code, insn);
        start(code);
    }
    void set_x(unsigned number, std::uint64_t value) {
        interpreted_.hart().x[number] = value;
        compiled_.hart().x[number] = value;
    }

    // Takes both as far; they end there alike.
    engine::Exit run(std::uint64_t budget = kEnough) {
        const engine::Exit expected = interpreted_.run(budget);
        const engine::Exit found = compiled_.run(budget);
        EXPECT_EQ(found.reason, expected.reason);
        if (expected.reason == engine::ExitReason::trap) {
            EXPECT_EQ(found.trap.cause, expected.trap.cause);
            EXPECT_EQ(found.trap.value, expected.trap.value);
        }
        expect_same();
        return expected;
    }
    void expect_same() {
        guest::riscv::Hart& expected = interpreted_.hart();
        guest::riscv::Hart& found = compiled_.hart();
        EXPECT_EQ(found.pc, expected.pc);
        EXPECT_EQ(found.csrs.instret, expected.csrs.instret);
        EXPECT_EQ(found.csrs.fflags, expected.csrs.fflags);
        EXPECT_EQ(found.csrs.frm, expected.csrs.frm);
        for (unsigned number = 0; number < 32; ++number) {
            EXPECT_EQ(found.x[number], expected.x[number]) << "x" << number;
            EXPECT_EQ(found.f[number], expected.f[number]) << "f" << number;
        }
        EXPECT_TRUE(same(compiled_.data(), interpreted_.data()));
        EXPECT_TRUE(same(compiled_.code(), interpreted_.code()));
    }

    static Insn branch(Opcode op, unsigned a, unsigned b, std::int64_t distance) {
        return make_insn(op, 0, a, b, distance);
    }
    static Insn addi(unsigned rd, unsigned rs1, std::int64_t imm) {
        return make_insn(Opcode::addi, rd, rs1, 0, imm);
    }

    Guest interpreted_;
    Guest compiled_;
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
            all += compiled_.hart().csrs.instret;
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
    EXPECT_EQ(compiled_.hart().x[11], 6000u);
    EXPECT_EQ(compiled_.code_counts().links, 1u);
    EXPECT_GT(compiled_.counts().retired, 5000u);
}

TEST_F(NativeTest, ACountdownOfManyGrantsIsExact) {
    start({addi(10, 10, 1), branch(Opcode::beq, 0, 0, -4)});
    EXPECT_EQ(run(1'000'001).reason, engine::ExitReason::budget);
    EXPECT_EQ(compiled_.hart().csrs.instret, 1'000'001u);
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
            SCOPED_TRACE(testing::Message() << static_cast<int>(op) << " at " << std::hex << address);
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
    EXPECT_EQ(compiled_.hart().x[13], 5050u);
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
    for (Guest* each : {&interpreted_, &compiled_}) {
        each->hart().f[2] = 0x3ff0'0000'0000'0000;  // 1
        each->hart().f[3] = 0x3ca0'0000'0000'0000;  // half of what is the last place of 1
        each->hart().csrs.frm = 4;
    }
    run();
    EXPECT_EQ(compiled_.hart().f[1], 0x3ff0'0000'0000'0001u);
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
