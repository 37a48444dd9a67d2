// What the interpreter gives to a compiler, and what it makes of its answers.
#include "vm/guest/riscv/native_frontend.h"

#include <functional>
#include <initializer_list>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/mmu/page_table_builder.h"

namespace vm::guest::riscv {
namespace {

using engine::NativeOutcome;
using Kind = engine::NativeOutcome::Kind;

constexpr std::uint64_t kCode = 0x10000;
constexpr std::uint64_t kData = 0x20000;

// Compiles nothing, but takes the loop and answers as the test says.
class ScriptedTier final : public engine::NativeTier {
  public:
    const void* find(const engine::NativeRequest& request) override {
        ++asked;
        return has_code and request.pc == kCode ? entry_of(request) : nullptr;
    }
    engine::NativeCode compile(const engine::NativeRequest& request) override {
        requests.push_back(request);
        if (no_room) return {.later = true};
        return {accepts and request.pc == kCode ? entry_of(request) : nullptr};
    }
    NativeOutcome run(const void* entry, std::int64_t countdown) override {
        ++entries;
        return runs(reinterpret_cast<std::uint64_t>(entry), countdown);
    }
    void link(const void* exit, const void* entry) override { links.emplace_back(exit, entry); }
    void remember(std::uint64_t pc, const void* entry) override { targets.emplace_back(pc, entry); }
    void select_space(std::uint64_t number) override { space = number; }
    void forget_code(const std::byte* code, std::uint64_t generation) override {
        overwritten.emplace_back(code, generation);
    }
    std::uint64_t forgotten() const override { return overwritten.empty() ? 0 : overwritten.back().second; }
    void forget() override { ++forgot; }

    static const void* entry_of(const engine::NativeRequest& request) {
        return reinterpret_cast<const void*>(request.pc);
    }

    bool has_code = false;
    bool accepts = true;
    bool no_room = false;
    unsigned asked = 0;
    unsigned entries = 0;
    unsigned forgot = 0;
    std::vector<std::pair<const std::byte*, std::uint64_t>> overwritten;
    std::vector<engine::NativeRequest> requests;
    std::vector<std::pair<const void*, const void*>> links;
    std::vector<std::pair<std::uint64_t, const void*>> targets;
    std::uint64_t space = 0;
    std::function<NativeOutcome(std::uint64_t pc, std::int64_t countdown)> runs;
};

class NativeFrontendTest : public ::testing::Test {
  protected:
    NativeFrontendTest() {
        map(kCode, mem::page::kRead | mem::page::kExecute);
        map(kData, mem::page::kRead | mem::page::kWrite);
        hart_.pc = kCode;
        // A loop that counts x1 down, and what is behind it.
        program({make_insn(Opcode::addi, 1, 1, 0, -1), make_insn(Opcode::bne, 0, 1, 0, -4),
                 make_insn(Opcode::ecall, 0, 0, 0, 0)});
    }

    void map(std::uint64_t address, std::uint8_t permissions) {
        const auto at = mem::PhysAddr{address};
        ASSERT_EQ(ram_.host(at), ::mmap(ram_.host(at), mem::kPageSize, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at, mem::kPageSize, permissions);
    }
    void program(std::initializer_list<Insn> insns) {
        std::uint64_t address = kCode;
        for (const Insn& insn : insns) {
            ASSERT_TRUE(ram_.write<std::uint32_t>(mem::PhysAddr{address}, encode(insn)));
            address += 4;
        }
    }
    // The loop, `count` times round, which ends with the call behind it.
    void run_loop(std::uint64_t count) {
        hart_.pc = kCode;
        hart_.x[1] = count;
        const std::uint64_t before = hart_.csrs.instret;
        const engine::Exit exit = interpreter_.run(1000);
        EXPECT_EQ(exit.reason, engine::ExitReason::trap);
        EXPECT_EQ(exit.trap.cause, cause::kEcallFromU);
        EXPECT_EQ(hart_.pc, kCode + 8);
        EXPECT_EQ(hart_.x[1], 0u);
        EXPECT_EQ(hart_.csrs.instret - before, 2 * count);
    }
    // As compiled code would carry the loop's body out.
    NativeOutcome once_round(std::int64_t countdown) {
        --hart_.x[1];
        return {Kind::go_on, hart_.x[1] != 0 ? kCode : kCode + 8, countdown - 2, {}, &exit_};
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    UserMemory memory_{ram_};
    Hart hart_{CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; })};
    Interpreter<UserMemory> interpreter_{hart_, memory_};
    ScriptedTier tier_;
    const int exit_ = 0;
};

TEST_F(NativeFrontendTest, ABlockIsCompiledOnceItWasEnteredSoOften) {
    tier_.accepts = false;
    interpreter_.set_native(&tier_, 5);
    run_loop(5);
    EXPECT_TRUE(tier_.requests.empty());
    run_loop(5);
    ASSERT_EQ(tier_.requests.size(), 1u);
    EXPECT_EQ(tier_.requests[0].pc, kCode);
    EXPECT_GT(tier_.requests[0].instructions, 3u);  // more than the block
    EXPECT_EQ(tier_.requests[0].bytes.data(), ram_.host(mem::PhysAddr{kCode}));
    EXPECT_EQ(tier_.requests[0].bytes.size(), mem::kPageSize);
}

TEST_F(NativeFrontendTest, WhatIsRefusedIsInterpretedAndNotAskedForAgain) {
    tier_.accepts = false;
    interpreter_.set_native(&tier_, 0);
    run_loop(20);
    EXPECT_EQ(tier_.requests.size(), 1u);
}

TEST_F(NativeFrontendTest, CompiledCodeIsEnteredInPlaceOfItsBlock) {
    tier_.runs = [this](std::uint64_t pc, std::int64_t countdown) {
        EXPECT_EQ(pc, kCode);
        return once_round(countdown);
    };
    interpreter_.set_native(&tier_, 0);
    run_loop(7);
    EXPECT_EQ(tier_.entries, 7u);
}

TEST_F(NativeFrontendTest, AnExitIsLinkedToWhereItLeadsOnceThatIsCompiled) {
    tier_.runs = [this](std::uint64_t, std::int64_t countdown) { return once_round(countdown); };
    interpreter_.set_native(&tier_, 0);
    run_loop(2);
    ASSERT_EQ(tier_.links.size(), 1u);
    EXPECT_EQ(tier_.links[0].first, &exit_);
    EXPECT_EQ(tier_.links[0].second, reinterpret_cast<const void*>(kCode));
    EXPECT_TRUE(tier_.targets.empty());
}

TEST_F(NativeFrontendTest, WhatIsLeftToTheInterpreterItCarriesOutThoughItIsCompiled) {
    tier_.runs = [](std::uint64_t pc, std::int64_t countdown) {
        return NativeOutcome{Kind::interpret, pc, countdown, {}, nullptr};
    };
    interpreter_.set_native(&tier_, 0);
    run_loop(4);
    EXPECT_EQ(tier_.entries, 4u);
}

TEST_F(NativeFrontendTest, ATrapOfCompiledCodeEndsTheRun) {
    tier_.runs = [](std::uint64_t, std::int64_t countdown) {
        return NativeOutcome{Kind::trap, kCode + 4, countdown - 1, {cause::kBreakpoint, 9}, nullptr};
    };
    interpreter_.set_native(&tier_, 0);
    const engine::Exit exit = interpreter_.run(100);
    EXPECT_EQ(exit.reason, engine::ExitReason::trap);
    EXPECT_EQ(exit.trap.cause, cause::kBreakpoint);
    EXPECT_EQ(exit.trap.value, 9u);
    EXPECT_EQ(hart_.pc, kCode + 4);
    EXPECT_EQ(hart_.csrs.instret, 1u);
}

TEST_F(NativeFrontendTest, WhereThereIsNoRoomItIsTriedAgainLater) {
    tier_.runs = [this](std::uint64_t, std::int64_t countdown) { return once_round(countdown); };
    tier_.no_room = true;
    interpreter_.set_native(&tier_, 3);
    run_loop(12);
    EXPECT_EQ(tier_.requests.size(), 3u);
    tier_.no_room = false;
    run_loop(12);
    ASSERT_EQ(tier_.requests.size(), 4u);
    EXPECT_GE(tier_.entries, 8u);
    // What a run was allowed and did not use is not counted.
    EXPECT_EQ(tier_.requests[3].ran, tier_.requests[0].ran + 2 * 12);
}

TEST_F(NativeFrontendTest, AnInstructionAcrossAPageBorderIsABlockOfItsOwn) {
    constexpr std::uint64_t kBorder = kCode + mem::kPageSize;
    map(kBorder, mem::page::kRead | mem::page::kExecute);
    std::uint64_t address = kBorder - 2;
    for (const Insn& insn : {make_insn(Opcode::addi, 1, 1, 0, -1), make_insn(Opcode::addi, 1, 1, 0, -1),
                             make_insn(Opcode::ecall, 0, 0, 0, 0)}) {
        ASSERT_TRUE(ram_.write<std::uint32_t>(mem::PhysAddr{address}, encode(insn)));
        address += 4;
    }
    tier_.accepts = false;
    interpreter_.set_native(&tier_, 0);
    hart_.pc = kBorder - 2;
    EXPECT_EQ(interpreter_.run(100).trap.cause, cause::kEcallFromU);
    ASSERT_EQ(tier_.requests.size(), 2u);
    EXPECT_EQ(tier_.requests[0].pc, kBorder - 2);
    EXPECT_EQ(tier_.requests[1].pc, kBorder + 2);
}

TEST_F(NativeFrontendTest, WhatIsCompiledAlreadyRunsAtOnce) {
    tier_.runs = [this](std::uint64_t, std::int64_t countdown) { return once_round(countdown); };
    tier_.has_code = true;
    interpreter_.set_native(&tier_, 50);
    run_loop(3);
    EXPECT_EQ(tier_.entries, 3u);
    EXPECT_TRUE(tier_.requests.empty());
    const unsigned asked = tier_.asked;
    run_loop(3);
    EXPECT_EQ(tier_.asked, asked);  // once for each block
}

TEST_F(NativeFrontendTest, EntriesThatAreStaleAreForgottenAndFoundAnew) {
    bool stale = true;
    tier_.runs = [&](std::uint64_t, std::int64_t countdown) {
        return std::exchange(stale, false) ? NativeOutcome{Kind::stale, 0, countdown, {}, nullptr}
                                           : once_round(countdown);
    };
    tier_.has_code = true;
    interpreter_.set_native(&tier_, 50);
    const unsigned before = tier_.forgot;
    run_loop(3);
    EXPECT_EQ(tier_.forgot, before + 1);
    EXPECT_EQ(tier_.entries, 4u);
}

TEST_F(NativeFrontendTest, OverwrittenCodeIsForgottenByItsPage) {
    tier_.accepts = false;
    interpreter_.set_native(&tier_, 0);
    run_loop(2);
    EXPECT_EQ(tier_.requests[0].generation, ram_.code_generation());
    EXPECT_EQ(tier_.requests[0].scope, engine::NativeRequest::Scope::all);
    program({make_insn(Opcode::addi, 1, 1, 0, -1)});
    ASSERT_GT(ram_.code_generation(), tier_.requests[0].generation);
    run_loop(2);
    ASSERT_EQ(tier_.overwritten.size(), 1u);
    EXPECT_EQ(tier_.overwritten[0].first, ram_.host(mem::PhysAddr{kCode}));
    EXPECT_EQ(tier_.overwritten[0].second, ram_.code_generation());
    EXPECT_EQ(tier_.requests.size(), 2u);
}

// A fence.i that comes later would find nothing new.
TEST_F(NativeFrontendTest, WhoeverForgetsAllHasTheTierForgetWhatWasOverwrittenFirst) {
    tier_.accepts = false;
    interpreter_.set_native(&tier_, 0);
    run_loop(2);
    program({make_insn(Opcode::addi, 1, 1, 0, -1)});
    interpreter_.set_breakpoints({kData});
    ASSERT_EQ(tier_.overwritten.size(), 1u);
    EXPECT_EQ(tier_.overwritten[0].first, ram_.host(mem::PhysAddr{kCode}));
    EXPECT_EQ(tier_.overwritten[0].second, ram_.code_generation());
}

TEST_F(NativeFrontendTest, AHartBeginsWithWhatTheOthersHaveNotForgotten) {
    run_loop(2);
    program({make_insn(Opcode::addi, 1, 1, 0, -1)});
    run_loop(2);
    program({make_insn(Opcode::addi, 1, 1, 0, -1)});
    ASSERT_EQ(ram_.code_generation(), 2u);
    tier_.overwritten = {{nullptr, 1}};
    interpreter_.set_native(&tier_, 0);
    ASSERT_EQ(tier_.overwritten.size(), 2u);
    EXPECT_EQ(tier_.overwritten[1].first, ram_.host(mem::PhysAddr{kCode}));
    EXPECT_EQ(tier_.overwritten[1].second, 2u);
}

TEST_F(NativeFrontendTest, NothingRunsInItWhileTheHostCannotRoundAsTheGuestSays) {
    interpreter_.set_native(&tier_, 0);
    hart_.csrs.frm = 4;
    run_loop(3);
    EXPECT_EQ(tier_.entries, 0u);
}

TEST_F(NativeFrontendTest, WithoutATierBlocksAreAsTheyWere) {
    interpreter_.set_native(&tier_, 0);
    interpreter_.set_native(nullptr, 0);
    run_loop(3);
    EXPECT_TRUE(tier_.requests.empty());
}

TEST_F(NativeFrontendTest, AccessesAreThoseOfTheInterpreter) {
    engine::Frontend& frontend = interpreter_.frontend();
    EXPECT_TRUE(frontend.store(kData + 6, 4, 0x1'1234'5678).done);
    EXPECT_EQ(frontend.load(kData + 6, 8).value, 0x1234'5678u);
    EXPECT_FALSE(frontend.store(kCode, 1, 0).done);
    EXPECT_FALSE(frontend.load(kData + mem::kPageSize - 1, 2).done);
    EXPECT_EQ(frontend.memory(), ram_.host(mem::PhysAddr{0}));
    EXPECT_EQ(frontend.state(), reinterpret_cast<std::byte*>(&hart_));
}

TEST_F(NativeFrontendTest, CallsAreTheAtomicInstructions) {
    engine::Frontend& frontend = interpreter_.frontend();
    const auto call = [&](LiftHelper helper, std::uint64_t address, std::uint64_t value) {
        return frontend.call(static_cast<std::uint32_t>(helper), {address, value});
    };
    ASSERT_TRUE(frontend.store(kData, 8, 0xffff'fff0).done);
    EXPECT_EQ(call(LiftHelper::lr_w, kData, 0).value, ~std::uint64_t{15});
    EXPECT_EQ(call(LiftHelper::sc_w, kData, 5).value, 0u);
    EXPECT_EQ(call(LiftHelper::sc_w, kData, 6).value, 1u);
    EXPECT_EQ(call(amo_helper(semantics::Amo::add, semantics::MemType::u64), kData, 2).value, 5u);
    EXPECT_EQ(frontend.load(kData, 8).value, 7u);
    EXPECT_FALSE(call(LiftHelper::lr_d, kData + 4, 0).done);
    EXPECT_FALSE(call(amo_helper(semantics::Amo::swap, semantics::MemType::s32), kCode, 0).done);
}

// In a machine a fence may be on its way from another hart while the tables lead elsewhere already, and what
// was remembered of them made room.
TEST(NativeFrontend, BytesThatTheTablesLeadToByNowAreNotCompiledAsThoseOfTheBlock) {
    constexpr std::uint64_t kBase = 0x8000'0000;
    constexpr std::uint64_t kAt = 0x4000'0000;
    constexpr std::uint64_t kLeaf = mmu::pte::kRead | mmu::pte::kExecute | mmu::pte::kAccessed;
    mem::GuestRam ram = mem::GuestRam::create(mem::PhysAddr{kBase}, 0x10'0000).value();
    mem::MmioBus bus;
    Hart hart{CsrFile(HartKind::machine, 0, [] { return std::uint64_t{0}; })};
    SystemMemory memory{ram, bus, hart.csrs};
    ScriptedTier tier;
    Interpreter<SystemMemory> interpreter{hart, memory};
    mmu::PageTableBuilder tables{ram, mmu::PagingMode::sv39, mem::PhysAddr{kBase + 0x8000}};
    const auto write_csr = [&](Csr csr, std::uint64_t value) {
        ASSERT_TRUE(hart.csrs.write(static_cast<std::uint16_t>(csr), value).has_value());
    };
    const auto run = [&] {
        hart.pc = kAt;
        EXPECT_EQ(interpreter.run(100).trap.cause, cause::kEcallFromS);
    };
    for (const auto& [page, step] : {std::pair{kBase, 1}, {kBase + mem::kPageSize, 100}}) {
        ASSERT_TRUE(ram.write(mem::PhysAddr{page}, encode(make_insn(Opcode::addi, 1, 1, 0, step))));
        ASSERT_TRUE(ram.write(mem::PhysAddr{page + 4}, encode(make_insn(Opcode::ecall, 0, 0, 0, 0))));
    }
    write_csr(Csr::pmpaddr0, (std::uint64_t{1} << 53) - 1);
    write_csr(Csr::pmpcfg0, 0x1f);
    write_csr(Csr::satp, std::uint64_t{8} << 60 | raw(tables.table().root) >> mem::kPageShift);
    write_csr(Csr::mstatus, static_cast<std::uint64_t>(Privilege::supervisor) << 11);
    ASSERT_TRUE(hart.csrs.mret().has_value());
    tables.map(kAt, kBase, kLeaf);
    tier.accepts = false;
    interpreter.set_native(&tier, 1);
    run();
    tables.map(kAt, kBase + mem::kPageSize, kLeaf);
    memory.translation_fence({true, true, 0, 0});  // which the interpreter does not know of
    run();
    EXPECT_EQ(hart.x[1], 2u);
    EXPECT_TRUE(tier.requests.empty());
    interpreter.translation_fence({true, true, 0, 0});
    run();
    run();
    EXPECT_EQ(hart.x[1], 202u);
    ASSERT_EQ(tier.requests.size(), 1u);
    EXPECT_EQ(tier.requests[0].bytes.data(), ram.host(mem::PhysAddr{kBase + mem::kPageSize}));
}

}  // namespace
}  // namespace vm::guest::riscv
