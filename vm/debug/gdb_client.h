#pragma once

// For tests: what gdb does with a connection, blocking.

#include <string>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include "vm/debug/packet.h"
#include "vm/debug/socket.h"

namespace vm::debug {

class GdbClient {
  public:
    explicit GdbClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    bool connected() const { return connected_; }
    void close() { socket_.close(); }

    void send(std::string_view bytes) {
        while (not bytes.empty()) {
            const ssize_t sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ASSERT_GT(sent, 0);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    // The payload of the next packet, acknowledged if anybody still listens; "gone" when the server hangs up
    // before.
    std::string packet() {
        char byte = 0;
        while (::recv(socket_.number(), &byte, 1, 0) == 1) {
            const auto event = decoder_.push(byte);
            if (event and event->kind == PacketEvent::Kind::packet) {
                ::send(socket_.number(), "+", 1, MSG_NOSIGNAL);
                return event->payload;
            }
        }
        return "gone";
    }

    std::string ask(std::string_view payload) {
        send(encode_packet(payload));
        return packet();
    }

  private:
    Descriptor socket_;
    bool connected_ = false;
    PacketDecoder decoder_{Runs::expand};
};

}  // namespace vm::debug
