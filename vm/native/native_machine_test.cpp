// Harts of machines that are compiled where they are hot end as those that are interpreted.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/mem/mmio_bus.h"
#include "vm/mmu/page_table_builder.h"
#include "vm/native/native.h"

namespace vm::native {
namespace {

using guest::riscv::append_code;
using guest::riscv::append_word;
using guest::riscv::byte_count;
using guest::riscv::Csr;
using guest::riscv::Insn;
using guest::riscv::make_insn;
using guest::riscv::Opcode;
using guest::riscv::Privilege;
using guest::riscv::ProgramCode;
using mem::kPageSize;
using mem::PhysAddr;
namespace pte = mmu::pte;

// Physical.
constexpr std::uint64_t kRam = 0x1000'0000;
constexpr std::uint64_t kRamSize = 0x40'0000;
constexpr std::uint64_t kCodePages = kRam;  // one behind another, as programs see them in reverse
constexpr std::uint64_t kCodeSize = 4 * kPageSize;
constexpr std::uint64_t kDataPages = kRam + 0x10'0000;
constexpr std::uint64_t kTables = kRam + 0x20'0000;
constexpr std::uint64_t kOtherTables = kRam + 0x30'0000;
constexpr std::uint64_t kDevice = 0x200'0000;

// Virtual.
constexpr std::uint64_t kCode = 0x40'0000;
constexpr std::uint64_t kData = 0x60'0000;
constexpr std::uint64_t kReadOnly = kData + 2 * kPageSize;
constexpr std::uint64_t kDeviceAt = 0x70'0000;
constexpr std::uint64_t kTablesAt = 0x80'0000;

constexpr std::uint64_t kUsed = pte::kAccessed | pte::kDirty;
constexpr std::uint64_t kDataFlags = pte::kRead | pte::kWrite | kUsed;
constexpr std::uint64_t kEnough = 10'000'000;

// Counts up with each load, and remembers all accesses.
class Device final : public mem::MmioDevice {
  public:
    std::uint64_t load(std::uint64_t offset, unsigned size) override {
        accesses.emplace_back(offset, size, ++loads_);
        return loads_;
    }
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override {
        accesses.emplace_back(offset, size, value);
    }
    std::string_view name() const override { return "test"; }

    std::vector<std::tuple<std::uint64_t, unsigned, std::uint64_t>> accesses;

  private:
    std::uint64_t loads_ = 0;
};

class Machine {
  public:
    Machine() {
        write(Csr::pmpaddr0, (std::uint64_t{1} << 53) - 1);
        write(Csr::pmpcfg0, 0x1f);
        EXPECT_TRUE(bus_.attach(PhysAddr{kDevice}, kPageSize, device).has_value());
    }

    Result<void> compile(const Options& options) {
        interpreter_.set_native(nullptr, 0);
        auto code = make_machine_code(options.code);
        if (not code) {
            return tl::unexpected(code.error());
        }
        tier_ = compile_hot_code(interpreter_, std::move(*code), options.threshold);
        return {};
    }

    void write(Csr csr, std::uint64_t value) {
        ASSERT_TRUE(hart.csrs.write(static_cast<std::uint16_t>(csr), value).has_value());
    }
    void put(std::uint64_t physical, std::span<const std::byte> bytes) {
        ASSERT_TRUE(ram.write_bytes(PhysAddr{physical}, bytes));
    }
    // From any mode; nothing that was known of addresses is known any more.
    void to(Privilege privilege) {
        to_machine_mode();
        interpreter_.translation_fence({true, true, 0, 0});
        write(Csr::mstatus, std::uint64_t{3} << 13 | static_cast<std::uint64_t>(privilege) << 11);  // with FS
        ASSERT_TRUE(hart.csrs.mret().has_value());
    }
    void to_machine_mode() { (void)hart.csrs.enter_trap({guest::riscv::cause::kBreakpoint, 0}, 0); }
    // As programs know memory, in either set of tables.
    void map(mmu::PageTableBuilder& tables, std::uint64_t flags) {
        for (std::uint64_t at = 0; at < kCodeSize; at += kPageSize) {
            tables.map(kCode + at, kCodePages + kCodeSize - kPageSize - at,
                       pte::kRead | pte::kWrite | pte::kExecute | kUsed | flags);
        }
        tables.map(kData, kDataPages + 5 * kPageSize, kDataFlags | flags);
        tables.map(kData + kPageSize, kDataPages, kDataFlags | flags);
        tables.map(kReadOnly, kDataPages + kPageSize, pte::kRead | kUsed | flags);
        tables.map(kDeviceAt, kDevice, kDataFlags | flags);
        for (std::uint64_t at = 0; at < 8 * kPageSize; at += kPageSize) {
            tables.map(kTablesAt + at, kTables + at, kDataFlags | flags);
        }
    }
    std::uint64_t satp(const mmu::PageTableBuilder& tables, std::uint64_t asid) const {
        return std::uint64_t{8} << 60 | asid << 44 | raw(tables.table().root) >> mem::kPageShift;
    }
    // Where a page of code as programs see it lies.
    static std::uint64_t code_page(std::uint64_t number) {
        return kCodePages + kCodeSize - (number + 1) * kPageSize;
    }
    void put_code(std::span<const std::byte> bytes) {
        for (std::uint64_t page = 0; not bytes.empty(); ++page) {
            const std::size_t size = std::min<std::size_t>(bytes.size(), kPageSize);
            put(code_page(page), bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }
    engine::Exit run(std::uint64_t budget) { return interpreter_.run(budget); }
    void request_attention() { interpreter_.request_attention(); }
    const jit::Counts& counts() const { return tier_->counts(); }
    jit::Counts code_counts() const { return tier_->cache().counts(); }
    std::span<const std::byte> memory() const { return {ram.host(PhysAddr{kRam}), kRamSize}; }

    mem::GuestRam ram = mem::GuestRam::create(PhysAddr{kRam}, kRamSize).value();
    Device device;
    guest::riscv::Hart hart{guest::riscv::CsrFile(guest::riscv::HartKind::machine, 0, [] { return 0; })};

  private:
    mem::MmioBus bus_;
    guest::riscv::SystemMemory memory_{ram, bus_, hart.csrs};
    guest::riscv::Interpreter<guest::riscv::SystemMemory> interpreter_{hart, memory_};
    std::unique_ptr<jit::Tier> tier_;
};

Insn addi(unsigned rd, unsigned rs1, std::int64_t imm) { return make_insn(Opcode::addi, rd, rs1, 0, imm); }
Insn jalr(unsigned rd, unsigned rs1) { return make_insn(Opcode::jalr, rd, rs1, 0, 0); }
Insn branch(Opcode op, unsigned a, unsigned b, std::int64_t distance) {
    return make_insn(op, 0, a, b, distance);
}
Insn with_csr(Opcode op, unsigned rd, Csr csr, unsigned rs1) {
    return make_insn(op, rd, rs1, 0, static_cast<std::int64_t>(csr));
}
const Insn kEcall = make_insn(Opcode::ecall, 0, 0, 0, 0);
const Insn kReturn = jalr(0, 1);

ProgramCode code_of(std::initializer_list<Insn> insns) {
    ProgramCode code;
    for (const Insn& insn : insns) {
        append_word(code, insn);
    }
    return code;
}

std::span<const std::byte> bytes_of(const ProgramCode& code) { return std::as_bytes(std::span(code)); }

class NativeMachineTest : public testing::Test {
  protected:
    void SetUp() override {
        if (const auto made = compiled_.compile({.threshold = 0}); not made) {
            GTEST_SKIP() << made.error().message;
        }
    }

    template <class Action>
    void both(Action action) {
        action(interpreted_);
        action(compiled_);
    }

    // In that mode, where all but machine mode translates: from the first instruction of `code` on.
    void start(Privilege privilege, const ProgramCode& code, std::span<const std::byte> data = {}) {
        both([&](Machine& machine) {
            auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
            machine.to_machine_mode();
            machine.map(tables, privilege == Privilege::user ? pte::kUser : 0);
            machine.put_code(bytes_of(code));
            machine.put(kDataPages + 5 * kPageSize, data);
            machine.write(Csr::satp, machine.satp(tables, 1));
            machine.to(privilege);
            machine.hart.x.fill(0);
            machine.hart.f.fill(0);
            machine.hart.pc = kCode;
        });
    }
    void set_x(unsigned number, std::uint64_t value) {
        both([=](Machine& machine) { machine.hart.x[number] = value; });
    }

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
        const guest::riscv::Hart& expected = interpreted_.hart;
        const guest::riscv::Hart& found = compiled_.hart;
        EXPECT_EQ(found.pc, expected.pc);
        EXPECT_EQ(found.csrs.instret, expected.csrs.instret);
        EXPECT_EQ(found.csrs.fflags, expected.csrs.fflags);
        for (unsigned number = 0; number < 32; ++number) {
            EXPECT_EQ(found.x[number], expected.x[number]) << "x" << number;
            EXPECT_EQ(found.f[number], expected.f[number]) << "f" << number;
        }
        EXPECT_TRUE(std::ranges::equal(compiled_.memory(), interpreted_.memory()));
        EXPECT_EQ(compiled_.device.accesses, interpreted_.device.accesses);
    }

    Machine interpreted_;
    Machine compiled_;
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
        both([&](Machine& machine) {
            auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
            const std::uint64_t flags = pte::kRead | pte::kExecute | kUsed | pte::kValid;
            one = pte::of(Machine::code_page(1), flags);
            two = pte::of(Machine::code_page(2), flags);
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
            both([](Machine& machine) {
                const auto fence = code_of({make_insn(Opcode::sfence_vma, 0, 0, 0, 0)});
                machine.put(Machine::code_page(0) + 16, bytes_of(fence));
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
    both([&](Machine& machine) {
        const auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        auto others = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kOtherTables});
        machine.map(others, 0);
        others.map(kCode + kPageSize, Machine::code_page(2), pte::kRead | pte::kExecute | kUsed);
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
            SCOPED_TRACE(testing::Message() << static_cast<int>(op) << " at " << std::hex << address);
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

// Whoever cannot reach a page must not find what another mode found there.
TEST_F(NativeMachineTest, EachModeReachesItsOwn) {
    const ProgramCode code = code_of(
        {make_insn(Opcode::ld, 10, 9, 0, 0), addi(12, 12, -1), branch(Opcode::bne, 12, 0, -8), kEcall});
    start(Privilege::supervisor, code);
    set_x(9, kData);
    set_x(12, 20);
    EXPECT_EQ(run().trap.cause, guest::riscv::cause::kEcallFromS);
    both([](Machine& machine) {
        auto tables = mmu::PageTableBuilder(machine.ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        machine.map(tables, 0);
        tables.map(kCode, Machine::code_page(0), pte::kRead | pte::kExecute | kUsed | pte::kUser);
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
