#pragma once

// For tests: an ELF file of which every byte can be spoilt.

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "vm/base/elf_file.h"

namespace vm::testing {

// A small valid executable: header at 0, two program headers at 64, code at 176, section headers (null,
// .symtab, .strtab) at 192, symbols (null, main, tohost) at 384, names at 456, 470 bytes in all.
class ElfImage {
  public:
    ElfImage() : bytes_(470) {
        std::memcpy(bytes_.data(), "\177ELF\2\1\1", 7);
        set<std::uint16_t>(16, 2).set<std::uint16_t>(18, 243).set<std::uint64_t>(24, 0x10000);
        set<std::uint64_t>(32, 64).set<std::uint64_t>(40, 192).set<std::uint16_t>(54, 56).set<std::uint16_t>(
            56, 2);
        set<std::uint16_t>(58, 64).set<std::uint16_t>(60, 3);
        segment(64, 176, 0x10000, 0x8000'0000, 16, 16);
        segment(120, 176, 0x20000, 0x8001'0000, 4, 0x1000);
        section(256, 2, 384, 72, 2, 24);
        section(320, 3, 456, 14, 0, 0);
        symbol(408, 1, 0x12, 1, 0x10004, 8);
        symbol(432, 6, 0x11, 1, 0x20000, 8);
        std::memcpy(bytes_.data() + 456, "\0main\0tohost\0", 14);
        set<std::uint32_t>(176, 0x13);
    }

    template <class T>
    ElfImage& set(std::size_t offset, T value) {
        std::memcpy(bytes_.data() + offset, &value, sizeof value);
        return *this;
    }

    ElfImage& cut(std::size_t size) {
        bytes_.resize(size);
        return *this;
    }

    Result<ElfFile> parse() const { return ElfFile::parse(bytes_, "a.elf"); }
    std::string error() const {
        const auto file = parse();
        return file ? "" : file.error().message;
    }
    const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    void segment(std::size_t at, std::uint64_t offset, std::uint64_t virtual_address, std::uint64_t physical,
                 std::uint64_t file_size, std::uint64_t memory_size) {
        set<std::uint32_t>(at, 1)
            .set<std::uint32_t>(at + 4, 5)
            .set(at + 8, offset)
            .set(at + 16, virtual_address);
        set(at + 24, physical)
            .set(at + 32, file_size)
            .set(at + 40, memory_size)
            .set<std::uint64_t>(at + 48, 16);
    }
    void section(std::size_t at, std::uint32_t type, std::uint64_t offset, std::uint64_t size,
                 std::uint32_t link, std::uint64_t entry_size) {
        set(at + 4, type).set(at + 24, offset).set(at + 32, size).set(at + 40, link).set(at + 56, entry_size);
    }
    void symbol(std::size_t at, std::uint32_t name, std::uint8_t info, std::uint16_t section_index,
                std::uint64_t value, std::uint64_t size) {
        set(at, name).set(at + 4, info).set(at + 6, section_index).set(at + 8, value).set(at + 16, size);
    }

    std::vector<std::byte> bytes_;
};

}  // namespace vm::testing
