#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace suites::common {

// Where the programs are that suites of guest programs start.
struct Runners {
    std::filesystem::path vm;                               // the product
    std::filesystem::path guest;                            // folder of NAME.rv64 and NAME.native
    std::optional<std::filesystem::path> qemu;              // qemu-riscv64, where it is installed
    std::optional<std::filesystem::path> qemu_system = {};  // qemu-system-riscv64
    // Folder of a guest to boot (Image, initramfs.cpio), where scripts/guest-image made one.
    std::optional<std::filesystem::path> system = {};
};

// For a suite program in `folder` (build/PRESET/bin/suites): vm one folder up, guest programs one down, QEMU
// from the folders of `path` (the variable PATH), the guest to boot in `system`.
Runners find_runners(const std::filesystem::path& folder, std::string_view path,
                     const std::filesystem::path& system);

// For the suite program that is running, with the PATH that it has. The guest to boot is that of
// VM_GUEST_FOLDER, else build/guest of the tree that the program was made of: copies of it find that, too.
Runners find_runners();

// The number of retired instructions in what `vm user --stats` writes to standard error; none when it is not
// there.
std::optional<std::uint64_t> retired_instructions(std::string_view messages);

}  // namespace suites::common
