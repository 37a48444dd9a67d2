#include <initializer_list>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/mmu/page_table_builder.h"

// What privileged instructions and translated addresses are to an interpreter.
namespace vm::guest::riscv {
namespace {

using engine::ExitReason;
using mem::PhysAddr;
namespace pte = mmu::pte;

constexpr std::uint64_t kBase = 0x80000000;
constexpr std::uint64_t kSize = 0x400000;
constexpr std::uint64_t kTables = kBase + 0x100000;
constexpr std::uint64_t kOtherTables = kBase + 0x200000;
constexpr std::uint64_t kNapotAll = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kCode = pte::kRead | pte::kExecute | pte::kAccessed;
constexpr std::uint64_t kAt = 0x40000000;
constexpr std::uint64_t kTvm = std::uint64_t{1} << 20;
constexpr std::uint64_t kTw = std::uint64_t{1} << 21;
constexpr std::uint64_t kTsr = std::uint64_t{1} << 22;

constexpr std::uint16_t number(Csr csr) { return static_cast<std::uint16_t>(csr); }

Insn insn(Opcode op, unsigned rd = 0, unsigned rs1 = 0, unsigned rs2 = 0, std::int32_t imm = 0) {
    Insn i;
    i.op = op;
    i.rd = static_cast<std::uint8_t>(rd);
    i.rs1 = static_cast<std::uint8_t>(rs1);
    i.rs2 = static_cast<std::uint8_t>(rs2);
    i.imm = imm;
    return i;
}
Insn addi(unsigned rd, unsigned rs1, std::int32_t imm) { return insn(Opcode::addi, rd, rs1, 0, imm); }
Insn ecall() { return insn(Opcode::ecall); }
Insn sfence_vma() { return insn(Opcode::sfence_vma); }
Insn jump_to(unsigned rs1) { return insn(Opcode::jalr, 0, rs1); }

class SystemInterpreter : public ::testing::Test {
  protected:
    SystemInterpreter() {
        write_csr(Csr::pmpaddr0, kNapotAll);
        write_csr(Csr::pmpcfg0, 0x1f);
        hart_.pc = kBase;
    }

    void write_csr(Csr csr, std::uint64_t value) {
        ASSERT_TRUE(hart_.csrs.write(number(csr), value).has_value());
    }
    void program(std::initializer_list<Insn> insns, std::uint64_t address = kBase) {
        for (const Insn& each : insns) {
            ASSERT_TRUE(ram_.write<std::uint32_t>(PhysAddr{address}, encode(each)));
            address += 4;
        }
    }
    void to(Privilege privilege, std::uint64_t status = 0) {
        write_csr(Csr::mstatus, status | static_cast<std::uint64_t>(privilege) << 11);
        ASSERT_TRUE(hart_.csrs.mret().has_value());
    }
    void use_tables(const mmu::PageTableBuilder& tables, std::uint64_t asid = 0) {
        write_csr(Csr::satp, std::uint64_t{8} << 60 | asid << 44 | raw(tables.table().root) >> 12);
    }
    // Runs until the trap that must come.
    engine::Trap run_to_trap() {
        const engine::Exit exit = interpreter_.run(1000);
        EXPECT_EQ(exit.reason, ExitReason::trap);
        return exit.trap;
    }
    void expect_illegal(const Insn& refused) {
        program({refused});
        EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kIllegalInstruction, encode(refused)}));
        EXPECT_EQ(hart_.pc, kBase);
    }

    mem::GuestRam ram_ = mem::GuestRam::create(PhysAddr{kBase}, kSize).value();
    mem::MmioBus bus_;
    Hart hart_{CsrFile(HartKind::machine, 0, [] { return std::uint64_t{0}; })};
    SystemMemory memory_{ram_, bus_, hart_.csrs};
    Interpreter<SystemMemory> interpreter_{hart_, memory_};
    mmu::PageTableBuilder tables_{ram_, mmu::PagingMode::sv39, PhysAddr{kTables}};
    mmu::PageTableBuilder other_tables_{ram_, mmu::PagingMode::sv39, PhysAddr{kOtherTables}};
};

TEST_F(SystemInterpreter, SretGoesOnInUserModeAtSepc) {
    program({insn(Opcode::sret)});
    program({addi(1, 0, 3), ecall()}, kBase + 0x100);
    to(Privilege::supervisor);
    write_csr(Csr::sepc, kBase + 0x100);
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromU, 0}));
    EXPECT_EQ(hart_.x[1], 3U);
    EXPECT_EQ(hart_.csrs.privilege(), Privilege::user);
    EXPECT_EQ(hart_.csrs.instret, 2U);
}

TEST_F(SystemInterpreter, SretIsIllegalInUserModeAndUnderTsr) {
    to(Privilege::user);
    expect_illegal(insn(Opcode::sret));
    hart_.csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    to(Privilege::supervisor, kTsr);
    expect_illegal(insn(Opcode::sret));
}

TEST_F(SystemInterpreter, TranslationFenceIsIllegalInUserModeAndUnderTvm) {
    to(Privilege::user);
    expect_illegal(sfence_vma());
    expect_illegal(insn(Opcode::sinval_vma, 0, 3, 4));
    hart_.csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    to(Privilege::supervisor, kTvm);
    expect_illegal(sfence_vma());
}

TEST_F(SystemInterpreter, FencesAroundInvalidationsAreHeldBackInUserModeAlone) {
    program({insn(Opcode::sfence_w_inval), insn(Opcode::sfence_inval_ir), ecall()});
    to(Privilege::supervisor, kTvm);
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromS, 0}));
    hart_.csrs.enter_trap({cause::kEcallFromS, 0}, 0);
    to(Privilege::user);
    hart_.pc = kBase;
    expect_illegal(insn(Opcode::sfence_w_inval));
}

TEST_F(SystemInterpreter, WaitLeavesTheRunBehindItAndIsIllegalUnderTw) {
    program({insn(Opcode::wfi), ecall()});
    to(Privilege::supervisor);
    EXPECT_EQ(interpreter_.run(1000).reason, ExitReason::pending);
    EXPECT_TRUE(hart_.csrs.waiting);
    EXPECT_EQ(hart_.pc, kBase + 4);
    EXPECT_EQ(hart_.csrs.instret, 1U);
    hart_.csrs.enter_trap({cause::kEcallFromS, 0}, 0);
    to(Privilege::supervisor, kTw);
    hart_.pc = kBase;
    expect_illegal(insn(Opcode::wfi));
}

TEST_F(SystemInterpreter, InterruptThatACsrWriteLetsInEndsTheRunBehindIt) {
    hart_.csrs.set_interrupt_line(Interrupt::machine_software, true);
    write_csr(Csr::mie, 8);
    program({addi(1, 0, 1), insn(Opcode::csrrsi, 0, 8, 0, number(Csr::mstatus)), addi(1, 0, 2), ecall()});
    EXPECT_EQ(interpreter_.run(1000).reason, ExitReason::pending);
    EXPECT_EQ(hart_.pc, kBase + 8);
    EXPECT_EQ(hart_.x[1], 1U);
    EXPECT_EQ(hart_.csrs.instret, 2U);
}

TEST_F(SystemInterpreter, InterruptThatAReturnLetsInEndsTheRunAtItsTarget) {
    hart_.csrs.set_interrupt_line(Interrupt::machine_timer, true);
    write_csr(Csr::mie, 0x80);
    write_csr(Csr::mepc, kBase + 0x100);
    program({insn(Opcode::mret)});  // to U, where M cannot be held back
    EXPECT_EQ(interpreter_.run(1000).reason, ExitReason::pending);
    EXPECT_EQ(hart_.pc, kBase + 0x100);
    EXPECT_EQ(hart_.csrs.privilege(), Privilege::user);
}

TEST_F(SystemInterpreter, InterruptThatIsNotLetInDisturbsNobody) {
    hart_.csrs.set_interrupt_line(Interrupt::machine_software, true);
    program({insn(Opcode::csrrwi, 0, 8, 0, number(Csr::mie)), addi(1, 0, 2), ecall()});
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromM, 0}));
    EXPECT_EQ(hart_.x[1], 2U);
}

// Two pages of code take turns at one address, which a third one jumps to.
TEST_F(SystemInterpreter, RemappedCodeRunsAfterTheFence) {
    program({addi(1, 0, 1), ecall()}, kBase + 0x1000);
    program({addi(1, 0, 2), ecall()}, kBase + 0x2000);
    program({sfence_vma(), jump_to(5)}, kBase + 0x3000);
    tables_.map(kAt, kBase + 0x1000, kCode);
    tables_.map(kAt + 0x1000, kBase + 0x3000, kCode);
    use_tables(tables_);
    to(Privilege::supervisor);
    hart_.x[5] = kAt;
    for (const unsigned round : {1U, 2U, 1U}) {
        tables_.map(kAt, kBase + 0x1000 * round, kCode);
        hart_.pc = kAt + 0x1000;
        EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromS, 0}));
        EXPECT_EQ(hart_.x[1], round);
        EXPECT_EQ(hart_.pc, kAt + 4);
    }
}

TEST_F(SystemInterpreter, FenceThatAnotherHartAsksForDoesTheSame) {
    program({addi(1, 0, 1), ecall()}, kBase + 0x1000);
    program({addi(1, 0, 2), ecall()}, kBase + 0x2000);
    tables_.map(kAt, kBase + 0x1000, kCode);
    use_tables(tables_);
    to(Privilege::supervisor);
    hart_.pc = kAt;
    run_to_trap();
    tables_.map(kAt, kBase + 0x2000, kCode);
    interpreter_.translation_fence({.all_addresses = false, .all_spaces = true, .address = kAt, .asid = 0});
    hart_.pc = kAt;
    run_to_trap();
    EXPECT_EQ(hart_.x[1], 2U);
}

TEST_F(SystemInterpreter, FenceOnOneAddressOfASuperpageConcernsTheCodeInAllOfIt) {
    constexpr std::uint64_t kLarge = 0x200000;
    program({addi(1, 0, 1), ecall()}, kBase + 0x3000);
    program({addi(1, 0, 2), ecall()}, kBase + kLarge + 0x3000);
    tables_.map(kAt, kBase, kCode, 1);
    use_tables(tables_);
    to(Privilege::supervisor);
    hart_.pc = kAt + 0x3000;
    run_to_trap();
    EXPECT_EQ(hart_.x[1], 1U);
    tables_.map(kAt, kBase + kLarge, kCode, 1);
    interpreter_.translation_fence({.all_addresses = false, .all_spaces = true, .address = kAt, .asid = 0});
    hart_.pc = kAt + 0x3000;
    run_to_trap();
    EXPECT_EQ(hart_.x[1], 2U);
}

TEST_F(SystemInterpreter, OneAddressIsOtherCodeInAnotherAddressSpace) {
    program({addi(1, 0, 1), ecall()}, kBase + 0x1000);
    program({addi(1, 0, 2), ecall()}, kBase + 0x2000);
    tables_.map(kAt, kBase + 0x1000, kCode);
    other_tables_.map(kAt, kBase + 0x2000, kCode);
    to(Privilege::supervisor);
    for (unsigned round = 0; round < 3; ++round) {
        use_tables(tables_, 5);
        hart_.pc = kAt;
        run_to_trap();
        EXPECT_EQ(hart_.x[1], 1U);
        use_tables(other_tables_, 6);
        hart_.pc = kAt;
        run_to_trap();
        EXPECT_EQ(hart_.x[1], 2U);
    }
}

TEST_F(SystemInterpreter, AddressThatIsNotCanonicalFaultsWhateverAnotherAddressSpaceHas) {
    program({addi(1, 0, 1), ecall()}, kBase + 0x1000);
    tables_.map(kAt, kBase + 0x1000, kCode);
    to(Privilege::supervisor);
    use_tables(tables_, 5);
    hart_.pc = kAt;
    run_to_trap();
    use_tables(other_tables_, 6);
    const std::uint64_t wrong = kAt ^ std::uint64_t{5 ^ 6} << 48;
    hart_.pc = wrong;
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kFetchPage, wrong}));
}

TEST_F(SystemInterpreter, InstructionAcrossPagesFaultsWhereItsSecondHalfIsMissing) {
    tables_.map(kAt, kBase + 0x1000, kCode);
    program({addi(1, 0, 1)}, kBase + 0x1ffe);
    use_tables(tables_);
    to(Privilege::supervisor);
    hart_.pc = kAt + 0xffe;
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kFetchPage, kAt + 0x1000}));
    EXPECT_EQ(hart_.pc, kAt + 0xffe);
}

TEST_F(SystemInterpreter, InstructionAcrossPagesFollowsItsSecondPage) {
    const std::uint32_t one = encode(addi(1, 0, 1));
    ASSERT_TRUE(ram_.write(PhysAddr{kBase + 0x1ffe}, static_cast<std::uint16_t>(one)));
    for (const std::uint64_t page : {kBase + 0x3000, kBase + 0x5000}) {  // the upper halves are 1 and 2 << 4
        const std::uint16_t upper = page == kBase + 0x3000 ? 0x0010 : 0x0020;
        ASSERT_TRUE(ram_.write(PhysAddr{page}, upper));
        program({ecall()}, page + 2);
    }
    tables_.map(kAt, kBase + 0x1000, kCode);
    use_tables(tables_);
    to(Privilege::supervisor);
    for (const unsigned round : {1U, 2U, 1U}) {
        tables_.map(kAt + 0x1000, round == 1 ? kBase + 0x3000 : kBase + 0x5000, kCode);
        interpreter_.translation_fence(
            {.all_addresses = false, .all_spaces = true, .address = kAt + 0x1000, .asid = 0});
        hart_.pc = kAt + 0xffe;
        EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromS, 0}));
        EXPECT_EQ(hart_.x[1], round);
    }
}

TEST_F(SystemInterpreter, InstructionThatPmpForbidsTrapsWhenItIsReached) {
    program({addi(1, 0, 1), addi(2, 0, 2), addi(3, 0, 3)});
    write_csr(Csr::pmpaddr0, (kBase + 8) >> 2);
    write_csr(Csr::pmpcfg0, 0x0f);  // up to there, by its top
    to(Privilege::user);
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kFetchAccess, kBase + 8}));
    EXPECT_EQ(hart_.pc, kBase + 8);
    EXPECT_EQ(hart_.x[2], 2U);
    EXPECT_EQ(hart_.csrs.instret, 2U);
}

TEST_F(SystemInterpreter, PageThatLosesItsPermissionIsNotExecutedFromWhatWasDecoded) {
    program({addi(1, 0, 1), ecall()});
    to(Privilege::user);
    run_to_trap();
    hart_.csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    write_csr(Csr::pmpcfg0, 0x1b);  // read and write
    to(Privilege::user);
    hart_.pc = kBase;
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kFetchAccess, kBase}));
}

// Code of U and S at one address is decoded apart, as the mode says what it may do.
TEST_F(SystemInterpreter, UserPageIsNotExecutedBySupervisors) {
    program({addi(1, 0, 1), ecall()}, kBase + 0x1000);
    tables_.map(kAt, kBase + 0x1000, kCode | pte::kUser);
    use_tables(tables_);
    to(Privilege::user);
    hart_.pc = kAt;
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kEcallFromU, 0}));
    hart_.csrs.enter_trap({cause::kEcallFromU, 0}, 0);
    to(Privilege::supervisor, std::uint64_t{1} << 18);  // SUM does not help
    hart_.pc = kAt;
    EXPECT_EQ(run_to_trap(), (engine::Trap{cause::kFetchPage, kAt}));
}

}  // namespace
}  // namespace vm::guest::riscv
