#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vm::tests {

// A static RISC-V Linux executable of two segments: code (read, execute) and data (read, write). Both
// addresses are multiples of the page size; the program starts at code_address.
struct ElfImage {
    std::uint64_t code_address;
    std::span<const std::uint16_t> code;
    std::uint64_t data_address;
    std::span<const std::byte> data;
};

std::vector<std::byte> make_elf(const ElfImage& image);

}  // namespace vm::tests
