#include "vm/debug/socket.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

namespace vm::debug {
namespace {

constexpr int kBacklog = 4;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool set_option(const Descriptor& socket, int level, int option) {
    const int on = 1;
    return ::setsockopt(socket.number(), level, option, &on, sizeof on) == 0;
}

// A call that came too early or was interrupted is to be made again.
bool only_later(int error) { return error == EAGAIN or error == EWOULDBLOCK or error == EINTR; }

std::optional<std::size_t> transferred(ssize_t result) {
    if (result >= 0) {
        return static_cast<std::size_t>(result);
    }
    return only_later(errno) ? std::optional<std::size_t>(0) : std::nullopt;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

void Descriptor::close() {
    if (is_open()) {
        ::close(std::exchange(number_, -1));
    }
}

Descriptor Descriptor::raised() && {
    constexpr int kLowest = 1000;
    const int high = is_open() ? ::fcntl(number_, F_DUPFD_CLOEXEC, kLowest) : -1;
    return high < 0 ? std::move(*this) : Descriptor(high);
}

Result<Descriptor> listen_on_loopback(std::uint16_t port) {
    const auto refused = [port] {
        return fail("cannot listen for gdb on 127.0.0.1:{}: {}", port, std::strerror(errno));
    };
    Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // Or the port of the run before could not be had again for a minute.
    if (not listener.is_open() or not set_option(listener, SOL_SOCKET, SO_REUSEADDR)) {
        return refused();
    }
    const sockaddr_in address = loopback(port);
    if (::bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 or
        ::listen(listener.number(), kBacklog) != 0) {
        return refused();
    }
    return listener;
}

std::uint16_t local_port(const Descriptor& socket) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

Descriptor accept_client(const Descriptor& listener) {
    Descriptor client(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.is_open()) {
        // Packets are small and answered one by one. Without it they are only slower.
        set_option(client, IPPROTO_TCP, TCP_NODELAY);
    }
    return client;
}

bool hung_up(const Descriptor& socket) {
    pollfd waited{.fd = socket.number(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&waited, 1, 0) == 1;
}

std::optional<std::size_t> receive_some(const Descriptor& socket, std::span<char> buffer) {
    const ssize_t received = ::recv(socket.number(), buffer.data(), buffer.size(), 0);
    return received == 0 ? std::nullopt : transferred(received);
}

std::optional<std::size_t> send_some(const Descriptor& socket, std::string_view bytes) {
    return transferred(::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

}  // namespace vm::debug
