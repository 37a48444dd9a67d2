#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"

namespace vm::machine {

// All of a regular file of at most `max` bytes. Messages call it `what`, as in "cannot open kernel
// 'vmlinux'".
Result<std::vector<std::byte>> read_boot_file(std::string_view what, const std::string& path,
                                              std::size_t max);

// Whether bytes begin as a gzip file does (RFC 1952, 2.3.1).
bool is_gzip(std::span<const std::byte> bytes);

// What a gzip file holds, its first member, checked against its checksum. More than `max` bytes are refused:
// a file of a megabyte can ask for a gigabyte of memory.
Result<std::vector<std::byte>> unpack_gzip(std::span<const std::byte> bytes, std::string_view name,
                                           std::size_t max);

// Little-endian number at an offset inside; zero where the bytes end before.
template <class T>
T field_at(std::span<const std::byte> bytes, std::size_t offset) {
    T value = 0;
    for (std::size_t i = 0; offset <= bytes.size() and sizeof(T) <= bytes.size() - offset and i < sizeof(T);
         ++i) {
        value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(bytes[offset + i]) << (8 * i)));
    }
    return value;
}

}  // namespace vm::machine
