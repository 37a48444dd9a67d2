#include "vm/cli/console_keys.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace vm::cli {
namespace {

ConsoleKeys::Typed type(ConsoleKeys& keys, std::string_view text) {
    return keys.take(std::as_bytes(std::span(text)));
}

std::string text(const ConsoleKeys::Typed& typed) {
    return {reinterpret_cast<const char*>(typed.bytes.data()), typed.bytes.size()};
}

TEST(ConsoleKeys, PlainKeysGoToTheGuest) {
    ConsoleKeys keys;
    const auto typed = type(keys, "ls\r\3");
    EXPECT_EQ(text(typed), "ls\r\3");
    EXPECT_FALSE(typed.quit);
}

TEST(ConsoleKeys, EscapeAndXQuits) {
    ConsoleKeys keys;
    const auto typed = type(keys, "a\1xb");
    EXPECT_TRUE(typed.quit);
    EXPECT_EQ(text(typed), "a");
}

TEST(ConsoleKeys, EscapeIsRememberedBetweenReads) {
    ConsoleKeys keys;
    EXPECT_EQ(text(type(keys, "a\1")), "a");
    EXPECT_TRUE(type(keys, "h").help);
    EXPECT_FALSE(type(keys, "h").help);
}

TEST(ConsoleKeys, EscapeTwiceSendsItOnce) {
    ConsoleKeys keys;
    EXPECT_EQ(text(type(keys, "\1\1x")), "\1x");
}

TEST(ConsoleKeys, UnknownKeyAfterEscapeIsIgnored) {
    ConsoleKeys keys;
    EXPECT_EQ(text(type(keys, "\1qr")), "r");
}

}  // namespace
}  // namespace vm::cli
