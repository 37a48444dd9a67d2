#include "vm/cli/console_keys.h"

#include <utility>

namespace vm::cli {

ConsoleKeys::Typed ConsoleKeys::take(std::span<const std::byte> input) {
    constexpr std::byte kEscape{1};  // Ctrl-A
    Typed typed;
    for (const std::byte key : input) {
        if (not std::exchange(escaped_, false)) {
            escaped_ = key == kEscape;
            if (not escaped_) {
                typed.bytes.push_back(key);
            }
            continue;
        }
        switch (static_cast<char>(key)) {
            case 'x':
                typed.quit = true;
                return typed;
            case 'h':
                typed.help = true;
                break;
            case '\1':
                typed.bytes.push_back(key);
                break;
            default:
                break;
        }
    }
    return typed;
}

}  // namespace vm::cli
