#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace suites::common {

// Where the programs are that suites of guest programs start.
struct Runners {
    std::filesystem::path vm;                   // the product
    std::filesystem::path guest;                // folder of NAME.rv64 and NAME.native
    std::optional<std::filesystem::path> qemu;  // qemu-riscv64, where it is installed
};

// For a suite program in `folder` (build/PRESET/bin/suites): vm one folder up, guest programs one down, QEMU
// from the folders of `path` (the variable PATH).
Runners find_runners(const std::filesystem::path& folder, std::string_view path);

// For the suite program that is running, with the PATH that it has.
Runners find_runners();

// The number of retired instructions in what `vm user --stats` writes to standard error; none when it is not
// there.
std::optional<std::uint64_t> retired_instructions(std::string_view messages);

}  // namespace suites::common
