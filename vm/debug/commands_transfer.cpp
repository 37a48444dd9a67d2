#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "vm/debug/commands.h"
#include "vm/debug/packet.h"

namespace vm::debug::command {
namespace {

// What one reply holds behind its letter when every byte is escaped.
constexpr std::uint64_t kMaxPart = kMaxPacket / 2 - 1;

// Names may be the guest's own choice: whatever would end the document, or is not ASCII, is not let through.
std::string xml_text(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '<' or c == '>' or c == '&' or c == '"') {
            escaped += fmt::format("&#{};", static_cast<int>(c));
        } else {
            escaped += c >= ' ' and c <= '~' ? c : '?';
        }
    }
    return escaped;
}

// (GDB manual, "Thread List Format")
std::string thread_list(const DebugTarget& target) {
    std::string text = "<?xml version=\"1.0\"?>\n<threads>\n";
    for (const ThreadInfo& info : target.threads()) {
        text += fmt::format("<thread id=\"{:x}\" name=\"{}\">{}</thread>\n", raw(info.id),
                            xml_text(info.name), xml_text(info.state));
    }
    return text + "</threads>\n";
}

// Nothing: the target has no such object.
std::optional<std::string> features(const DebugTarget& target, std::string_view annex) {
    return annex == "target.xml" ? std::optional(target.target_description()) : std::nullopt;
}

std::optional<std::string> threads(const DebugTarget& target, std::string_view annex) {
    return annex.empty() ? std::optional(thread_list(target)) : std::nullopt;
}

std::optional<std::string> auxv(const DebugTarget& target, std::string_view annex) {
    const auto bytes = target.auxiliary_vector();
    return annex.empty() and bytes ? std::optional(to_text(*bytes)) : std::nullopt;
}

// The annex is a process's number, and there is only one process.
std::optional<std::string> exec_file(const DebugTarget& target, std::string_view) {
    return target.executable();
}

struct Object {
    std::string_view name;
    std::optional<std::string> (*contents)(const DebugTarget& target, std::string_view annex);
};

constexpr std::array kObjects{
    Object{"features", features},
    Object{"threads", threads},
    Object{"auxv", auxv},
    Object{"exec-file", exec_file},
};

// m and a part, or l and the last part.
std::string part(std::string_view contents, const AddressRange& range) {
    const std::string_view rest = contents.substr(std::min<std::uint64_t>(range.address, contents.size()));
    const std::string_view wanted = rest.substr(0, std::min(range.length, kMaxPart));
    return fmt::format("{}{}", wanted.size() == rest.size() ? 'l' : 'm', wanted);
}

}  // namespace

// OBJECT:read:ANNEX:OFFSET,LENGTH; what cannot be read, or is written, is not supported.
Answer transfer(Conversation& conversation, PacketReader arguments) {
    const std::string_view name = arguments.until(':');
    const auto object = std::find_if(kObjects.begin(), kObjects.end(),
                                     [name](const Object& each) { return each.name == name; });
    if (object == kObjects.end() or not arguments.skip("read:")) {
        return "";
    }
    const std::string_view annex = arguments.until(':');
    const auto range = read_range(arguments);
    if (not range or not arguments.done()) {
        return error_reply(conversation, "objects are read by ANNEX:OFFSET,LENGTH");
    }
    const auto contents = object->contents(conversation.target, annex);
    if (not contents) {
        return error_reply(conversation, fmt::format("the target has no such {}", name));
    }
    return part(*contents, *range);
}

}  // namespace vm::debug::command
