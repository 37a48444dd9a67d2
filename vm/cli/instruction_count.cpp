#include "vm/cli/instruction_count.h"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace vm::cli {

// CLI11 itself would take a number that does not fit for the largest that does.
std::string check_instruction_count(const std::string& text) {
    std::uint64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} or stop != end) {
        return fmt::format("'{}' is not a number of instructions", text);
    }
    return {};
}

}  // namespace vm::cli
