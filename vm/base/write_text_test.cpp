#include "vm/base/write_text.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm {
namespace {

// Ends with the code, 100 where the signal came.
template <class Action>
int code_where_signals_count(int signal, Action action) {
    ::signal(signal, [](int) { ::_exit(100); });
    return action();
}

class Pipe {
  public:
    Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~Pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int reader() const { return ends_[0]; }
    int writer() const { return ends_[1]; }

  private:
    std::array<int, 2> ends_{};
};

TEST(WriteText, WritesAllOfIt) {
    const Pipe pipe;
    EXPECT_EQ(write_text(pipe.writer(), "text"), 0);
    EXPECT_EQ(write_text(pipe.writer(), ""), 0);
    std::string text(8, ' ');
    EXPECT_EQ(::read(pipe.reader(), text.data(), text.size()), 4);
    EXPECT_EQ(text.substr(0, 4), "text");
}

TEST(WriteText, SaysWhyItCannot) { EXPECT_EQ(write_text(-1, "text"), EBADF); }

// Two of them are those that glibc keeps for itself.
TEST(WriteText, LeavesAllSignalsAsTheyWereBlocked) {
    constexpr std::uint64_t kSome = 0x3'8000'0200;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kSome, &before, sizeof before);
    EXPECT_EQ(write_text(-1, "text"), EBADF);
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, &after, sizeof after);
    EXPECT_EQ(after, kSome);
}

TEST(WriteTextDeathTest, AReaderThatHasGoneSendsNoSignal) {
    EXPECT_EXIT(::_exit(code_where_signals_count(SIGPIPE,
                                                 [] {
                                                     std::array<int, 2> ends{};
                                                     if (::pipe(ends.data()) != 0) return 1;
                                                     ::close(ends[0]);
                                                     return write_text(ends[1], "text");
                                                 })),
                ::testing::ExitedWithCode(EPIPE), "");
}

TEST(WriteTextDeathTest, AFileThatMustNotGrowSendsNone) {
    EXPECT_EXIT(
        ::_exit(code_where_signals_count(SIGXFSZ,
                                         [] {
                                             const rlimit none{0, 0};
                                             std::FILE* const file = std::tmpfile();
                                             if (file == nullptr or ::setrlimit(RLIMIT_FSIZE, &none) != 0)
                                                 return 1;
                                             return write_text(::fileno(file), "text");
                                         })),
        ::testing::ExitedWithCode(EFBIG), "");
}

TEST(WriteTextDeathTest, ASignalThatWasOnItsWayStillComes) {
    EXPECT_EXIT(::_exit(code_where_signals_count(SIGPIPE,
                                                 [] {
                                                     sigset_t pipe{};
                                                     ::sigemptyset(&pipe);
                                                     ::sigaddset(&pipe, SIGPIPE);
                                                     ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
                                                     ::raise(SIGPIPE);
                                                     const int result = write_text(2, "");
                                                     ::pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
                                                     return result;
                                                 })),
                ::testing::ExitedWithCode(100), "");
}

}  // namespace
}  // namespace vm
