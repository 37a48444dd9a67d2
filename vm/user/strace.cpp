#include "vm/user/strace.h"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "vm/user/syscall_table.h"
#include "vm/user/syscalls.h"

namespace vm::user {
namespace {

constexpr std::size_t kLongestString = 64;

std::string quoted(const AddressSpace& memory, std::uint64_t address) {
    const auto text = memory.string(address);
    if (not text) {
        return fmt::format("{:#x}", address);
    }
    std::string out = "\"";
    for (const char c : text->substr(0, kLongestString)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte >= 0x20 and byte < 0x7f and c != '"' and c != '\\' ? std::string(1, c)
                                                                       : fmt::format("\\x{:02x}", byte);
    }
    return out + (text->size() > kLongestString ? "\"..." : "\"");
}

std::string argument(const AddressSpace& memory, char kind, std::uint64_t value) {
    switch (kind) {
        case 'f':
            return fmt::format("{}", as_int(value));
        case 'd':
            return fmt::format("{}", static_cast<std::int64_t>(value));
        case 'u':
            return fmt::format("{}", value);
        case 'o':
            return fmt::format("0{:o}", value);
        case 's':
            return quoted(memory, value);
        default:
            return fmt::format("{:#x}", value);
    }
}

}  // namespace

std::string describe_call(const AddressSpace& memory, std::uint64_t number, const SysArgs& arguments) {
    const Syscall* call = find_syscall(number);
    std::string line = call == nullptr ? fmt::format("syscall_{}(", number) : fmt::format("{}(", call->name);
    const char* kinds = call == nullptr ? "xxxxxx" : call->arguments;
    for (std::size_t index = 0; kinds[index] != '\0'; ++index) {
        line += index == 0 ? "" : ", ";
        line += argument(memory, kinds[index], arguments[index]);
    }
    return line + ")";
}

std::string describe_result(SysValue result) {
    if (result == kNoResult) {
        return " = ?";
    }
    if (result == kRestart or result == kRestartAlways or result == kRestartNever) {
        return " = ? (interrupted by a signal)";
    }
    if (result < 0 and result >= -4095) {
        const int error = static_cast<int>(-result);
        const char* name = ::strerrorname_np(error);
        return fmt::format(" = -1 {} ({})", name == nullptr ? "?" : name, std::strerror(error));
    }
    // Addresses read better in hexadecimal, counts in decimal.
    return result >= 0x10000 ? fmt::format(" = {:#x}", result) : fmt::format(" = {}", result);
}

}  // namespace vm::user
