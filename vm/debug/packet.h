#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vm::debug {

// The frames of the remote serial protocol (GDB manual, "Overview" and "Interrupts"):
// $payload#checksum, acknowledgements between them, and the byte 0x03 for an interrupt.

// What lies between $ and # has at most so many bytes; longer packets are not kept. Told to gdb as
// PacketSize.
inline constexpr std::size_t kMaxPacket = 0x4000;

struct PacketEvent {
    enum class Kind : std::uint8_t {
        packet,            // `payload`, with escapes taken out
        damaged,           // likewise, but the checksum is another
        too_long,          // more than kMaxPacket bytes, thrown away
        acknowledged,      // +
        not_acknowledged,  // -
        interrupt,         // 0x03 outside a packet
    };

    Kind kind;
    std::string payload{};
};

// Only what a stub sends is run-length encoded; in a request * is a byte like others. ("Overview")
enum class Runs : std::uint8_t { keep, expand };

// Takes the stream apart, however it was chopped. Keeps at most kMaxPacket bytes, whatever comes; with runs
// expanded kMaxPacket bytes of payload, or the packet is too long. Bytes between packets that mean nothing
// are passed over; $ inside a packet starts a new one, because it is never sent unescaped.
class PacketDecoder {
  public:
    explicit PacketDecoder(Runs runs = Runs::keep) : runs_(runs) {}

    // The next byte, and the event it completes.
    std::optional<PacketEvent> push(char byte);

  private:
    enum class State : std::uint8_t { between, payload, first_digit, second_digit };

    std::optional<PacketEvent> push_between(char byte);
    void push_payload(char byte);
    PacketEvent finish(char second_digit);
    bool unpack(std::string& payload) const;

    Runs runs_;
    State state_ = State::between;
    std::string packed_;  // as it came
    std::uint8_t sum_ = 0;
    char first_digit_ = 0;
    bool too_long_ = false;
};

// The frame of a payload of any bytes; # $ } and * are escaped.
std::string encode_packet(std::string_view payload);

}  // namespace vm::debug
