#include "vm/user/strace.h"

#include <cerrno>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

using Strace = KernelTest;

TEST_F(Strace, ShowsArgumentsByTheirKinds) {
    put_string(kData, "/etc/hosts");
    EXPECT_EQ(describe_call(memory_, 56, {static_cast<std::uint64_t>(-100), kData, 0x80000, 0644}),
              "openat(-100, \"/etc/hosts\", 0x80000, 0644)");
    EXPECT_EQ(describe_call(memory_, 62, {3, static_cast<std::uint64_t>(-5), 1}), "lseek(3, -5, 1)");
    EXPECT_EQ(describe_call(memory_, 172, {}), "getpid()");
}

TEST_F(Strace, ShowsWhatIsNoStringAsAnAddress) {
    EXPECT_EQ(describe_call(memory_, 49, {kUnmapped}), "chdir(0x200000)");
}

TEST_F(Strace, EscapesAndShortensStrings) {
    put_string(kData, "a\n\"");
    EXPECT_EQ(describe_call(memory_, 49, {kData}), "chdir(\"a\\x0a\\x22\")");
    put_string(kData, std::string(100, 'b'));
    EXPECT_EQ(describe_call(memory_, 49, {kData}), "chdir(\"" + std::string(64, 'b') + "\"...)");
}

TEST_F(Strace, NamesUnknownCallsByNumber) {
    EXPECT_EQ(describe_call(memory_, 999, {1, 2, 3, 4, 5, 6}), "syscall_999(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)");
}

TEST_F(Strace, ShowsResults) {
    EXPECT_EQ(describe_result(3), " = 3");
    EXPECT_EQ(describe_result(0x3f'0000'0000), " = 0x3f00000000");
    EXPECT_EQ(describe_result(-ENOENT), " = -1 ENOENT (No such file or directory)");
    EXPECT_EQ(describe_result(kNoResult), " = ?");
    EXPECT_EQ(describe_result(kRestart), " = ? (interrupted by a signal)");
}

}  // namespace
}  // namespace vm::user
