#pragma once

// For tests: two guests of one kind, each with memory of its own, one interpreted and one compiled where it
// is hot, which must be alike whenever they stop.

#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>

#include <gtest/gtest.h>

#include "vm/engine/exit.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/hart.h"
#include "vm/native/audit.h"
#include "vm/native/native.h"

namespace vm::native {

using guest::riscv::append_word;
using guest::riscv::Insn;
using guest::riscv::make_insn;
using guest::riscv::Opcode;
using guest::riscv::ProgramCode;

inline Insn addi(unsigned rd, unsigned rs1, std::int64_t imm) {
    return make_insn(Opcode::addi, rd, rs1, 0, imm);
}
inline Insn jalr(unsigned rd, unsigned rs1) { return make_insn(Opcode::jalr, rd, rs1, 0, 0); }
inline Insn branch(Opcode op, unsigned a, unsigned b, std::int64_t distance) {
    return make_insn(op, 0, a, b, distance);
}
inline Insn with_csr(Opcode op, unsigned rd, guest::riscv::Csr csr, unsigned rs1) {
    return make_insn(op, rd, rs1, 0, static_cast<std::int64_t>(csr));
}
inline const Insn kEcall = make_insn(Opcode::ecall, 0, 0, 0, 0);
inline const Insn kReturn = jalr(0, 1);

inline ProgramCode code_of(std::initializer_list<Insn> insns) {
    ProgramCode code;
    for (const Insn& insn : insns) {
        append_word(code, insn);
    }
    return code;
}

inline std::span<const std::byte> bytes_of(const ProgramCode& code) { return std::as_bytes(std::span(code)); }

inline bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
    return a.size() == b.size() and std::memcmp(a.data(), b.data(), a.size()) == 0;
}

inline void expect_same_hart(const guest::riscv::Hart& found, const guest::riscv::Hart& expected) {
    EXPECT_EQ(found.pc, expected.pc);
    EXPECT_EQ(found.csrs.instret, expected.csrs.instret);
    EXPECT_EQ(found.csrs.fflags, expected.csrs.fflags);
    EXPECT_EQ(found.csrs.frm, expected.csrs.frm);
    EXPECT_EQ(found.csrs.privilege(), expected.csrs.privilege());
    EXPECT_EQ(found.reservation.valid, expected.reservation.valid);
    EXPECT_EQ(found.reservation.address, expected.reservation.address);
    EXPECT_EQ(found.reservation.value, expected.reservation.value);
    for (unsigned number = 0; number < 32; ++number) {
        EXPECT_EQ(found.x[number], expected.x[number]) << "x" << number;
        EXPECT_EQ(found.f[number], expected.f[number]) << "f" << number;
    }
}

// What stands between an audit and the tier that it audits.
using Between = std::function<std::unique_ptr<engine::NativeTier>(engine::NativeTier&)>;

// A Guest has a hart, is compiled as options say, run() by an interpreter for a budget, and same_memory() as
// another one.
template <class Guest>
class GuestPair {
  public:
    // How the second one is compiled from now on.
    Result<void> compile(const Options& options) { return compiled.compile(options); }

    template <class Action>
    void both(Action action) {
        action(interpreted);
        action(compiled);
    }
    void set_x(unsigned number, std::uint64_t value) {
        both([=](Guest& guest) { guest.hart.x[number] = value; });
    }

    // Takes both as far; they end there alike.
    engine::Exit run(std::uint64_t budget) {
        const engine::Exit expected = interpreted.run(budget);
        const engine::Exit found = compiled.run(budget);
        EXPECT_EQ(found.reason, expected.reason);
        if (expected.reason == engine::ExitReason::trap) {
            EXPECT_EQ(found.trap.cause, expected.trap.cause);
            EXPECT_EQ(found.trap.value, expected.trap.value);
        }
        expect_same_hart(compiled.hart, interpreted.hart);
        EXPECT_TRUE(compiled.same_memory(interpreted));
        return expected;
    }

    Guest interpreted;
    Guest compiled;
};

// Tests of such a pair, whose second guest is compiled at once.
template <class Guest>
class GuestPairTest : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kEnough = 10'000'000;

    void SetUp() override {
        if (const auto made = pair_.compile({.threshold = 0}); not made) {
            GTEST_SKIP() << made.error().message;
        }
    }

    template <class Action>
    void both(Action action) {
        pair_.both(action);
    }
    void set_x(unsigned number, std::uint64_t value) { pair_.set_x(number, value); }
    engine::Exit run(std::uint64_t budget = kEnough) { return pair_.run(budget); }

    GuestPair<Guest> pair_;
    Guest& interpreted_ = pair_.interpreted;
    Guest& compiled_ = pair_.compiled;
};

}  // namespace vm::native
