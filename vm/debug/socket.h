#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "vm/base/result.h"

namespace vm::debug {

// A host descriptor, closed with its object. No call here blocks.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    int number() const { return number_; }  // -1: none
    bool is_open() const { return number_ >= 0; }
    void close();
    // The same under a high number, where the host has one to give: out of the way of a guest that shares our
    // descriptors and counts on low ones.
    Descriptor raised() &&;

  private:
    int number_ = -1;
};

// Listens on 127.0.0.1 and nowhere else; port 0 takes any that is free.
Result<Descriptor> listen_on_loopback(std::uint16_t port);
std::uint16_t local_port(const Descriptor& socket);

// The next client that waits; closed when there is none or the host refuses.
Descriptor accept_client(const Descriptor& listener);

// Whether the other side sends no more, also behind bytes that wait to be received.
bool hung_up(const Descriptor& socket);
// How many bytes came, 0 when none are there; nothing when the other side is gone.
std::optional<std::size_t> receive_some(const Descriptor& socket, std::span<char> buffer);
// How many bytes went, 0 when none can go now; nothing when the other side is gone.
std::optional<std::size_t> send_some(const Descriptor& socket, std::string_view bytes);

}  // namespace vm::debug
