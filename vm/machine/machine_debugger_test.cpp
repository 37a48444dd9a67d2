#include "vm/machine/machine_debugger.h"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/debug/gdb_client.h"
#include "vm/machine/test_kernel.h"

namespace vm::machine {
namespace {

using debug::encode_packet;
using debug::GdbClient;
using ::testing::HasSubstr;
using testing::kA0;
using testing::kT0;
using testing::kT1;
using testing::kZero;
using ::testing::StartsWith;
using testing::TestKernel;
using Op = guest::riscv::Opcode;

// Where a test that went wrong ends instead of spinning for ever.
constexpr std::uint64_t kLimit = 4'000'000'000;

// By the test finisher, from machine mode.
TestKernel& power_off(TestKernel& kernel) {
    return kernel.li(kT0, 0x100000).li(kT1, 0x5555).op(Op::sw, 0, kT0, kT1).spin();
}

// Machines of two harts that run a kernel as firmware, in machine mode, under a debugger.
class Debugger : public ::testing::Test {
  protected:
    ~Debugger() override {
        machine_->stop();
        join();
    }

    void begin(const TestKernel& kernel) {
        SystemOptions options;
        options.harts = 2;
        options.memory = std::uint64_t{4} << 20;
        options.firmware = kernel.image();
        machine_ = SystemMachine::create(options, surroundings()).value();
        debugger_.begin(*machine_);
        if (not debugger_.listening()) {
            ASSERT_TRUE(debugger_.listen(0));
        }
        runner_ = std::thread([this] { outcome_ = machine_->run(kLimit); });
    }
    SystemEnd join() {
        if (runner_.joinable()) {
            runner_.join();
            debugger_.end();
        }
        return outcome_.end;
    }
    GdbClient connect() { return GdbClient(debugger_.port()); }

    std::unique_ptr<SystemMachine> machine_;
    SystemOutcome outcome_{SystemEnd::stuck, 0, {}};
    MachineDebugger debugger_{2};
    std::thread runner_;

  private:
    static Surroundings surroundings() {
        return {.ticks = [] { return std::uint64_t{0}; },
                .wall_clock = [] { return std::uint64_t{0}; },
                .random = [](std::span<std::byte>) {},
                .transmit = [](std::span<const std::byte>) {},
                .room = [] {}};
    }
};

TEST_F(Debugger, MachineStandsBeforeItsFirstInstruction) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    EXPECT_THAT(client.ask("?"), StartsWith("T05thread:1;"));
    EXPECT_EQ(client.ask("p20"), "0000008000000000");  // pc
    EXPECT_EQ(client.ask("pa"), "0000000000000000");   // a0: the hart's number
    EXPECT_EQ(client.ask("qfThreadInfo"), "m1,2");
    EXPECT_EQ(client.ask("Hg2"), "OK");
    EXPECT_EQ(client.ask("pa"), "0100000000000000");
}

TEST_F(Debugger, StepMovesOneHartAlone) {
    begin(TestKernel().op(Op::addi, kT0, kT0, 0, 1).spin());
    GdbClient client = connect();
    EXPECT_THAT(client.ask("vCont;s:2"), StartsWith("T05thread:2;"));
    EXPECT_EQ(client.ask("p20"), "0400008000000000");
    EXPECT_EQ(client.ask("Hg1"), "OK");
    EXPECT_EQ(client.ask("p20"), "0000008000000000");
}

TEST_F(Debugger, BreakpointStopsAllHarts) {
    begin(TestKernel().op(Op::addi, kT0, kT0, 0, 1).jump(TestKernel::kBase));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z0,80000004,4"), "OK");
    EXPECT_THAT(client.ask("c"), StartsWith("T05thread:"));
    EXPECT_EQ(client.ask("p20"), "0400008000000000");
    EXPECT_EQ(client.ask("m80000004,4").size(), 8U);
    EXPECT_EQ(client.ask("Z0,80000001,4"), "E01");
}

TEST_F(Debugger, WatchpointNamesTheData) {
    begin(TestKernel()
              .branch(Op::bne, kA0, kZero, TestKernel::kBase)
              .la(kT0, TestKernel::kData)
              .op(Op::sw, 0, kT0, kT0, 4)
              .spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z2,80001004,4"), "OK");
    EXPECT_THAT(client.ask("c"), StartsWith("T05thread:1;watch:80001004;"));
    EXPECT_EQ(client.ask("m80001004,4"), "00100080");
}

TEST_F(Debugger, InterruptStopsTheRunningMachine) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    client.send(encode_packet("c") + "\x03");
    EXPECT_THAT(client.packet(), StartsWith("T02thread:1;"));
}

TEST_F(Debugger, MemoryIsReadAndWrittenAndDevicesAreNot) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("m80000000,4"), "6f000000");
    EXPECT_EQ(client.ask("M80000ffe,4:01020304"), "OK");
    EXPECT_EQ(client.ask("m80000ffe,4"), "01020304");
    EXPECT_EQ(client.ask("m803ffffe,8"), "0000");  // the end of RAM
    EXPECT_EQ(client.ask("m10000000,1"), "E01");
    EXPECT_EQ(client.ask("M803ffffe,4:01020304"), "E01");
    EXPECT_EQ(client.ask("m803ffffe,2"), "0000");
}

TEST_F(Debugger, CodeThatIsOverwrittenRuns) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    client.send(encode_packet("c") + "\x03");
    EXPECT_THAT(client.packet(), StartsWith("T02"));
    EXPECT_EQ(client.ask("M80000000,8:130515006f000000"), "OK");  // addi a0,a0,1; j .
    EXPECT_EQ(client.ask("Z1,80000004,4"), "OK");
    EXPECT_THAT(client.ask("c"), StartsWith("T05"));
    EXPECT_EQ(client.ask("p20"), "0400008000000000");
}

TEST_F(Debugger, RegistersAreWritten) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("P382=0410008000000000"), "OK");  // mepc
    EXPECT_EQ(client.ask("p382"), "0410008000000000");
    EXPECT_EQ(client.ask("P20=0100008000000000"), "E01");
}

TEST_F(Debugger, DetachLetsTheMachineRunToItsEnd) {
    TestKernel kernel;
    begin(power_off(kernel));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("D"), "OK");
    EXPECT_EQ(join(), SystemEnd::powered_off);
}

TEST_F(Debugger, KillEndsTheMachine) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("vKill;1"), "OK");
    EXPECT_EQ(join(), SystemEnd::interrupted);
}

TEST_F(Debugger, EndOfTheLastMachineReachesTheClient) {
    TestKernel kernel;
    begin(power_off(kernel));
    GdbClient client = connect();
    client.send(encode_packet("c"));
    EXPECT_EQ(join(), SystemEnd::powered_off);
    debugger_.finish(5);
    EXPECT_EQ(client.packet(), "W05");
}

TEST_F(Debugger, StopByTheUserEndsAMachineThatStands) {
    begin(TestKernel().spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("qC"), "QC1");
    machine_->stop();
    EXPECT_EQ(join(), SystemEnd::interrupted);
    EXPECT_EQ(client.ask("p20"), "xxxxxxxxxxxxxxxx");
}

TEST_F(Debugger, BreakpointsOutliveTheMachine) {
    TestKernel kernel;
    kernel.op(Op::addi, kT0, kT0, 0, 1);
    power_off(kernel);
    begin(kernel);
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z0,80000000,4"), "OK");
    EXPECT_EQ(client.ask("P20=0400008000000000"), "OK");
    EXPECT_EQ(client.ask("Hg2"), "OK");
    EXPECT_EQ(client.ask("P20=0400008000000000"), "OK");
    client.send(encode_packet("c"));
    EXPECT_EQ(join(), SystemEnd::powered_off);
    begin(kernel);
    EXPECT_THAT(client.packet(), StartsWith("T05"));
    EXPECT_EQ(client.ask("p20"), "0000008000000000");
}

TEST_F(Debugger, DescriptionIsThatOfAMachinesHart) {
    EXPECT_THAT(debugger_.target_description(), HasSubstr("org.gnu.gdb.riscv.virtual"));
    EXPECT_EQ(debugger_.register_size(65), 0U);
    EXPECT_EQ(debugger_.register_size(4161), 8U);
    EXPECT_EQ(debugger_.threads().front().name, "hart 0");
    begin(TestKernel().spin());
    EXPECT_EQ(debugger_.threads().back().state, "M mode");
}

}  // namespace
}  // namespace vm::machine
