#include "vm/base/write_text.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/base/signal_mask.h"

namespace vm {
namespace {

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
    const std::uint64_t before = change_signal_mask(kSome);
    EXPECT_EQ(write_text(-1, "text"), EBADF);
    EXPECT_EQ(change_signal_mask(before), kSome);
}

// Each ends with what came of it, or with 100 where the signal came.
void end_at(int signal) {
    ::signal(signal, [](int) { ::_exit(100); });
}

[[noreturn]] void write_without_reader() {
    end_at(SIGPIPE);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) ::_exit(1);
    ::close(ends[0]);
    ::_exit(write_text(ends[1], "text"));
}

[[noreturn]] void write_where_files_must_not_grow() {
    end_at(SIGXFSZ);
    const rlimit none{0, 0};
    std::FILE* const file = std::tmpfile();
    if (file == nullptr or ::setrlimit(RLIMIT_FSIZE, &none) != 0) ::_exit(1);
    ::_exit(write_text(::fileno(file), "text"));
}

[[noreturn]] void write_with_a_signal_on_its_way() {
    end_at(SIGPIPE);
    change_signal_mask(signal_bit(SIGPIPE));
    ::raise(SIGPIPE);
    const int result = write_text(2, "");
    change_signal_mask(0);
    ::_exit(result);
}

TEST(WriteTextDeathTest, AReaderThatHasGoneSendsNoSignal) {
    EXPECT_EXIT(write_without_reader(), ::testing::ExitedWithCode(EPIPE), "");
}

TEST(WriteTextDeathTest, AFileThatMustNotGrowSendsNone) {
    EXPECT_EXIT(write_where_files_must_not_grow(), ::testing::ExitedWithCode(EFBIG), "");
}

TEST(WriteTextDeathTest, ASignalThatWasOnItsWayStillComes) {
    EXPECT_EXIT(write_with_a_signal_on_its_way(), ::testing::ExitedWithCode(100), "");
}

}  // namespace
}  // namespace vm
