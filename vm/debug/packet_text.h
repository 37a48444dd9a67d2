#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vm::debug {

// The text inside packets: numbers and bytes in hexadecimal, separated by single characters.

// The value of one hexadecimal digit of either case.
std::optional<unsigned> hex_digit(char digit);

// Two digits for each byte, first byte first.
void append_hex(std::string& text, std::uint8_t byte);
std::string to_hex(std::span<const std::byte> bytes);
std::string to_hex(std::string_view text);

// Pairs of digits and nothing else.
std::optional<std::vector<std::byte>> from_hex(std::string_view digits);

std::string to_text(std::span<const std::byte> bytes);
std::vector<std::byte> to_bytes(std::string_view text);

// Reads a packet from front to back. What does not match is not consumed.
class PacketReader {
  public:
    explicit PacketReader(std::string_view text) : rest_(text) {}

    // A number of 1 to 16 hexadecimal digits that ends where they end.
    std::optional<std::uint64_t> number();
    bool skip(std::string_view expected);
    // What lies before the next `separator`, which is skipped; all the rest when there is none.
    std::string_view until(char separator);

    std::string_view rest() const { return rest_; }
    bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

// ADDRESS,LENGTH as most commands have it.
struct AddressRange {
    std::uint64_t address = 0;
    std::uint64_t length = 0;

    // Whether it goes past the last address.
    bool wraps() const { return length != 0 and address + (length - 1) < address; }
};
std::optional<AddressRange> read_range(PacketReader& reader);

}  // namespace vm::debug
