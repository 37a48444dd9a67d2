#include "harness/run/spawn.h"

#include <sys/socket.h>

#include <gmock/gmock.h>
#include <poll.h>

namespace harness::run {
namespace {

sigset_t no_signals() {
    sigset_t mask;
    sigemptyset(&mask);
    return mask;
}

Command shell(const std::string& script) {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    return command;
}

// Everything the process writes until it closes its standard output.
std::string read_all(Process& process) {
    std::string text;
    while (process.output.fd() >= 0) {
        pollfd event{process.output.fd(), POLLIN, 0};
        poll(&event, 1, 5000);
        drain(process.output, text, 1 << 20);
    }
    return text;
}

TEST(Spawn, AConnectedChildReadsWhatIsSent) {
    auto process =
        spawn(shell("read line; echo \"got $line\""), StandardInput::connected, no_signals()).value();
    ASSERT_EQ(send(process.input.fd(), "words\n", 6, MSG_NOSIGNAL), 6);
    EXPECT_EQ(read_all(process), "got words\n");
    reap(process);
}

TEST(Spawn, AConnectedChildSeesTheEndOfItsInput) {
    auto process = spawn(shell("cat; echo end"), StandardInput::connected, no_signals()).value();
    process.input.reset();
    EXPECT_EQ(read_all(process), "end\n");
    reap(process);
}

TEST(Spawn, AnEmptyInputEndsAtOnce) {
    auto process = spawn(shell("cat; echo end"), StandardInput::empty, no_signals()).value();
    EXPECT_LT(process.input.fd(), 0);
    EXPECT_EQ(read_all(process), "end\n");
    reap(process);
}

TEST(Spawn, ACpuThatIsNotThereIsAnError) {
    Command command = shell("true");
    command.cpu = 1000;
    const auto process = spawn(command, StandardInput::empty, no_signals());
    ASSERT_FALSE(process.has_value());
    EXPECT_EQ(process.error().message, "cannot run '/bin/sh': Invalid argument");
}

TEST(Spawn, ReapingEndsAChildThatRuns) {
    const auto process = spawn(shell("sleep 100"), StandardInput::empty, no_signals()).value();
    const Usage usage = reap(process);
    EXPECT_TRUE(usage.signalled);
    EXPECT_EQ(usage.status, SIGKILL);
}

TEST(Spawn, LastWordsAreTheLastLineWithoutControlCharacters) {
    EXPECT_EQ(last_words("first\nlast\tone\x1b[0m\n\n"), ": last one [0m");
    EXPECT_EQ(last_words("\n \n"), "");
}

TEST(Spawn, PaddingDiffersAndIsReplayedByItsSeed) {
    std::mt19937_64 random(7);
    std::mt19937_64 again(7);
    const std::string first = padding_variable(random);
    EXPECT_THAT(first, testing::StartsWith("VMBENCH_PADDING="));
    EXPECT_NE(first, padding_variable(random));
    EXPECT_EQ(first, padding_variable(again));
}

}  // namespace
}  // namespace harness::run
