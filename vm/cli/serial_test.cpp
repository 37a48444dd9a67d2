#include "vm/cli/serial.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::cli {
namespace {

using ::testing::HasSubstr;

class SerialTest : public ::testing::Test {
  protected:
    SerialTest() : folder_(::testing::TempDir() + "serial_XXXXXX") {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    }
    ~SerialTest() override { std::filesystem::remove_all(folder_); }

    static std::span<const std::byte> bytes(const std::string& text) {
        return std::as_bytes(std::span(text));
    }
    // A client's descriptor, once somebody listens there.
    static int connect(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, path.size());
        const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
        while (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            std::this_thread::yield();
        }
        return client;
    }

    std::string folder_;
};

TEST_F(SerialTest, AFileTakesWhatTheGuestWritesAndGivesNothing) {
    const std::string path = folder_ + "/console";
    {
        const auto serial = Serial::open(path);
        ASSERT_TRUE(serial);
        EXPECT_EQ(serial->input(), -1);
        serial->transmit(bytes("one"));
        serial->transmit(bytes(" two"));
    }
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one two");
}

TEST_F(SerialTest, AFileThatCannotBeWrittenIsAnError) {
    EXPECT_THAT(Serial::open(folder_).error().message, HasSubstr("cannot write the console to '" + folder_));
}

TEST_F(SerialTest, AClientOfASocketTalksWithTheGuest) {
    const std::string path = folder_ + "/socket";
    int client = -1;
    std::thread connecting([&] { client = connect(path); });
    auto serial = Serial::open("unix:" + path);
    connecting.join();
    ASSERT_TRUE(serial);
    serial->transmit(bytes("hello"));
    std::array<char, 16> text{};
    EXPECT_EQ(::read(client, text.data(), text.size()), 5);
    EXPECT_STREQ(text.data(), "hello");
    EXPECT_EQ(::write(client, "typed", 5), 5);
    EXPECT_EQ(::read(serial->input(), text.data(), text.size()), 5);
    EXPECT_STREQ(text.data(), "typed");
    ::close(client);
    serial->transmit(bytes("nobody there"));
    serial->transmit(bytes("still nobody"));
    { const Serial gone = std::move(*serial); }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SerialTest, AClientThatTakesNothingIsWaitedForUntilItIsAbandoned) {
    const std::string path = folder_ + "/socket";
    int client = -1;
    std::thread connecting([&] { client = connect(path); });
    const auto serial = Serial::open("unix:" + path);
    connecting.join();
    ASSERT_TRUE(serial);
    // More than any socket keeps for a client that does not read.
    std::thread sending([&] { serial->transmit(bytes(std::string(std::size_t{64} << 20, 'x'))); });
    std::array<char, 1> first{};
    EXPECT_EQ(::read(client, first.data(), first.size()), 1);
    serial->abandon();
    sending.join();
    ::close(client);
}

TEST_F(SerialTest, WhatIsAbandonedStillTakesWhatItHasRoomFor) {
    const std::string path = folder_ + "/console";
    const auto serial = Serial::open(path);
    ASSERT_TRUE(serial);
    serial->abandon();
    serial->transmit(bytes("last words"));
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "last words");
}

TEST_F(SerialTest, AWordBeforeAColonIsNoFile) {
    const std::string refusal = Serial::open("tcp:127.0.0.1:1234").error().message;
    EXPECT_EQ(refusal,
              "the console cannot go to 'tcp:127.0.0.1:1234': stdio, a file or unix:PATH (a file of that "
              "name: ./tcp:127.0.0.1:1234)");
    EXPECT_TRUE(Serial::open(folder_ + "/a:b"));
}

TEST_F(SerialTest, ASocketThatAKilledProgramLeftIsReplaced) {
    const std::string path = folder_ + "/socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(left);
    std::thread connecting([&] { ::close(connect(path)); });
    EXPECT_TRUE(Serial::open("unix:" + path));
    connecting.join();
}

TEST_F(SerialTest, WhatIsNoSocketIsNotReplaced) {
    const std::string path = folder_ + "/file";
    std::ofstream(path) << "kept";
    EXPECT_THAT(Serial::open("unix:" + path).error().message, HasSubstr("cannot make the socket"));
    EXPECT_TRUE(std::filesystem::exists(path));
    EXPECT_THAT(Serial::open("unix:").error().message, HasSubstr("the path of a socket has 1 to 107 bytes"));
    EXPECT_THAT(Serial::open("unix:" + std::string(108, 'x')).error().message, HasSubstr("107"));
}

}  // namespace
}  // namespace vm::cli
