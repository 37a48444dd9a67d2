#include <algorithm>

#include <fmt/format.h>

#include "vm/debug/commands.h"
#include "vm/debug/packet.h"

namespace vm::debug::command {
namespace {

// What one reply holds behind its letter, in hexadecimal or when every byte is escaped; a client could ask
// for 2^64 bytes. A reply may have fewer bytes than were asked for.
constexpr std::uint64_t kMaxRead = kMaxPacket / 2 - 1;

Result<std::vector<std::byte>> read(const Conversation& conversation, PacketReader& arguments) {
    const auto range = read_range(arguments);
    if (not range or not arguments.done() or range->length == 0) {
        return fail("memory is read by ADDRESS,LENGTH");
    }
    const std::uint64_t to_last_address = ~range->address;
    const std::uint64_t length = std::min({range->length - 1, kMaxRead - 1, to_last_address}) + 1;
    return conversation.target.read_memory(conversation.thread(), range->address,
                                           static_cast<std::size_t>(length));
}

Answer write(Conversation& conversation, const AddressRange& range, const std::vector<std::byte>& bytes) {
    if (bytes.size() != range.length) {
        return error_reply(conversation, "the length is not that of the bytes");
    }
    if (range.length == 0) {
        return "OK";  // how gdb asks whether the command exists
    }
    if (range.wraps()) {
        return error_reply(conversation, "the range goes past the last address");
    }
    const auto written = conversation.target.write_memory(conversation.thread(), range.address, bytes);
    return written ? "OK" : error_reply(conversation, written.error().message);
}

}  // namespace

Answer read_memory(Conversation& conversation, PacketReader arguments) {
    const auto bytes = read(conversation, arguments);
    return bytes ? to_hex(*bytes) : error_reply(conversation, bytes.error().message);
}

Answer read_memory_binary(Conversation& conversation, PacketReader arguments) {
    const auto bytes = read(conversation, arguments);
    return bytes ? fmt::format("b{}", to_text(*bytes)) : error_reply(conversation, bytes.error().message);
}

Answer write_memory(Conversation& conversation, PacketReader arguments) {
    const auto range = read_range(arguments);
    if (not range or not arguments.skip(":")) {
        return error_reply(conversation, "memory is written by ADDRESS,LENGTH:BYTES");
    }
    const auto bytes = from_hex(arguments.rest());
    if (not bytes) {
        return error_reply(conversation, "the bytes are not hexadecimal");
    }
    return write(conversation, *range, *bytes);
}

Answer write_memory_binary(Conversation& conversation, PacketReader arguments) {
    const auto range = read_range(arguments);
    if (not range or not arguments.skip(":")) {
        return error_reply(conversation, "memory is written by ADDRESS,LENGTH:BYTES");
    }
    return write(conversation, *range, to_bytes(arguments.rest()));
}

}  // namespace vm::debug::command
