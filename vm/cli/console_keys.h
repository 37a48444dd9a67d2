#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vm::cli {

// What a person at the console typed, told apart from what is meant for vm: Ctrl-A is the escape key. Ctrl-A
// x quits, Ctrl-A h asks for help, Ctrl-A Ctrl-A sends one Ctrl-A to the guest; any other key after Ctrl-A is
// ignored with it.
class ConsoleKeys {
  public:
    struct Typed {
        std::vector<std::byte> bytes;  // for the guest
        bool quit = false;             // what was typed behind it is dropped
        bool help = false;
    };
    Typed take(std::span<const std::byte> input);

    static constexpr const char* kHelp =
        "Ctrl-A x  quit\r\nCtrl-A h  this help\r\nCtrl-A Ctrl-A  send Ctrl-A\r\n";

  private:
    bool escaped_ = false;
};

}  // namespace vm::cli
