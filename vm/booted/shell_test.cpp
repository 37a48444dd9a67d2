#include "vm/booted/shell.h"

#include <gtest/gtest.h>

namespace vm::booted {
namespace {

// What a guest's console shows, with the kernel's and the line editor's habits: \r\n, the echo, the prompt.
GuestConsole guest(const std::string& after_boot) {
    return GuestConsole({"/bin/sh", "-c",
                         "printf '[0.0] Linux # 1\\r\\nvm: first user-space line\\r\\n"
                         "vm: end with poweroff -f\\r\\n~ # '; " +
                             after_boot},
                        std::chrono::seconds(60));
}

TEST(Shell, IsWaitedForBehindWhatTheKernelSays) {
    GuestConsole console = guest("read command; printf 'reached %s' \"$command\"");
    ASSERT_TRUE(wait_for_shell(console));
    console.type("now\n");
    EXPECT_EQ(console.exit_code(), 0);
    EXPECT_TRUE(console.output().ends_with("~ # reached now"));
}

TEST(Shell, AGuestThatEndsBeforeItHasNone) {
    GuestConsole console({"/bin/sh", "-c", "echo vm: first user-space line"}, std::chrono::seconds(60));
    EXPECT_FALSE(wait_for_shell(console));
}

TEST(Shell, ACommandGivesWhatItPrintsWithoutEchoAndPrompt) {
    GuestConsole console = guest(
        "for answer in 'one\\r\\ntwo\\r\\n' ''; do read command; "
        "printf \"$command\\r\\n$answer~ # \"; done");
    ASSERT_TRUE(wait_for_shell(console));
    EXPECT_EQ(run_command(console, "one"), "one\ntwo\n");
    EXPECT_EQ(run_command(console, "/bin/true"), "");
}

TEST(Shell, AGuestThatDiesInACommandGivesNothing) {
    GuestConsole console = guest("read command; printf \"$command\\r\\nhalf\"; kill -KILL $$");
    ASSERT_TRUE(wait_for_shell(console));
    EXPECT_EQ(run_command(console, "/crash"), std::nullopt);
    EXPECT_EQ(console.exit_code(), 128 + 9);
}

}  // namespace
}  // namespace vm::booted
