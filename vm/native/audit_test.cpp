#include "vm/native/audit.h"

#include <functional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/native/guest_pair.h"
#include "vm/native/loop_places.h"
#include "vm/native/loops.h"

namespace vm::native {
namespace {

using engine::NativeOutcome;
using guest::riscv::RandomValues;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A tier that is wrong: what its blocks leave is changed.
class WrongTier final : public engine::NativeTier {
  public:
    using Change = std::function<void(NativeOutcome&)>;

    WrongTier(engine::NativeTier& tier, Change change) : tier_(tier), change_(std::move(change)) {}

    const void* find(const engine::NativeRequest& request) override { return tier_.find(request); }
    engine::NativeCode compile(const engine::NativeRequest& request) override {
        return tier_.compile(request);
    }
    NativeOutcome run(const void* entry, std::int64_t countdown) override {
        NativeOutcome outcome = tier_.run(entry, countdown);
        if (outcome.countdown != countdown) change_(outcome);
        return outcome;
    }
    void link(const void* exit, const void* entry) override { tier_.link(exit, entry); }
    void remember(std::uint64_t pc, const void* entry) override { tier_.remember(pc, entry); }
    void select_space(std::uint64_t number) override { tier_.select_space(number); }
    void forget_code(const std::byte* code, std::uint64_t generation) override {
        tier_.forget_code(code, generation);
    }
    std::uint64_t forgotten() const override { return tier_.forgotten(); }
    void forget() override { tier_.forget(); }

  private:
    engine::NativeTier& tier_;
    Change change_;
};

class AuditLoopTest : public ::testing::TestWithParam<loops::Named> {
  protected:
    template <class Place>
    void run() {
        GuestPair<typename Place::Guest> pair;
        if (const auto made = pair.compile({.threshold = 0}); not made) {
            GTEST_SKIP() << made.error().message;
        }
        Audit audit;
        pair.compiled.audit(audit);
        RandomValues random(7);
        begin_loop<Place>(pair, GetParam().make().code(), random);
        for (const std::uint64_t budget : {1u, 20'000u, 37u, 20'000u}) {
            advance_loop<Place>(pair, budget);
        }
        EXPECT_EQ(audit.difference.value_or(""), "");
        EXPECT_GT(audit.instructions, 2'000u);
        EXPECT_GE(audit.instructions, audit.blocks);
        EXPECT_EQ(audit.instructions, pair.compiled.counts().retired);
        EXPECT_EQ(pair.compiled.counts().links, 0u);
    }
};

TEST_P(AuditLoopTest, FindsNothingInProgramsAndChangesNothing) { run<ProgramPlace>(); }
TEST_P(AuditLoopTest, FindsNothingInMachineModeAndChangesNothing) { run<MachinePlace<Privilege::machine>>(); }
TEST_P(AuditLoopTest, FindsNothingWithPagesAndChangesNothing) { run<MachinePlace<Privilege::supervisor>>(); }

INSTANTIATE_TEST_SUITE_P(Loops, AuditLoopTest, ::testing::ValuesIn(loops::kAll), loop_name);

class AuditTest : public ::testing::Test {
  protected:
    // A block that stores and adds, run by a tier that changes what it leaves; what the audit says.
    std::string difference(WrongTier::Change change) {
        if (const auto made = guest_.compile({.threshold = 0}); not made) {
            return made.error().message;
        }
        guest_.audit(audit_, [&](engine::NativeTier& tier) {
            return std::make_unique<WrongTier>(tier, std::move(change));
        });
        guest_.start(code_of({addi(10, 0, 5), make_insn(Opcode::sd, 0, 9, 10, 8), addi(11, 10, 1)}), {});
        guest_.hart.x[9] = ProgramGuest::kData;
        exit_ = guest_.run(1000);
        return audit_.difference.value_or("");
    }

    Audit audit_;
    ProgramGuest guest_;
    engine::Exit exit_{};
};

TEST_F(AuditTest, ShowsARegisterThatDiffersWithTheStatesAndTheCode) {
    const std::string report = difference([this](NativeOutcome&) { guest_.hart.x[11] ^= 16; });
    EXPECT_THAT(report,
                AllOf(HasSubstr("differ behind the block at 0x10000:\n"),
                      HasSubstr("  a1: interpreted 0000000000000006, compiled 0000000000000016\n"),
                      HasSubstr("  10004: 00a4b423  sd a0,8(s1)\n"), HasSubstr("before it:\n  pc "),
                      HasSubstr("interpreted:\n  pc "), HasSubstr("compiled:\n  pc "), HasSubstr("--dump")));
}

TEST_F(AuditTest, EndsTheRunWithATrapThatIsNoneAndGoesNoFurther) {
    (void)difference([this](NativeOutcome&) { guest_.hart.x[11] ^= 1; });
    const std::string first = audit_.difference.value_or("");
    for (int run = 0; run < 2; ++run) {
        EXPECT_EQ(exit_.reason, engine::ExitReason::trap);
        EXPECT_EQ(exit_.trap.cause, kDifference);
        EXPECT_EQ(guest_.hart.pc, ProgramGuest::kCode);
        EXPECT_EQ(guest_.hart.csrs.instret, 0u);
        exit_ = guest_.run(1000);
    }
    EXPECT_EQ(audit_.difference, first);
}

TEST_F(AuditTest, ShowsABitOfFloatingPoint) {
    EXPECT_THAT(difference([this](NativeOutcome&) { guest_.hart.f[31] = 1; }),
                HasSubstr("  ft11: interpreted 0000000000000000, compiled 0000000000000001\n"));
}

TEST_F(AuditTest, ShowsAFlag) {
    EXPECT_THAT(difference([](NativeOutcome&) { guest::riscv::fp::HostEnvironment::raise(8); }),
                HasSubstr("  fflags: interpreted 00000, compiled 01000\n"));
}

TEST_F(AuditTest, ShowsAByteOfMemory) {
    EXPECT_THAT(difference([this](NativeOutcome&) { guest_.poke(ProgramGuest::kData + 9, 0x77); }),
                HasSubstr("  byte at 0x400009: interpreted 00, compiled 77\n"));
}

TEST_F(AuditTest, ShowsACountAndAPc) {
    EXPECT_THAT(difference([](NativeOutcome& outcome) { outcome.countdown -= 1; }),
                HasSubstr("  instructions: interpreted 3, compiled 4\n"));
    audit_ = {};
    EXPECT_THAT(difference([](NativeOutcome& outcome) { outcome.countdown += 1; }),
                HasSubstr("  pc: interpreted 0000000000010008, compiled 000000000001000c\n"));
    audit_ = {};
    EXPECT_THAT(difference([](NativeOutcome& outcome) { outcome.pc += 4; }),
                HasSubstr("  pc: interpreted 000000000001000c, compiled 0000000000010010\n"));
}

TEST_F(AuditTest, ShowsAReservation) {
    EXPECT_THAT(difference([this](NativeOutcome&) {
                    guest_.hart.reservation = {true, 64, 3};
                }),
                HasSubstr("  reservation: interpreted none, compiled 0x3 at 0x40\n"));
}

TEST_F(AuditTest, ShowsATrapThatTheInterpreterHasNot) {
    EXPECT_THAT(
        difference([](NativeOutcome& outcome) {
            outcome.kind = NativeOutcome::Kind::trap;
            outcome.trap = {guest::riscv::cause::kBreakpoint, 9};
        }),
        HasSubstr("  trap: interpreted environment call from U (8), value 0x0, compiled breakpoint (3), "
                  "value 0x9\n"));
}

TEST_F(AuditTest, FindsNothingInATierThatIsRight) {
    EXPECT_EQ(difference([](NativeOutcome&) {}), "");
    EXPECT_EQ(exit_.trap.cause, guest::riscv::cause::kEcallFromU);
    EXPECT_EQ(audit_.summary(),
              "audit: 1 executions of compiled blocks, 3 instructions, are as interpreted; 0 passed over");
}

using AuditMachineTest = GuestPairTest<MachineGuest>;

TEST_F(AuditMachineTest, ADeviceIsAskedOnce) {
    Audit audit;
    compiled_.audit(audit);
    both([](MachineGuest& machine) {
        machine.start(
            Privilege::supervisor,
            code_of({addi(11, 11, 1), make_insn(Opcode::lw, 10, 9, 0, 4), make_insn(Opcode::sh, 0, 9, 10, 8),
                     addi(12, 12, -1), branch(Opcode::bne, 12, 0, -16), addi(13, 13, 1), kEcall}));
    });
    set_x(9, kDeviceAt);
    set_x(12, 50);
    EXPECT_EQ(run().trap.cause, guest::riscv::cause::kEcallFromS);
    EXPECT_EQ(compiled_.device.accesses.size(), 100u);
    EXPECT_GE(audit.passed_over, 50u);
    EXPECT_EQ(audit.difference.value_or(""), "");
}

TEST_F(AuditMachineTest, AMachineModeThatLoadsAsOthersIsNotTakenAtItsWord) {
    Audit audit;
    compiled_.audit(audit);
    constexpr std::uint64_t kLoadsAsSupervisor = std::uint64_t{1} << 17 | std::uint64_t{1} << 11;
    both([](MachineGuest& machine) {
        machine.start(
            Privilege::machine,
            code_of({make_insn(Opcode::csrrs, 0, 10, 0, static_cast<std::int64_t>(Csr::mstatus)),
                     make_insn(Opcode::ld, 11, 9, 0, 0), addi(11, 11, 1), make_insn(Opcode::sd, 0, 9, 11, 0),
                     addi(12, 12, -1), branch(Opcode::bne, 12, 0, -16), kEcall}));
        machine.hart.pc = MachineGuest::code_page(0);
    });
    set_x(9, kData);
    set_x(10, kLoadsAsSupervisor);
    set_x(12, 50);
    EXPECT_EQ(run().trap.cause, guest::riscv::cause::kEcallFromM);
    EXPECT_EQ(compiled_.hart.x[11], 50u);
    EXPECT_EQ(audit.difference.value_or(""), "");
}

}  // namespace
}  // namespace vm::native
