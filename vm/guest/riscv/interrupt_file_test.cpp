#include "vm/guest/riscv/interrupt_file.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(InterruptFile, LinesAreLevels) {
    InterruptFile file;
    file.set_line(Interrupt::machine_external, true);
    file.set_line(Interrupt::machine_timer, true);
    EXPECT_EQ(file.pending({}), 0x880u);
    file.set_line(Interrupt::machine_external, false);
    EXPECT_EQ(file.pending({}), 0x80u);
    file.write_pending(0, kAll, true);
    EXPECT_EQ(file.pending({}), 0x80u);
}

TEST(InterruptFile, LineSaysWhetherItChanged) {
    InterruptFile file;
    EXPECT_FALSE(file.set_line(Interrupt::machine_timer, false));
    EXPECT_TRUE(file.set_line(Interrupt::machine_timer, true));
    EXPECT_FALSE(file.set_line(Interrupt::machine_timer, true));
    EXPECT_TRUE(file.set_line(Interrupt::machine_timer, false));
    EXPECT_TRUE(file.set_line(Interrupt::supervisor_software, true));
    EXPECT_FALSE(file.set_line(Interrupt::supervisor_software, true));
    EXPECT_FALSE(file.set_line(Interrupt::supervisor_software, false));
}

TEST(InterruptFile, SupervisorSoftwareIsAnEdgeThatSoftwareClears) {
    InterruptFile file;
    file.write_delegated(0x2);
    file.set_line(Interrupt::supervisor_software, true);
    file.set_line(Interrupt::supervisor_software, false);
    EXPECT_EQ(file.supervisor_pending({}), 2u);
    file.write_supervisor_pending(0, 2);
    EXPECT_EQ(file.supervisor_pending({}), 0u);
}

TEST(InterruptFile, BitsThatAnUpdateDoesNotNameStay) {
    InterruptFile file;
    file.set_line(Interrupt::supervisor_software, true);
    file.write_pending(0x20, 0x20, true);  // sets STIP from a value read before the edge
    EXPECT_EQ(file.pending({}), 0x22u);
}

TEST(InterruptFile, ExternalIsWhatWasWrittenOrTheLine) {
    InterruptFile file;
    file.set_line(Interrupt::supervisor_external, true);
    EXPECT_EQ(file.pending({}), 0x200u);
    EXPECT_EQ(file.pending_for_update({}), 0u);
    file.write_pending(0x200, kAll, true);
    file.set_line(Interrupt::supervisor_external, false);
    EXPECT_EQ(file.pending({}), 0x200u);
}

TEST(InterruptFile, TimerIsTheComparisonWhereThereIsOne) {
    InterruptFile file;
    file.write_pending(0x20, kAll, true);
    EXPECT_EQ(file.pending({}), 0x20u);
    EXPECT_EQ(file.pending(false), 0u);
    EXPECT_EQ(file.pending(true), 0x20u);
    file.write_pending(0, kAll, false);
    EXPECT_EQ(file.pending({}), 0x20u);
}

TEST(InterruptFile, SupervisorEnablesWhatWasDelegated) {
    InterruptFile file;
    file.write_delegated(kAll);
    EXPECT_EQ(file.delegated(), 0x222u);
    file.write_enabled(0x888);
    file.write_supervisor_enabled(kAll);
    EXPECT_EQ(file.enabled(), 0xaaau);
    EXPECT_EQ(file.supervisor_enabled(), 0x222u);
}

TEST(InterruptFile, MachineExternalIsMostUrgentAndSupervisorTimerLeast) {
    EXPECT_EQ(InterruptFile::most_urgent(0xaaa), Interrupt::machine_external);
    EXPECT_EQ(InterruptFile::most_urgent(0x2aa), Interrupt::machine_software);
    EXPECT_EQ(InterruptFile::most_urgent(0x2a2), Interrupt::machine_timer);
    EXPECT_EQ(InterruptFile::most_urgent(0x222), Interrupt::supervisor_external);
    EXPECT_EQ(InterruptFile::most_urgent(0x022), Interrupt::supervisor_software);
    EXPECT_EQ(InterruptFile::most_urgent(0x020), Interrupt::supervisor_timer);
}

}  // namespace
}  // namespace vm::guest::riscv
