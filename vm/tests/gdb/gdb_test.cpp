// gdb and machines of the built vm, end to end.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/tests/gdb/gdb_fixture.h"

namespace vm::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A machine of two harts.
class Gdb : public GdbTest {
  protected:
    void SetUp() override {
        GdbTest::SetUp();
        if (not IsSkipped()) {
            start({"run", "--bios", guest_program("count"), "--harts", "2", "--memory", "4M", "--serial",
                   "/dev/null", "--gdb", "0"});
        }
    }
    std::string run_gdb(const std::vector<std::string>& commands) {
        return GdbTest::run_gdb("count", commands);
    }
};

TEST_F(Gdb, MachineWaitsBeforeItsFirstInstruction) {
    EXPECT_THAT(vm_->first_line(), HasSubstr("vm: waiting for a debugger on 127.0.0.1:"));
    const std::string text =
        run_gdb({"print/x $pc", "info threads", "info registers priv", "print/x $mhartid", "kill"});
    EXPECT_THAT(text, HasSubstr("= 0x80000000"));
    EXPECT_THAT(text, HasSubstr("hart 0"));
    EXPECT_THAT(text, HasSubstr("hart 1"));
    EXPECT_THAT(text, HasSubstr("Machine"));
    EXPECT_THAT(text, HasSubstr("= 0x0"));
    EXPECT_EQ(vm_->wait(), 0);
}

TEST_F(Gdb, BreakpointsStopAndStepsGoOn) {
    const std::string text = run_gdb({"break *stored", "continue", "print *(long*)&counter", "stepi", "stepi",
                                      "x/i $pc", "continue", "print *(long*)&counter", "kill"});
    EXPECT_THAT(text, HasSubstr("in stored ()"));
    EXPECT_THAT(text, HasSubstr("$1 = 1"));
    EXPECT_THAT(text, HasSubstr("<loop>"));
    EXPECT_THAT(text, HasSubstr("$2 = 2"));
}

TEST_F(Gdb, WatchpointShowsOldAndNewValue) {
    const std::string text =
        run_gdb({"watch *(long*)&counter", "continue", "continue", "delete", "continue"});
    EXPECT_THAT(text, HasSubstr("Hardware watchpoint 1"));
    EXPECT_THAT(text, HasSubstr("Old value = 0\nNew value = 1"));
    EXPECT_THAT(text, HasSubstr("Old value = 1\nNew value = 2"));
    EXPECT_THAT(text, HasSubstr("exited normally"));
    EXPECT_EQ(vm_->wait(), 0);
}

TEST_F(Gdb, MemoryAndRegistersAreChanged) {
    const std::string text = run_gdb({"set var *(long*)&counter = 40", "break *done", "continue",
                                      "print *(long*)&counter", "set $a5 = 99", "print $a5", "kill"});
    EXPECT_THAT(text, HasSubstr("$1 = 43"));
    EXPECT_THAT(text, HasSubstr("$2 = 99"));
    EXPECT_THAT(text, Not(HasSubstr("Cannot access memory")));
}

TEST_F(Gdb, DetachedMachineRunsToItsEnd) {
    run_gdb({"break *stored", "continue", "detach"});
    EXPECT_EQ(vm_->wait(), 0);
}

}  // namespace
}  // namespace vm::tests
