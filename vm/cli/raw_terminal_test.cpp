#include "vm/cli/raw_terminal.h"

#include <csignal>
#include <cstdlib>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::cli {
namespace {

tcflag_t local_flags(int fd) {
    termios now{};
    EXPECT_EQ(tcgetattr(fd, &now), 0);
    return now.c_lflag;
}

// A terminal of the test's own.
class RawTerminalTest : public ::testing::Test {
  protected:
    void SetUp() override {
        master_ = posix_openpt(O_RDWR | O_NOCTTY);
        ASSERT_GE(master_, 0);
        ASSERT_EQ(grantpt(master_), 0);
        ASSERT_EQ(unlockpt(master_), 0);
        terminal_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
        ASSERT_GE(terminal_, 0);
        before_ = local_flags(terminal_);
    }
    void TearDown() override {
        close(terminal_);
        close(master_);
    }
    // The signal that ends a process of which the terminal is raw, when it sends that one to itself.
    int end_of_process_by(int signal) {
        const pid_t child = fork();
        if (child == 0) {
            const rlimit no_core{};
            setrlimit(RLIMIT_CORE, &no_core);
            std::signal(signal, SIG_DFL);
            const RawTerminal raw(terminal_);
            raise(signal);
            _exit(0);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

    int master_ = -1;
    int terminal_ = -1;
    tcflag_t before_ = 0;
};

TEST_F(RawTerminalTest, HandsKeysOverUnchangedAndPutsTheTerminalBack) {
    {
        const RawTerminal raw(terminal_);
        EXPECT_TRUE(raw.is_terminal());
        EXPECT_EQ(local_flags(terminal_) & (ICANON | ECHO | ISIG), 0u);
    }
    EXPECT_EQ(local_flags(terminal_), before_);
}

TEST_F(RawTerminalTest, KnowsTheSizeThatTheTerminalWasGiven) {
    const RawTerminal raw(terminal_);
    EXPECT_EQ(raw.size(), "");
    const winsize size{.ws_row = 50, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0};
    ASSERT_EQ(ioctl(terminal_, TIOCSWINSZ, &size), 0);
    EXPECT_EQ(raw.size(), "50 132");
}

TEST_F(RawTerminalTest, WhatIsNoTerminalHasNoSize) {
    const int file = open("/dev/null", O_RDWR);
    EXPECT_EQ(RawTerminal(file).size(), "");
    close(file);
}

TEST_F(RawTerminalTest, SignalsThatKillAtOncePutTheTerminalBackFirst) {
    for (const int signal : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPIPE, SIGQUIT, SIGSEGV, SIGUSR1, SIGXFSZ}) {
        EXPECT_EQ(end_of_process_by(signal), signal);
        EXPECT_EQ(local_flags(terminal_), before_) << signal;
    }
}

TEST_F(RawTerminalTest, SignalThatIsIgnoredLeavesTheTerminalAsItIs) {
    struct sigaction ignored {};
    struct sigaction before {};
    ignored.sa_handler = SIG_IGN;
    ASSERT_EQ(sigaction(SIGPIPE, &ignored, &before), 0);
    {
        const RawTerminal raw(terminal_);
        raise(SIGPIPE);
        EXPECT_EQ(local_flags(terminal_) & ICANON, 0u);
    }
    sigaction(SIGPIPE, &before, nullptr);
}

TEST(RawTerminal, LeavesFilesAlone) {
    const int fd = open("/dev/null", O_RDWR);
    const RawTerminal raw(fd);
    EXPECT_FALSE(raw.is_terminal());
    close(fd);
}

}  // namespace
}  // namespace vm::cli
