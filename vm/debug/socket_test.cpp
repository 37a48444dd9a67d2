#include "vm/debug/socket.h"

#include <array>
#include <sys/socket.h>
#include <utility>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "vm/debug/gdb_client.h"

namespace vm::debug {
namespace {

using ::testing::StartsWith;

bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }

// Both ends of a connection that does not block.
std::pair<Descriptor, Descriptor> connection() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

TEST(Descriptor, IsClosedWithItsObjectAndMovesAway) {
    auto [one, other] = connection();
    const int number = one.number();
    {
        const Descriptor moved = std::move(one);
        EXPECT_EQ(moved.number(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
    other.close();
    EXPECT_FALSE(other.is_open());
}

TEST(Descriptor, RaisedOneLeavesTheLowNumberFree) {
    auto [one, other] = connection();
    const int low = one.number();
    {
        const Descriptor high = std::move(one).raised();
        EXPECT_GE(high.number(), 1000);
        EXPECT_EQ(::fcntl(high.number(), F_GETFD), FD_CLOEXEC);
        one.close();
        EXPECT_FALSE(is_open(low));
        EXPECT_TRUE(is_open(high.number()));
    }
    EXPECT_FALSE(Descriptor().raised().is_open());
}

TEST(Listen, AnyFreePortCanBeConnectedToOnLoopback) {
    const Descriptor listener = listen_on_loopback(0).value();
    EXPECT_FALSE(accept_client(listener).is_open());
    const GdbClient client(local_port(listener));
    ASSERT_TRUE(client.connected());
    pollfd waited{listener.number(), POLLIN, 0};
    ::poll(&waited, 1, -1);
    EXPECT_TRUE(accept_client(listener).is_open());
}

TEST(Listen, PortInUseIsAnErrorThatNamesIt) {
    const Descriptor listener = listen_on_loopback(0).value();
    const auto second = listen_on_loopback(local_port(listener));
    ASSERT_FALSE(second);
    EXPECT_EQ(
        second.error().message,
        fmt::format("cannot listen for gdb on 127.0.0.1:{}: Address already in use", local_port(listener)));
}

TEST(Bytes, BytesComeAsTheyWentAndNothingIsZero) {
    const auto [one, other] = connection();
    std::array<char, 8> buffer{};
    EXPECT_EQ(receive_some(other, buffer), 0u);
    EXPECT_EQ(send_some(one, "abc"), 3u);
    EXPECT_EQ(receive_some(other, buffer), 3u);
    EXPECT_THAT(buffer.data(), StartsWith("abc"));
}

TEST(Bytes, OtherSideThatHungUpIsSeenBehindThem) {
    auto [one, other] = connection();
    EXPECT_FALSE(hung_up(other));
    send_some(one, "abc");
    EXPECT_FALSE(hung_up(other));
    one.close();
    EXPECT_TRUE(hung_up(other));
}

TEST(Bytes, FullConnectionTakesNothingMore) {
    const auto [one, other] = connection();
    const std::string much(1 << 20, 'x');
    while (send_some(one, much).value() != 0) {
    }
    EXPECT_EQ(send_some(one, much), 0u);
}

TEST(Bytes, OtherSideThatIsGoneIsNoNumber) {
    auto [one, other] = connection();
    other.close();
    std::array<char, 8> buffer{};
    EXPECT_FALSE(receive_some(one, buffer));
    EXPECT_FALSE(send_some(one, "abc"));
}

}  // namespace
}  // namespace vm::debug
