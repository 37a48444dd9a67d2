#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/base/elf_file.h"

namespace vm::machine::testing {

// Builds small ELF executables in memory: one executable segment of instructions, and the symbols `tohost`
// and _start where asked.
class TestImage {
  public:
    static constexpr std::uint64_t kBase = 0x8000'0000;

    explicit TestImage(std::vector<std::uint32_t> code) : code_(std::move(code)) {}

    TestImage& at(std::uint64_t virtual_address, std::uint64_t physical_address) {
        virtual_ = virtual_address;
        physical_ = physical_address;
        return *this;
    }
    TestImage& entry(std::uint64_t address) {
        entry_ = address;
        return *this;
    }
    TestImage& type(std::uint16_t type) {
        type_ = type;
        return *this;
    }
    TestImage& memory_size(std::uint64_t bytes) {
        memory_size_ = bytes;
        return *this;
    }
    // Bytes cut off the end of the last instruction.
    TestImage& cut(std::uint64_t bytes) {
        cut_ = bytes;
        return *this;
    }
    TestImage& tohost(std::uint64_t address) {
        tohost_ = address;
        return *this;
    }

    ElfFile parse() const { return ElfFile::parse(bytes(), "test.elf").value(); }

    std::vector<std::byte> bytes() const {
        constexpr std::size_t kHeader = 64, kProgramHeader = 56, kSectionHeader = 64, kSymbol = 24;
        constexpr std::string_view kNames{"\0_start\0tohost\0", 15};
        const std::size_t code_at = kHeader + kProgramHeader;
        const std::size_t symbols_at = code_at + 4 * code_.size();
        const std::size_t names_at = symbols_at + 3 * kSymbol;
        const std::size_t sections_at = names_at + kNames.size();
        std::vector<std::byte> out(sections_at + 3 * kSectionHeader);
        const auto put = [&](std::size_t offset, auto value) {
            std::memcpy(&out[offset], &value, sizeof value);
        };
        const std::uint64_t size = 4 * code_.size() - cut_;

        std::memcpy(out.data(), "\177ELF\2\1\1", 7);
        put(16, type_);
        put(18, std::uint16_t{243});
        put(20, std::uint32_t{1});
        put(24, entry_);
        put(32, std::uint64_t{kHeader});
        put(40, std::uint64_t{sections_at});
        put(52, std::uint16_t{64});
        put(54, std::uint16_t{56});
        put(56, std::uint16_t{1});
        put(58, std::uint16_t{64});
        put(60, std::uint16_t{3});

        put(kHeader, std::uint32_t{1});
        put(kHeader + 4, std::uint32_t{7});
        put(kHeader + 8, std::uint64_t{code_at});
        put(kHeader + 16, virtual_);
        put(kHeader + 24, physical_);
        put(kHeader + 32, size);
        put(kHeader + 40, memory_size_ == 0 ? size : memory_size_);
        put(kHeader + 48, std::uint64_t{1});
        std::memcpy(&out[code_at], code_.data(), 4 * code_.size());

        put(symbols_at + kSymbol, std::uint32_t{1});
        put(symbols_at + kSymbol + 6, std::uint16_t{1});
        put(symbols_at + kSymbol + 8, entry_);
        put(symbols_at + 2 * kSymbol, std::uint32_t{tohost_ == 0 ? 0U : 8U});
        put(symbols_at + 2 * kSymbol + 6, std::uint16_t{1});
        put(symbols_at + 2 * kSymbol + 8, tohost_);
        std::memcpy(&out[names_at], kNames.data(), kNames.size());

        const auto section = [&](std::size_t index, std::uint32_t kind, std::size_t at, std::size_t length,
                                 std::uint32_t link, std::size_t entry_size) {
            const std::size_t header = sections_at + index * kSectionHeader;
            put(header + 4, kind);
            put(header + 24, std::uint64_t{at});
            put(header + 32, std::uint64_t{length});
            put(header + 40, link);
            put(header + 56, std::uint64_t{entry_size});
        };
        section(1, 2, symbols_at, 3 * kSymbol, 2, kSymbol);
        section(2, 3, names_at, kNames.size(), 0, 0);
        return out;
    }

  private:
    std::vector<std::uint32_t> code_;
    std::uint64_t virtual_ = kBase;
    std::uint64_t physical_ = kBase;
    std::uint64_t entry_ = kBase;
    std::uint64_t memory_size_ = 0;
    std::uint64_t cut_ = 0;
    std::uint64_t tohost_ = 0;
    std::uint16_t type_ = 2;
};

}  // namespace vm::machine::testing
