#include "vm/machine/bare_machine.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_image.h"
#include "vm/native/audit.h"

namespace vm::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestImage;

constexpr std::uint64_t kTohost = 0x8000'1000;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

constexpr std::uint32_t kAuipcT1Tohost =
    0x00001317;  // auipc t1,0x1: with kTohost a page above the first instruction
constexpr std::uint32_t kLoopHere = 0x0000006f;  // j .
constexpr std::uint32_t kWfi = 0x10500073;
constexpr std::uint32_t kEcall = 0x00000073;
constexpr std::uint32_t kNop = 0x00000013;

// auipc t1; li t0, value; sd t0, 0(t1); j .
TestImage writes_tohost(std::uint32_t value) {
    return TestImage({kAuipcT1Tohost, 0x00000293 | value << 20, 0x00533023, kLoopHere}).tohost(kTohost);
}

std::unique_ptr<BareMachine> machine_of(const TestImage& image, std::uint64_t memory = 0x10000) {
    return BareMachine::create(image.parse(), "a.elf", {memory, [] { return std::uint64_t{0}; }}).value();
}

TEST(BareMachine, OneInTohostIsExitZero) {
    const BareOutcome outcome = machine_of(writes_tohost(1))->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::exited);
    EXPECT_EQ(outcome.exit_code, 0u);
}

TEST(BareMachine, OddValueInTohostIsTwiceTheExitCodePlusOne) {
    const BareOutcome outcome = machine_of(writes_tohost(85))->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::exited);
    EXPECT_EQ(outcome.exit_code, 42u);
}

TEST(BareMachine, EvenValueInTohostIsAServiceNobodyOffers) {
    const BareOutcome outcome = machine_of(writes_tohost(64))->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::stuck);
    EXPECT_THAT(outcome.message, HasSubstr("tohost (value 0x40)"));
}

TEST(BareMachine, ZeroInTohostIsIgnored) {
    EXPECT_EQ(machine_of(writes_tohost(0))->run(10000).end, BareEnd::instruction_limit);
}

TEST(BareMachine, InstructionLimitIsExact) {
    for (const std::uint64_t limit : {0U, 1U, 2U, 7U, 4096U, 4097U, 10000U}) {
        const auto machine = machine_of(TestImage({kNop, kNop, kNop, 0xff5ff06f}));  // j -12
        EXPECT_EQ(machine->run(limit).end, BareEnd::instruction_limit);
        EXPECT_EQ(machine->instructions(), limit);
    }
}

TEST(BareMachine, AnAuditThatFoundADifferenceEndsTheRun) {
    if (not native::supported()) {
        GTEST_SKIP() << "this host has no compiler";
    }
    native::Audit audit{.difference = "found before"};
    const native::Options native{.threshold = 0, .audit = &audit};
    const auto machine = BareMachine::create(writes_tohost(1).parse(), "a.elf",
                                             {0x10000, [] { return std::uint64_t{0}; }, native})
                             .value();
    const BareOutcome outcome = machine->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::stuck);
    EXPECT_EQ(outcome.message, native::kDifferenceMessage);
}

TEST(BareMachine, RunCanGoOnAfterTheLimit) {
    const auto machine = machine_of(writes_tohost(1));
    EXPECT_EQ(machine->run(2).end, BareEnd::instruction_limit);
    EXPECT_EQ(machine->run(kNoLimit).end, BareEnd::exited);
}

TEST(BareMachine, WaitingForAnInterruptThatCannotComeEndsTheRun) {
    const auto machine = machine_of(TestImage({kNop, kWfi, kLoopHere}));
    const BareOutcome outcome = machine->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::stuck);
    EXPECT_THAT(outcome.message, HasSubstr("wfi before 0x80000008"));
    EXPECT_EQ(machine->instructions(), 2u);
}

TEST(BareMachine, PendingInterruptEndsWfiAndEntersTheHandlerOnceEnabled) {
    // auipc t0; addi t0, t0, 32; csrw mtvec, t0; li t0, 8; csrw mie, t0; wfi; csrw mstatus, t0; j .; handler:
    // j .
    const auto machine = machine_of(TestImage({0x00000297, 0x02028293, 0x30529073, 0x00800293, 0x30429073,
                                               kWfi, 0x30029073, kLoopHere, kLoopHere}));
    machine->hart().csrs.set_interrupt_line(guest::riscv::Interrupt::machine_software, true);
    EXPECT_EQ(machine->run(7).end, BareEnd::instruction_limit);
    EXPECT_EQ(machine->run(1).end, BareEnd::instruction_limit);
    EXPECT_EQ(machine->hart().pc, 0x80000020u);
    EXPECT_EQ(machine->hart().csrs.read(0x341).value(), 0x8000001cu);
    EXPECT_EQ(machine->hart().csrs.read(0x342).value(), (std::uint64_t{1} << 63) + 3);
}

TEST(BareMachine, TrapEntersTheProgramsHandler) {
    // auipc t0; addi t0, t0, 16; csrw mtvec, t0; ecall; handler: j .
    const auto machine = machine_of(TestImage({0x00000297, 0x01028293, 0x30529073, kEcall, kLoopHere}));
    EXPECT_EQ(machine->run(10).end, BareEnd::instruction_limit);
    EXPECT_EQ(machine->hart().pc, 0x80000010u);
    EXPECT_EQ(machine->hart().csrs.read(0x341).value(), 0x8000000cu);
    EXPECT_EQ(machine->hart().csrs.read(0x342).value(), 11u);
}

TEST(BareMachine, HandlerThatTrapsAtOnceForEverEndsTheRun) {
    const BareOutcome outcome = machine_of(TestImage({kEcall}))->run(kNoLimit);
    EXPECT_EQ(outcome.end, BareEnd::stuck);
    EXPECT_EQ(outcome.message,
              "the trap handler at 0x0 itself traps: instruction access fault (1), value 0x0");
}

TEST(BareMachine, TraceHasALineForEachInstructionAndTrap) {
    std::vector<std::string> lines;
    const auto machine = machine_of(TestImage({0x00500293, kEcall}));
    const BareOutcome outcome =
        machine->run_traced(kNoLimit, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_EQ(outcome.end, BareEnd::stuck);
    EXPECT_THAT(lines, ElementsAre("80000000: 00500293  addi t0,zero,5  t0=0x5",
                                   "80000004: trap: environment call from M (11), value 0x0",
                                   "0: trap: instruction access fault (1), value 0x0"));
}

TEST(BareMachine, TracedRunEndsAtTheInstructionThatWritesTohost) {
    std::vector<std::string> lines;
    const auto machine = machine_of(writes_tohost(1));
    const BareOutcome outcome =
        machine->run_traced(kNoLimit, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_EQ(outcome.end, BareEnd::exited);
    EXPECT_EQ(lines.size(), 3u);
}

TEST(BareMachine, TracedRunHonoursTheLimitAndGoesOnAfterZeroInTohost) {
    std::vector<std::string> lines;
    const auto machine = machine_of(writes_tohost(0));
    const BareOutcome outcome =
        machine->run_traced(7, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_EQ(outcome.end, BareEnd::instruction_limit);
    EXPECT_EQ(lines.size(), 7u);
    EXPECT_EQ(machine->instructions(), 7u);
}

TEST(BareMachine, RefusesTohostOutsideTheMemory) {
    const auto machine = BareMachine::create(TestImage({kNop}).tohost(0x1000).parse(), "a.elf",
                                             {0x10000, [] { return std::uint64_t{0}; }});
    ASSERT_FALSE(machine.has_value());
    EXPECT_EQ(machine.error().message, "'a.elf' has its tohost symbol at 0x1000, outside the memory");
}

TEST(BareMachine, StartsAtThePhysicalAddressOfTheEntry) {
    const auto machine = machine_of(TestImage({kNop, kLoopHere}).at(0x1000, 0x80000100).entry(0x1004));
    EXPECT_EQ(machine->hart().pc, 0x80000104u);
}

}  // namespace
}  // namespace vm::machine
