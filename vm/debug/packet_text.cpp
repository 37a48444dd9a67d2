#include "vm/debug/packet_text.h"

#include <algorithm>

namespace vm::debug {
namespace {

constexpr std::size_t kMaxDigits = 16;

}  // namespace

std::optional<unsigned> hex_digit(char digit) {
    if (digit >= '0' and digit <= '9') {
        return static_cast<unsigned>(digit - '0');
    }
    if (digit >= 'a' and digit <= 'f') {
        return static_cast<unsigned>(digit - 'a' + 10);
    }
    if (digit >= 'A' and digit <= 'F') {
        return static_cast<unsigned>(digit - 'A' + 10);
    }
    return std::nullopt;
}

void append_hex(std::string& text, std::uint8_t byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[byte >> 4];
    text += digits[byte & 15];
}

std::string to_hex(std::span<const std::byte> bytes) {
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        append_hex(text, static_cast<std::uint8_t>(byte));
    }
    return text;
}

std::string to_hex(std::string_view text) { return to_hex(std::as_bytes(std::span(text))); }

std::optional<std::vector<std::byte>> from_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        const auto high = hex_digit(digits[at]);
        const auto low = hex_digit(digits[at + 1]);
        if (not high or not low) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<std::byte>(*high << 4 | *low));
    }
    return bytes;
}

std::string to_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> to_bytes(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::optional<std::uint64_t> PacketReader::number() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), [](char c) { return hex_digit(c); });
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    if (length == 0 or length > kMaxDigits) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const char digit : rest_.substr(0, length)) {
        value = value << 4 | *hex_digit(digit);
    }
    rest_.remove_prefix(length);
    return value;
}

bool PacketReader::skip(std::string_view expected) {
    if (not rest_.starts_with(expected)) {
        return false;
    }
    rest_.remove_prefix(expected.size());
    return true;
}

std::string_view PacketReader::until(char separator) {
    const std::string_view before = rest_.substr(0, rest_.find(separator));
    rest_.remove_prefix(std::min(before.size() + 1, rest_.size()));
    return before;
}

std::optional<AddressRange> read_range(PacketReader& reader) {
    const auto address = reader.number();
    if (not address or not reader.skip(",")) {
        return std::nullopt;
    }
    const auto length = reader.number();
    if (not length) {
        return std::nullopt;
    }
    return AddressRange{*address, *length};
}

}  // namespace vm::debug
