#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vm::native {

// An ELF object of this host that holds no code, but says what code in memory is called: one function of
// `size` bytes at `address`. `unwind` is its section .debug_frame.
std::vector<std::byte> symbol_object(std::string_view name, std::uint64_t address, std::uint64_t size,
                                     std::span<const std::byte> unwind);

}  // namespace vm::native
