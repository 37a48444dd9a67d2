#include "vm/booted/shell.h"

#include <algorithm>

namespace vm::booted {
namespace {

constexpr const char* kPrompt = "# ";

}  // namespace

bool wait_for_shell(GuestConsole& console) {
    return console.wait_for(kFirstLine) and console.wait_for("vm: end with poweroff -f") and
           console.wait_for(kPrompt);
}

std::optional<std::string> run_command(GuestConsole& console, const std::string& command) {
    console.type(command + "\n");
    if (not console.wait_for("\n")) {  // the end of the echo
        return std::nullopt;
    }
    auto text = console.read_to(kPrompt);
    if (text) {
        text->erase(text->rfind('\n') + 1);  // the prompt's own line
        std::erase(*text, '\r');
    }
    return text;
}

}  // namespace vm::booted
