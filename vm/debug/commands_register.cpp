#include <string>

#include "vm/debug/commands.h"

namespace vm::debug::command {
namespace {

// x for each digit of a register that cannot be read now.
std::string register_text(const Conversation& conversation, unsigned number) {
    const auto value = conversation.target.read_register(conversation.thread(), number);
    return value ? to_hex(*value) : std::string(2 * conversation.target.register_size(number), 'x');
}

// The register's number, when there is one of that number.
std::optional<unsigned> read_register_number(const Conversation& conversation, PacketReader& arguments) {
    const auto number = arguments.number();
    if (not number or *number >= conversation.target.register_count() or
        conversation.target.register_size(static_cast<unsigned>(*number)) == 0) {
        return std::nullopt;
    }
    return static_cast<unsigned>(*number);
}

}  // namespace

Answer read_registers(Conversation& conversation, PacketReader) {
    std::string text;
    for (unsigned number = 0; number < conversation.target.general_register_count(); ++number) {
        text += register_text(conversation, number);
    }
    return text;
}

Answer write_registers(Conversation& conversation, PacketReader arguments) {
    std::string_view digits = arguments.rest();
    for (unsigned number = 0; number < conversation.target.general_register_count(); ++number) {
        const std::size_t length = 2 * conversation.target.register_size(number);
        const auto value = from_hex(digits.substr(0, length));
        if (not value or digits.size() < length) {
            return error_reply(conversation, "G needs the bytes of all registers");
        }
        const auto written = conversation.target.write_register(conversation.thread(), number, *value);
        if (not written) {
            return error_reply(conversation, written.error().message);
        }
        digits.remove_prefix(length);
    }
    return "OK";
}

Answer read_register(Conversation& conversation, PacketReader arguments) {
    const auto number = read_register_number(conversation, arguments);
    if (not number or not arguments.done()) {
        return error_reply(conversation, "no register of that number");
    }
    return register_text(conversation, *number);
}

Answer write_register(Conversation& conversation, PacketReader arguments) {
    const auto number = read_register_number(conversation, arguments);
    if (not number or not arguments.skip("=")) {
        return error_reply(conversation, "no register of that number");
    }
    const auto value = from_hex(arguments.rest());
    if (not value or value->size() != conversation.target.register_size(*number)) {
        return error_reply(conversation, "the value does not have the register's size");
    }
    const auto written = conversation.target.write_register(conversation.thread(), *number, *value);
    return written ? "OK" : error_reply(conversation, written.error().message);
}

}  // namespace vm::debug::command
