#include "vm/debug/gdb_server.h"

#include <csignal>
#include <sys/wait.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/debug/fake_target.h"
#include "vm/debug/gdb_client.h"
#include "vm/debug/thread_control.h"

namespace vm::debug {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Stop kTrapped{.thread = FakeTarget::kFirst, .signal = SIGTRAP};
constexpr Stop kInterrupted{.thread = FakeTarget::kSecond, .signal = SIGINT};

class Server : public ::testing::Test {
  protected:
    // With a target that waits for a client, or one that runs.
    void start(std::optional<Stop> stop) { server_ = GdbServer::start(target_, 0, stop).value(); }
    GdbClient connect() { return GdbClient(server_->port()); }

    FakeTarget target_;
    std::unique_ptr<GdbServer> server_;
};

TEST_F(Server, AnswersAClient) {
    start(kTrapped);
    GdbClient client = connect();
    EXPECT_EQ(client.ask("qC"), "QC1");
    EXPECT_TRUE(server_->connected());
}

TEST_F(Server, PortInUseIsAnError) {
    start(kTrapped);
    const auto second = GdbServer::start(target_, server_->port(), kTrapped);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr(fmt::format("127.0.0.1:{}", server_->port())));
}

TEST_F(Server, StopReportedByTheRunningThreadReachesTheClient) {
    start(kTrapped);
    GdbClient client = connect();
    client.send(encode_packet("c"));
    target_.wait_for("resume 1:go 2:go 1f:go");
    server_->report_stop(kInterrupted);
    EXPECT_THAT(client.packet(), StartsWith("T02thread:2;"));
}

TEST_F(Server, StopReportedInsideResumeReachesTheClient) {
    target_.on_resume = [this] { server_->report_stop(kTrapped); };
    start(kTrapped);
    GdbClient client = connect();
    EXPECT_THAT(client.ask("s"), StartsWith("T05thread:1;"));
    EXPECT_THAT(client.ask("s"), StartsWith("T05thread:1;"));
}

TEST_F(Server, InterruptByteReachesTheRunningTarget) {
    target_.on_interrupt = [this] { server_->report_stop(kInterrupted); };
    start(kTrapped);
    GdbClient client = connect();
    client.send(encode_packet("c") + "\x03");
    EXPECT_THAT(client.packet(), StartsWith("T02thread:2;"));
}

TEST_F(Server, ClientFindsARunningTargetStopped) {
    target_.on_interrupt = [this] { server_->report_stop(kInterrupted); };
    start(std::nullopt);
    GdbClient client = connect();
    EXPECT_THAT(client.ask("?"), StartsWith("T02thread:2;"));
}

TEST_F(Server, SecondClientIsTurnedAway) {
    start(kTrapped);
    GdbClient first = connect();
    first.ask("qC");
    EXPECT_EQ(connect().packet(), "gone");
    EXPECT_EQ(first.ask("qC"), "QC1");
}

TEST_F(Server, NextClientFindsTheTargetWhereAVanishedOneLeftItStopped) {
    start(kTrapped);
    GdbClient first = connect();
    first.ask("Z0,1000,4");
    first.close();
    target_.wait_for("remove 0 0x1000 4");
    EXPECT_THAT(connect().ask("?"), StartsWith("T05thread:1;"));
}

TEST_F(Server, VanishedClientLeavesARunningTargetRunning) {
    target_.on_interrupt = [this] { server_->report_stop(kInterrupted); };
    start(kTrapped);
    GdbClient client = connect();
    client.ask("Z0,1000,4");
    client.send(encode_packet("c"));
    target_.wait_for("resume 1:go 2:go 1f:go");
    client.close();
    target_.wait_for("remove 0 0x1000 4");
    target_.wait_for("detach");
}

TEST_F(Server, NextClientWaitsUntilTheTargetHasStoppedForTheLast) {
    start(kTrapped);
    GdbClient first = connect();
    first.send(encode_packet("c"));
    target_.wait_for("resume 1:go 2:go 1f:go");
    first.close();
    target_.wait_for("interrupt");
    GdbClient second = connect();
    ASSERT_TRUE(second.connected());
    server_->report_stop(kInterrupted);
    target_.wait_for("detach");
    target_.wait_for("interrupt");
    server_->report_stop(kInterrupted);
    EXPECT_EQ(second.ask("qC"), "QC2");
}

TEST_F(Server, DetachedTargetRunsAndCanBeConnectedToAgain) {
    target_.on_interrupt = [this] { server_->report_stop(kInterrupted); };
    start(kTrapped);
    GdbClient first = connect();
    EXPECT_EQ(first.ask("D"), "OK");
    EXPECT_EQ(first.packet(), "gone");
    EXPECT_THAT(target_.take_notes(), Contains("detach"));
    EXPECT_THAT(connect().ask("?"), StartsWith("T02thread:2;"));
}

TEST_F(Server, StopWithNoClientThereIsSentOn) {
    start(std::nullopt);
    EXPECT_FALSE(server_->connected());
    server_->report_stop(kTrapped);
    target_.wait_for("detach");
}

TEST_F(Server, EndReachesTheClientThatWaitsAndThoseThatComeLater) {
    start(kTrapped);
    GdbClient first = connect();
    first.send(encode_packet("c"));
    target_.wait_for("resume 1:go 2:go 1f:go");
    server_->report_stop(exit_stop(5));
    EXPECT_EQ(first.packet(), "W05");
    EXPECT_EQ(first.ask("D"), "OK");
    EXPECT_EQ(first.packet(), "gone");
    EXPECT_EQ(connect().ask("?"), "W05");
}

TEST_F(Server, EndReportedJustBeforeTheServerGoesReachesTheClient) {
    start(kTrapped);
    GdbClient client = connect();
    client.send(encode_packet("c"));
    target_.wait_for("resume 1:go 2:go 1f:go");
    server_->report_stop(exit_stop(5));
    server_.reset();
    EXPECT_EQ(client.packet(), "W05");
    EXPECT_EQ(client.packet(), "gone");
}

TEST_F(Server, ClientThatDoesNotReadKeepsNobodyWaiting) {
    start(kTrapped);
    GdbClient slow = connect();
    std::string requests;
    for (int i = 0; i < 1000; ++i) {
        requests += encode_packet("m1000,2000");
    }
    slow.send(requests);
    server_->report_stop(kTrapped);
    server_.reset();
}

TEST_F(Server, GarbageDoesNotDisturbIt) {
    start(kTrapped);
    GdbClient client = connect();
    client.send("GET / HTTP/1.1\r\n\r\n" + std::string(100000, '$') + std::string(100000, '#') + "$qC#b4");
    EXPECT_EQ(client.ask("qC").substr(0, 2), "QC");
    client.close();
    EXPECT_EQ(connect().ask("qC"), "QC1");
}

TEST_F(Server, KnowsItsDescriptors) {
    start(kTrapped);
    GdbClient client = connect();
    client.ask("qC");
    int owned = 0;
    for (int number = 0; number < 2048; ++number) {
        owned += server_->owns(number) ? 1 : 0;
    }
    EXPECT_EQ(owned, 3);
    EXPECT_FALSE(server_->owns(-1));
}

TEST_F(Server, ChildOfAForkLetsGoOfIt) {
    start(kTrapped);
    GdbClient client = connect();
    client.ask("qC");
    const pid_t child = ::fork();
    if (child == 0) {
        server_->abandon();
        int owned = 0;
        for (int number = 0; number < 2048; ++number) {
            owned += server_->owns(number) ? 1 : 0;
        }
        ::_exit(owned);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(client.ask("qC"), "QC1");
}

// A target in the manner of real ones: a thread runs it, reports stops and parks.
TEST_F(Server, TargetWithAThreadOfItsOwnStopsAndGoesOn) {
    ThreadControl control{{[&](const Stop& stop) { server_->report_stop(stop); }, [] { return true; }}};
    ThreadControl::Place& place = control.join(FakeTarget::kFirst);
    target_.on_resume = [&] { control.resume_all(); };
    start(kTrapped);
    std::thread runner([&] {
        for (int steps = 0; steps < 99; ++steps) {
            control.hold(place, [] { return false; });
            control.stop(kTrapped);
        }
        control.hold(place, [] { return false; });
        server_->report_stop(exit_stop(0));
    });
    GdbClient client = connect();
    for (int steps = 0; steps < 99; ++steps) {
        EXPECT_THAT(client.ask("vCont;s:1"), StartsWith("T05"));
    }
    EXPECT_EQ(client.ask("c"), "W00");
    runner.join();
}

}  // namespace
}  // namespace vm::debug
