#include "suites/common/runners.h"

#include <charconv>
#include <cstdlib>

#include <unistd.h>

namespace suites::common {
namespace {

std::optional<std::filesystem::path> find_on(std::string_view path, const char* program) {
    while (not path.empty()) {
        const std::size_t end = path.find(':');
        const std::filesystem::path candidate = std::filesystem::path(path.substr(0, end)) / program;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return std::nullopt;
}

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool is_bootable(const std::filesystem::path& folder) {
    return std::filesystem::exists(folder / "Image") and std::filesystem::exists(folder / "initramfs.cpio");
}

}  // namespace

Runners find_runners(const std::filesystem::path& folder, std::string_view path,
                     const std::filesystem::path& system) {
    return {.vm = folder.parent_path() / "vm",
            .guest = folder / "guest",
            .qemu = find_on(path, "qemu-riscv64"),
            .qemu_system = find_on(path, "qemu-system-riscv64"),
            .system = is_bootable(system) ? std::optional(system) : std::nullopt};
}

Runners find_runners() {
    const auto self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string_view told = variable("VM_GUEST_FOLDER");
    return find_runners(self.parent_path(), variable("PATH"),
                        told.empty() ? SUITES_SOURCE_TREE "/build/guest" : told);
}

std::optional<std::uint64_t> retired_instructions(std::string_view messages) {
    constexpr std::string_view kWord = " instructions in ";
    const std::size_t word = messages.find(kWord);
    if (word == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t first = word;
    while (first != 0 and messages[first - 1] >= '0' and messages[first - 1] <= '9') {
        --first;
    }
    std::uint64_t count = 0;
    const auto parsed = std::from_chars(messages.data() + first, messages.data() + word, count);
    return parsed.ec == std::errc() ? std::optional(count) : std::nullopt;
}

}  // namespace suites::common
