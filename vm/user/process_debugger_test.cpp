#include "vm/user/process_debugger.h"

#include <csignal>
#include <string>
#include <sys/syscall.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/debug/gdb_client.h"
#include "vm/user/test_guest.h"

namespace vm::user {
namespace {

using debug::encode_packet;
using debug::GdbClient;
using testing::GuestOnThread;
using ::testing::HasSubstr;
using testing::kA0;
using testing::kA1;
using testing::kT0;
using testing::kZero;
using ::testing::StartsWith;
using testing::TestGuest;
using Op = guest::riscv::Opcode;

// A process under a debugger, as gdb speaks to it.
class Debugger : public ::testing::Test {
  protected:
    void begin(const TestGuest& guest) {
        guest_.emplace(
            guest,
            [this](Process& process) {
                debugger_ = std::make_unique<ProcessDebugger>(process);
                EXPECT_TRUE(debugger_->listen(0));
                port_ = debugger_->port();
                number_ = ::gettid();
                process_ = &process;
            },
            [this](const Outcome& outcome) {
                debugger_->finish(outcome, static_cast<std::uint64_t>(outcome.code));
                debugger_.reset();
                if (process_->is_child()) {
                    ::_exit(outcome.code);
                }
            });
    }
    GdbClient connect() const { return GdbClient(port_); }
    // As packets have it.
    std::string first() const { return fmt::format("{:x}", number_); }

    std::unique_ptr<ProcessDebugger> debugger_;
    std::uint16_t port_ = 0;
    int number_ = 0;
    Process* process_ = nullptr;
    std::optional<GuestOnThread> guest_;
};

TEST_F(Debugger, ProcessStandsBeforeItsFirstInstruction) {
    begin(TestGuest().exit(4));
    GdbClient client = connect();
    EXPECT_THAT(client.ask("?"), StartsWith("T05thread:" + first() + ";"));
    EXPECT_EQ(client.ask("p20"), "0010010000000000");  // pc
    EXPECT_EQ(client.ask("qfThreadInfo"), fmt::format("m{}", first()));
    EXPECT_EQ(client.ask("qAttached"), "0");
}

TEST_F(Debugger, ExitCodeReachesTheClient) {
    begin(TestGuest().exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("c"), "W04");
    EXPECT_EQ(guest_->outcome().code, 4);
}

TEST_F(Debugger, StepsAndBreakpointsStopIt) {
    begin(TestGuest().op(Op::addi, kT0, kT0, 0, 1).op(Op::addi, kT0, kT0, 0, 1).exit(4));
    GdbClient client = connect();
    EXPECT_THAT(client.ask("vCont;s:" + first()), StartsWith("T05thread:" + first()));
    EXPECT_EQ(client.ask("p20"), "0410010000000000");
    EXPECT_EQ(client.ask("Z1,11008,4"), "OK");
    EXPECT_EQ(client.ask("Z0,11009,4"), "E01");
    EXPECT_THAT(client.ask("c"), StartsWith("T05"));
    EXPECT_EQ(client.ask("p5"), "0200000000000000");
    EXPECT_EQ(client.ask("z1,11008,4"), "OK");
    EXPECT_EQ(client.ask("c"), "W04");
}

TEST_F(Debugger, RegistersAreWritten) {
    begin(TestGuest().op(Op::addi, kA0, kA0, 0, 0).call(94));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Pa=2a00000000000000"), "OK");
    EXPECT_EQ(client.ask("pa"), "2a00000000000000");
    EXPECT_EQ(client.ask("P20=0110010000000000"), "E01");
    EXPECT_EQ(client.ask("c"), "W2a");
}

TEST_F(Debugger, MemoryIsReadAndCodeIsWritten) {
    begin(TestGuest().op(Op::ebreak).exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("m11000,4"), "73001000");
    EXPECT_EQ(client.ask("m11ffe,8"), "aaaa");  // the end of the file
    EXPECT_EQ(client.ask("m20000,1"), "E01");
    EXPECT_EQ(client.ask("M20000,1:00"), "E01");
    EXPECT_EQ(client.ask("M11000,4:13000000"), "OK");  // nop
    EXPECT_EQ(client.ask("c"), "W04");
}

TEST_F(Debugger, WatchpointNamesTheData) {
    begin(TestGuest().la(kT0, TestGuest::kData).op(Op::sw, 0, kT0, kT0, 4).exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z2,10804,4"), "OK");
    EXPECT_THAT(client.ask("c"), StartsWith("T05thread:" + first() + ";watch:10804;"));
    EXPECT_EQ(client.ask("m10804,4"), "00080100");
    EXPECT_EQ(client.ask("z2,10804,4"), "OK");
    EXPECT_EQ(client.ask("c"), "W04");
}

TEST_F(Debugger, WatchpointsHaveTheirLimits) {
    begin(TestGuest().exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z2,10800,1001"), "E01");
    EXPECT_EQ(client.ask("Z3,4000000000,1"), "E01");
    EXPECT_EQ(client.ask("Z4,3fffffffff,2"), "E01");
    EXPECT_EQ(client.ask("Z4,10ffc,8"), "OK");
}

TEST_F(Debugger, InterruptStopsALoop) {
    begin(TestGuest().spin());
    GdbClient client = connect();
    client.send(encode_packet("c") + "\x03");
    EXPECT_THAT(client.packet(), StartsWith("T02thread:" + first() + ";"));
}

TEST_F(Debugger, ThreadThatWaitsSaysWhere) {
    begin(TestGuest().wait());
    GdbClient client = connect();
    std::string threads;
    do {
        client.send(encode_packet("c") + "\x03");
        EXPECT_THAT(client.packet(), StartsWith("T02"));
        threads = client.ask("qXfer:threads:read::0,fff");
    } while (threads.find("waiting in ppoll") == std::string::npos);
    EXPECT_THAT(threads, HasSubstr(fmt::format("id=\"{}\"", first())));
}

TEST_F(Debugger, SignalIsShownAndPassedOn) {
    TestGuest guest;
    guest.handle(SIGUSR1).raise(SIGUSR1).exit(4).at(TestGuest::kHandler).exit(5);
    begin(guest);
    GdbClient client = connect();
    EXPECT_THAT(client.ask("c"), StartsWith("T1ethread:" + first()));
    EXPECT_EQ(client.ask("C1e"), "W05");
}

TEST_F(Debugger, SignalThatEndsItIsShownTwice) {
    begin(TestGuest().raise(SIGABRT));
    GdbClient client = connect();
    EXPECT_THAT(client.ask("c"), StartsWith("T06"));
    EXPECT_EQ(client.ask("C06"), "X06");
    EXPECT_EQ(guest_->outcome().kind, Outcome::Kind::killed);
}

TEST_F(Debugger, SignalOfOursIsNotDelivered) {
    begin(TestGuest().exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("C2d"), "W04");  // SIG33
}

TEST_F(Debugger, DetachedProcessRunsToItsEndAsIfAlone) {
    begin(TestGuest().op(Op::ebreak).exit(4));
    GdbClient client = connect();
    EXPECT_THAT(client.ask("c"), StartsWith("T05"));
    EXPECT_EQ(client.ask("D"), "OK");
    EXPECT_EQ(guest_->outcome().code, SIGTRAP);
}

TEST_F(Debugger, KillEndsIt) {
    begin(TestGuest().spin());
    GdbClient client = connect();
    EXPECT_EQ(client.ask("vKill;1"), "OK");
    EXPECT_EQ(guest_->outcome().kind, Outcome::Kind::killed);
    EXPECT_EQ(guest_->outcome().code, SIGKILL);
}

TEST_F(Debugger, NewThreadsAreListedAndLeft) {
    TestGuest guest;
    guest.clone().branch(Op::bne, kA0, kZero, TestGuest::kOther).call(93);
    guest.at(TestGuest::kOther).spin();
    begin(guest);
    GdbClient client = connect();
    EXPECT_EQ(client.ask("Z0,1101c,4"), "OK");  // behind the branch: the new thread
    EXPECT_THAT(client.ask("c"), StartsWith("T05thread:"));
    EXPECT_THAT(client.ask("qfThreadInfo"), StartsWith(fmt::format("m{},", first())));
    EXPECT_EQ(client.ask("z0,1101c,4"), "OK");
    std::string threads;
    do {
        client.send(encode_packet("c") + "\x03");
        EXPECT_THAT(client.packet(), StartsWith("T02"));
        threads = client.ask("qfThreadInfo");
    } while (threads != fmt::format("m{}", first()));
}

TEST_F(Debugger, ChildOfAForkRunsWithoutIt) {
    TestGuest guest;
    guest.li(kA0, SIGCHLD).li(kA1, 0).call(220).branch(Op::bne, kA0, kZero, TestGuest::kOther);
    const std::uint64_t in_child = guest.here();
    guest.exit(6).at(TestGuest::kOther);
    guest.wait_for_child().exit_as_the_child();
    begin(guest);
    GdbClient client = connect();
    EXPECT_EQ(client.ask(fmt::format("Z0,{:x},4", in_child)), "OK");
    EXPECT_EQ(client.ask("c"), "W06");
}

TEST_F(Debugger, TellsGdbWhereTheProgramLies) {
    begin(TestGuest().exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("qXfer:exec-file:read::0,fff"), fmt::format("l{}", process_->executable()));
    EXPECT_THAT(client.ask("qXfer:auxv:read::0,fff"), StartsWith("l\x10"));  // AT_HWCAP
    EXPECT_EQ(client.ask("qOffsets"), "");
}

TEST_F(Debugger, TellsGdbWhereAPositionIndependentProgramWasMoved) {
    begin(TestGuest().position_independent().exit(4));
    GdbClient client = connect();
    EXPECT_EQ(client.ask("qOffsets"), "Text=2aaaaaa000;Data=2aaaaaa000;Bss=2aaaaaa000");
    EXPECT_EQ(client.ask("c"), "W04");
}

TEST_F(Debugger, DescriptionIsThatOfAProgram) {
    begin(TestGuest().exit(4));
    EXPECT_THAT(debugger_->target_description(), HasSubstr("org.gnu.gdb.riscv.fpu"));
    EXPECT_EQ(debugger_->target_description().find("org.gnu.gdb.riscv.virtual"), std::string::npos);
    EXPECT_EQ(debugger_->register_size(65), 0U);
    EXPECT_EQ(debugger_->register_size(33), 8U);
}

}  // namespace
}  // namespace vm::user
