#include "vm/debug/packet.h"

#include "vm/debug/packet_text.h"

namespace vm::debug {
namespace {

constexpr char kInterrupt = 3;
constexpr char kEscape = '}';
constexpr char kRun = '*';
constexpr char kEscapeBit = 0x20;
// A run's count is a printable character: this much is added to the number of repetitions. (GDB manual,
// "Overview")
constexpr int kRunBias = 29;
constexpr char kFirstPrintable = ' ';
constexpr char kLastPrintable = '~';

}  // namespace

std::optional<PacketEvent> PacketDecoder::push(char byte) {
    switch (state_) {
        case State::between:
            return push_between(byte);
        case State::payload:
            push_payload(byte);
            return std::nullopt;
        case State::first_digit:
            first_digit_ = byte;
            state_ = State::second_digit;
            return std::nullopt;
        case State::second_digit:
            state_ = State::between;
            return finish(byte);
    }
    return std::nullopt;
}

std::optional<PacketEvent> PacketDecoder::push_between(char byte) {
    switch (byte) {
        case '$':
            push_payload(byte);
            return std::nullopt;
        case '+':
            return PacketEvent{PacketEvent::Kind::acknowledged};
        case '-':
            return PacketEvent{PacketEvent::Kind::not_acknowledged};
        case kInterrupt:
            return PacketEvent{PacketEvent::Kind::interrupt};
        default:
            return std::nullopt;
    }
}

void PacketDecoder::push_payload(char byte) {
    if (byte == '$') {
        state_ = State::payload;
        packed_.clear();
        sum_ = 0;
        too_long_ = false;
    } else if (byte == '#') {
        state_ = State::first_digit;
    } else {
        sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
        if (packed_.size() < kMaxPacket) {
            packed_ += byte;
        } else {
            too_long_ = true;
        }
    }
}

PacketEvent PacketDecoder::finish(char second_digit) {
    const auto high = hex_digit(first_digit_);
    const auto low = hex_digit(second_digit);
    PacketEvent event{PacketEvent::Kind::packet};
    if (too_long_ or not unpack(event.payload)) {
        return PacketEvent{PacketEvent::Kind::too_long};
    }
    if (not high or not low or (*high << 4 | *low) != sum_) {
        event.kind = PacketEvent::Kind::damaged;
    }
    return event;
}

// False when expanded runs exceed the limit: two bytes can stand for 97, so a packet could otherwise become
// fifty times as long. A run of nothing and an escape of nothing are left as they are.
bool PacketDecoder::unpack(std::string& payload) const {
    payload.reserve(packed_.size());
    for (std::size_t at = 0; at < packed_.size(); ++at) {
        const char byte = packed_[at];
        const bool last = at + 1 == packed_.size();
        if (byte == kEscape and not last) {
            payload += static_cast<char>(packed_[++at] ^ kEscapeBit);
        } else if (byte == kRun and runs_ == Runs::expand and not last and not payload.empty() and
                   packed_[at + 1] >= kFirstPrintable and packed_[at + 1] <= kLastPrintable) {
            payload.append(static_cast<std::size_t>(packed_[++at] - kRunBias), payload.back());
        } else {
            payload += byte;
        }
        if (payload.size() > kMaxPacket) {
            return false;
        }
    }
    return true;
}

std::string encode_packet(std::string_view payload) {
    std::string packet = "$";
    packet.reserve(payload.size() + 4);
    for (const char byte : payload) {
        if (byte == '#' or byte == '$' or byte == kEscape or byte == kRun) {
            packet += kEscape;
            packet += static_cast<char>(byte ^ kEscapeBit);
        } else {
            packet += byte;
        }
    }
    std::uint8_t sum = 0;
    for (const char byte : std::string_view(packet).substr(1)) {
        sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(byte));
    }
    packet += '#';
    append_hex(packet, sum);
    return packet;
}

}  // namespace vm::debug
