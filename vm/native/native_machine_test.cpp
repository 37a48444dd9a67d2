// Harts of machines that are compiled where they are hot end as those that are interpreted.
#include <array>
#include <cstdint>
#include <span>

#include <gtest/gtest.h>

#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/native/guest_pair.h"
#include "vm/native/machine_guest.h"
#include "vm/native/native.h"

namespace vm::native {
namespace {

using guest::riscv::append_code;
using guest::riscv::byte_count;

class NativeMachineTest : public GuestPairTest<MachineGuest> {
  protected:
    void start(Privilege privilege, const ProgramCode& code, std::span<const std::byte> data = {}) {
        both([&](MachineGuest& machine) { machine.start(privilege, code, data); });
    }
};

TEST_F(NativeMachineTest, GeneratedProgramsEndAlikeInEachMode) {
    constexpr std::uint64_t kPrograms = 150;
    std::uint64_t all = 0;
    std::uint64_t in_compiled_code = 0;
    for (std::uint64_t seed = 0; seed < kPrograms and not HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        const Privilege privilege = seed % 2 == 0 ? Privilege::supervisor : Privilege::user;
        Options options{.threshold = static_cast<std::uint16_t>(seed % 3 == 0 ? 2 : 0)};
        options.code.level = static_cast<unsigned>(seed % 3);
        ASSERT_TRUE(compiled_.compile(options).has_value());
        auto program = guest::riscv::generate_program({.seed = seed, .data_address = kData});
        append_word(program.code, kEcall);
        ASSERT_LE(byte_count(program.code), kCodeSize);
        const std::uint64_t before = compiled_.hart.csrs.instret;
        start(privilege, program.code, program.data);
        guest::riscv::RandomValues random(~seed);
        if (seed % 5 == 0) {
            while (not HasFailure() and run(random.below(400)).reason == engine::ExitReason::budget) {
            }
        } else {
            EXPECT_EQ(run().reason, engine::ExitReason::trap);
        }
        if (options.threshold == 0) {
            all += compiled_.hart.csrs.instret - before;
            in_compiled_code += compiled_.counts().retired;
        }
        EXPECT_EQ(compiled_.code_counts().failed, 0u);
    }
    EXPECT_GT(in_compiled_code, all / 2);
}

TEST_F(NativeMachineTest, ALoopOverTwoPagesStaysInCompiledCode) {
    ProgramCode code = code_of({addi(10, 10, -1), make_insn(Opcode::jal, 0, 0, 0, kPageSize - 4)});
    code.resize(kPageSize / 2);
    append_word(code, addi(11, 11, 3));
    append_word(code, branch(Opcode::beq, 10, 0, 8));
    append_word(code, make_insn(Opcode::jal, 0, 0, 0, -static_cast<std::int64_t>(kPageSize) - 8));
    append_word(code, kEcall);
    start(Privilege::supervisor, code);
    set_x(10, 1000);
    run();
    EXPECT_EQ(compiled_.hart.x[11], 3000u);
    EXPECT_GT(compiled_.counts().retired, 4900u);
}

// Each round calls a function in the second page of code, and has the page lead to the other of two behind
// it.
TEST_F(NativeMachineTest, AJumpLeadsWhereItsPageLeadsBehindAFence) {
    ProgramCode code =
        code_of({jalr(1, 9), make_insn(Opcode::add, 13, 13, 10, 0), make_insn(Opcode::xor_, 8, 8, 11, 0),
                 make_insn(Opcode::sd, 0, 14, 8, 0), make_insn(Opcode::sfence_vma, 0, 15, 0, 0),
                 addi(12, 12, -1), branch(Opcode::bne, 12, 0, -24), kEcall});
    for (const std::int64_t result : {1, 2}) {
        code.resize(static_cast<std::size_t>(result) * kPageSize / 2);
        append_code(code, code_of({addi(10, 0, result), kReturn}));
    }
    for (const std::uint64_t address : {std::uint64_t{0}, kCode + kPageSize}) {  // fences of all, and of one
        start(Privilege::supervisor, code);
        std::uint64_t place = 0;
        std::uint64_t one = 0;
        std::uint64_t two = 0;
        both([&](MachineGuest& machine) {
            auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
            const std::uint64_t flags = pte::kRead | pte::kExecute | kUsed | pte::kValid;
            one = pte::of(MachineGuest::code_page(1), flags);
            two = pte::of(MachineGuest::code_page(2), flags);
            machine.map(tables, 0);
            place = raw(tables.put(kCode + kPageSize, 0, one));
        });
        set_x(8, one);
        set_x(9, kCode + kPageSize);
        set_x(11, one ^ two);
        set_x(12, 100);
        set_x(14, kTablesAt + (place - kTables));
        set_x(15, address);
        if (address == 0) {
            // All addresses: x0 is named.
            both([](MachineGuest& machine) {
                const auto fence = code_of({make_insn(Opcode::sfence_vma, 0, 0, 0, 0)});
                machine.put(MachineGuest::code_page(0) + 16, bytes_of(fence));
            });
        }
        run();
        EXPECT_EQ(compiled_.hart.x[13], 150u);
        EXPECT_GT(compiled_.counts().retired, 300u);
    }
}

// Each round calls a function at the same address of another address space.
TEST_F(NativeMachineTest, AJumpLeadsWhereItsAddressSpaceLeads) {
    ProgramCode code =
        code_of({jalr(1, 9), make_insn(Opcode::add, 13, 13, 10, 0), make_insn(Opcode::xor_, 8, 8, 11, 0),
                 with_csr(Opcode::csrrw, 0, Csr::satp, 8), addi(12, 12, -1), branch(Opcode::bne, 12, 0, -20),
                 kEcall});
    for (const std::int64_t result : {1, 2}) {
        code.resize(static_cast<std::size_t>(result) * kPageSize / 2);
        append_code(code, code_of({addi(10, 0, result), kReturn}));
    }
    start(Privilege::supervisor, code);
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    both([&](MachineGuest& machine) {
        const auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        auto others = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kOtherTables});
        machine.map(others, 0);
        others.map(kCode + kPageSize, MachineGuest::code_page(2), pte::kRead | pte::kExecute | kUsed);
        first = machine.satp(tables, 1);
        second = machine.satp(others, 2);
    });
    set_x(8, first);
    set_x(9, kCode + kPageSize);
    set_x(11, first ^ second);
    set_x(12, 1000);
    run();
    EXPECT_EQ(compiled_.hart.x[13], 1500u);
    EXPECT_GT(compiled_.counts().retired, 4000u);
    EXPECT_LT(compiled_.code_counts().compiled, 20u);  // once, not in each round
}

TEST_F(NativeMachineTest, CodeThatItWritesIsNewBehindAFence) {
    ProgramCode code =
        code_of({jalr(1, 9), make_insn(Opcode::add, 13, 13, 10, 0), make_insn(Opcode::add, 8, 8, 11, 0),
                 make_insn(Opcode::sw, 0, 9, 8, 0), make_insn(Opcode::fence_i, 0, 0, 0, 0), addi(12, 12, -1),
                 branch(Opcode::bne, 12, 0, -24), kEcall});
    for (const std::uint64_t function : {std::uint64_t{32}, std::uint64_t{kPageSize}}) {
        ProgramCode with = code;
        with.resize(function / 2);
        append_code(with, code_of({addi(10, 0, 1), kReturn}));
        start(Privilege::supervisor, with);
        set_x(8, guest::riscv::encode(addi(10, 0, 1)));
        set_x(9, kCode + function);
        set_x(11, std::uint64_t{1} << 20);
        set_x(12, 100);
        run();
        EXPECT_EQ(compiled_.hart.x[13], 5050u);
    }
}

TEST_F(NativeMachineTest, DevicesSeeTheSameAccessesInTheSameOrder) {
    start(Privilege::supervisor,
          code_of({make_insn(Opcode::lw, 10, 9, 0, 4), make_insn(Opcode::sh, 0, 9, 10, 8),
                   make_insn(Opcode::lbu, 11, 9, 0, 1), make_insn(Opcode::sd, 0, 9, 12, 16),
                   make_insn(Opcode::lw, 10, 9, 0, 4), addi(12, 12, -1), branch(Opcode::bne, 12, 0, -24),
                   make_insn(Opcode::lw, 10, 9, 0, 2)}));  // which no device answers
    set_x(9, kDeviceAt);
    set_x(12, 50);
    EXPECT_EQ(run().trap.cause, guest::riscv::cause::kLoadAccess);
    EXPECT_EQ(compiled_.device.accesses.size(), 250u);
}

TEST_F(NativeMachineTest, AccessesEndAlikeWhereverTheyLead) {
    constexpr std::array<std::uint64_t, 13> kAddresses = {
        kData + 8,
        kData + kPageSize - 4,
        kData + kPageSize - 1,
        kData + 2 * kPageSize - 3,  // into what is read only
        kReadOnly + 16,
        kReadOnly + kPageSize - 2,  // into nothing
        kData - 8,
        kData - 1,
        kDeviceAt + 64,
        kDeviceAt + 65,
        std::uint64_t{1} << 38,
        std::uint64_t{1} << 63,
        (std::uint64_t{1} << 63) + kPageSize - 4};
    const auto access = [](Opcode op) {
        const bool store = op == Opcode::sd or op == Opcode::sh or op == Opcode::fsw;
        return store ? make_insn(op, 0, 12, 11, -8) : make_insn(op, 11, 12, 0, -8);
    };
    for (const Opcode op : {Opcode::ld, Opcode::lbu, Opcode::fld, Opcode::sd, Opcode::sh, Opcode::fsw}) {
        for (const std::uint64_t address : kAddresses) {
            SCOPED_TRACE(::testing::Message() << static_cast<int>(op) << " at " << std::hex << address);
            start(Privilege::user,
                  code_of({addi(11, 11, 1), access(op), access(op), addi(11, 11, 1), kEcall}));
            set_x(12, address + 8);
            EXPECT_EQ(run().reason, engine::ExitReason::trap);
        }
    }
}

TEST_F(NativeMachineTest, ALoopEndsSoonWhenAttentionIsAskedFor) {
    start(Privilege::supervisor, code_of({addi(10, 10, 1), branch(Opcode::beq, 0, 0, -4)}));
    EXPECT_EQ(compiled_.run(50'000).reason, engine::ExitReason::budget);
    compiled_.request_attention();
    const std::uint64_t before = compiled_.hart.csrs.instret;
    EXPECT_EQ(compiled_.run(kEnough).reason, engine::ExitReason::pending);
    EXPECT_LE(compiled_.hart.csrs.instret - before, 4096u);
}

// Each round loads from two pages that lie together, then has the second one lead elsewhere or back.
TEST_F(NativeMachineTest, APageLeavesItsNeighbourBehindAFence) {
    constexpr std::uint64_t kNeighbours = 0x90'0000;
    constexpr std::uint64_t kAt = kDataPages + 8 * kPageSize;
    constexpr std::int64_t kNext = 2 * kPageSize;
    start(Privilege::supervisor,
          code_of({make_insn(Opcode::ld, 10, 9, 0, 0), make_insn(Opcode::add, 13, 13, 10, 0),
                   make_insn(Opcode::add, 9, 9, 16, 0), make_insn(Opcode::ld, 10, 9, 0, 0),
                   make_insn(Opcode::add, 13, 13, 10, 0), make_insn(Opcode::sub, 9, 9, 16, 0),
                   make_insn(Opcode::xor_, 8, 8, 11, 0), make_insn(Opcode::sd, 0, 14, 8, 0),
                   make_insn(Opcode::sfence_vma, 0, 15, 0, 0), addi(12, 12, -1),
                   branch(Opcode::bne, 12, 0, -40), kEcall}));
    const std::uint64_t flags = kDataFlags | pte::kValid;
    const std::uint64_t beside = pte::of(kAt + kPageSize, flags);
    const std::uint64_t elsewhere = pte::of(kAt + kNext, flags);
    std::uint64_t place = 0;
    both([&](MachineGuest& machine) {
        auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        machine.map(tables, 0);
        tables.map(kNeighbours, kAt, kDataFlags);
        place = raw(tables.put(kNeighbours + kPageSize, 0, beside));
        for (std::uint64_t page = 0; page < 3; ++page) {
            const std::uint64_t value = 1 << 10 * page;
            machine.put(kAt + page * kPageSize, std::as_bytes(std::span(&value, 1)));
        }
    });
    set_x(8, beside);
    set_x(9, kNeighbours);
    set_x(11, beside ^ elsewhere);
    set_x(12, 100);
    set_x(14, kTablesAt + (place - kTables));
    set_x(15, kNeighbours + kPageSize);
    set_x(16, kPageSize);
    run();
    EXPECT_EQ(compiled_.hart.x[13], 100u + (50u << 10) + (50u << 20));
    EXPECT_GE(compiled_.counts().retired, 1000u);
}

// Where nothing is translated such an access is one, and either entry decides but a part of it.
TEST_F(NativeMachineTest, AnAccessToPagesOfTwoEntriesOfPmpFails) {
    constexpr std::uint64_t kBoundary = kDataPages + kPageSize;
    const Insn load = make_insn(Opcode::ld, 10, 9, 0, 0);
    start(Privilege::supervisor, code_of({make_insn(Opcode::ld, 10, 18, 0, 0), load, load, addi(9, 9, 32),
                                          make_insn(Opcode::ld, 11, 9, 0, -4), kEcall}));
    both([](MachineGuest& machine) {
        machine.to_machine_mode();
        machine.write(Csr::pmpaddr0, kBoundary >> 2);
        machine.write(Csr::pmpaddr1, (std::uint64_t{1} << 53) - 1);
        machine.write(Csr::pmpcfg0, 0x1f0f);  // to the boundary, and all
        machine.write(Csr::satp, 0);
        machine.to(Privilege::supervisor);
        machine.hart.pc = MachineGuest::code_page(0);
    });
    set_x(9, kBoundary - 32);
    set_x(18, kBoundary);
    const engine::Exit exit = run();
    EXPECT_EQ(exit.trap.cause, guest::riscv::cause::kLoadAccess);
    EXPECT_EQ(exit.trap.value, kBoundary - 4);
}

// Whoever cannot reach a page must not find what another mode found there.
TEST_F(NativeMachineTest, EachModeReachesItsOwn) {
    const ProgramCode code = code_of(
        {make_insn(Opcode::ld, 10, 9, 0, 0), addi(12, 12, -1), branch(Opcode::bne, 12, 0, -8), kEcall});
    start(Privilege::supervisor, code);
    set_x(9, kData);
    set_x(12, 20);
    EXPECT_EQ(run().trap.cause, guest::riscv::cause::kEcallFromS);
    both([](MachineGuest& machine) {
        auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        machine.map(tables, 0);
        tables.map(kCode, MachineGuest::code_page(0), pte::kRead | pte::kExecute | kUsed | pte::kUser);
        machine.to(Privilege::user);
        machine.hart.pc = kCode;
    });
    set_x(12, 20);
    const engine::Exit exit = run();
    EXPECT_EQ(exit.trap.cause, guest::riscv::cause::kLoadPage);
    EXPECT_EQ(exit.trap.value, kData);
}

}  // namespace
}  // namespace vm::native
