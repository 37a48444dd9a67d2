#include <algorithm>

#include <fmt/format.h>

#include "vm/debug/commands.h"
#include "vm/debug/packet.h"

namespace vm::debug::command {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

std::string monitor_help(const std::vector<MonitorCommand>& commands) {
    std::string text = fmt::format("{:<12} {}\n", "help", "this list");
    for (const MonitorCommand& command : commands) {
        text += fmt::format("{:<12} {}\n", command.name, command.help);
    }
    return text;
}

std::string monitor_output(Conversation& conversation, std::string_view line) {
    const auto commands = conversation.target.monitor_commands();
    const std::string_view name = line.substr(0, line.find_first_of(" \t"));
    if (name.empty() or name == "help") {
        return monitor_help(commands);
    }
    if (std::none_of(commands.begin(), commands.end(),
                     [name](const MonitorCommand& command) { return command.name == name; })) {
        return fmt::format("monitor command '{}' is not supported: see 'monitor help'\n", name);
    }
    const auto output = conversation.target.monitor(line);
    return output ? *output : fmt::format("error: {}\n", output.error().message);
}

}  // namespace

// [:FEATURE;FEATURE...]; the reply says what we have. What neither side names is off.
Answer supported(Conversation& conversation, PacketReader arguments) {
    if (not arguments.done() and not arguments.skip(":")) {
        return "";
    }
    ClientFeatures& client = conversation.client;
    client = {};
    while (not arguments.done()) {
        const std::string_view feature = arguments.until(';');
        client.software_break = client.software_break or feature == "swbreak+";
        client.hardware_break = client.hardware_break or feature == "hwbreak+";
        client.error_messages = client.error_messages or feature == "error-message+";
    }
    std::string text = fmt::format(
        "PacketSize={:x};QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;multiprocess-;binary-upload+;"
        "qXfer:features:read+;qXfer:threads:read+",
        kMaxPacket);
    if (not conversation.stop.ended() and conversation.target.auxiliary_vector()) {
        text += ";qXfer:auxv:read+";
    }
    if (not conversation.stop.ended() and conversation.target.executable()) {
        text += ";qXfer:exec-file:read+";
    }
    return text;
}

Answer start_no_ack_mode(Conversation& conversation, PacketReader) {
    conversation.acknowledges = false;
    return "OK";
}

Answer attached(Conversation& conversation, PacketReader arguments) {
    if (not arguments.done() and not arguments.skip(":")) {
        return "";
    }
    return conversation.target.created_for_debugger() ? "0" : "1";
}

Answer offsets(Conversation& conversation, PacketReader) {
    const auto sections = conversation.target.section_offsets();
    if (not sections) {
        return "";
    }
    // gdb wants bss where data is.
    return fmt::format("Text={:x};Data={:x};Bss={:x}", sections->text, sections->data, sections->data);
}

Answer must_reply_empty(Conversation&, PacketReader) { return ""; }

// The line in hexadecimal. An error is printed as well: gdb would show only its number.
Answer monitor(Conversation& conversation, PacketReader arguments) {
    const auto line = from_hex(arguments.rest());
    if (not line) {
        return error_reply(conversation, "the command is not hexadecimal");
    }
    Answer answer("OK");
    answer.console = monitor_output(conversation, trimmed(to_text(*line)));
    return answer;
}

}  // namespace vm::debug::command
