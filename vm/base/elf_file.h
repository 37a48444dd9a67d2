#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"

namespace vm {

// e_type of what can be run: linked for fixed addresses, or position-independent.
enum class ElfType : std::uint8_t { executable, position_independent };

// p_type of the program headers somebody here asks about (ELF specification, program header).
namespace segment_type {
inline constexpr std::uint32_t kLoad = 1;
inline constexpr std::uint32_t kInterpreter = 3;
inline constexpr std::uint32_t kProgramHeaders = 6;
inline constexpr std::uint32_t kGnuStack = 0x6474'e551;
}  // namespace segment_type

// p_flags.
namespace segment_flag {
inline constexpr std::uint32_t kExecute = 1;
inline constexpr std::uint32_t kWrite = 2;
inline constexpr std::uint32_t kRead = 4;
}  // namespace segment_flag

// One program header. For every type [offset, offset + file_size) lies in the file; for kLoad also
// file_size <= memory_size and neither address range wraps.
struct ElfSegment {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t virtual_address = 0;
    std::uint64_t physical_address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 0;
};

// One symbol of .symtab; the name points into the file's bytes.
struct ElfSymbol {
    std::string_view name;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
};

// A validated little-endian ELF64 RISC-V executable. Everything an accessor returns was checked against the
// file's size beforehand. Copies share the bytes.
class ElfFile {
  public:
    // Maps the file; the bytes stay mapped as long as any copy lives.
    static Result<ElfFile> open(const std::string& path);
    // The name is what messages call the file.
    static Result<ElfFile> parse(std::vector<std::byte> bytes, std::string_view name);

    ElfType type() const { return type_; }
    std::uint64_t entry() const { return entry_; }
    std::span<const std::byte> bytes() const { return bytes_; }

    // Program headers in file order, and where their table lies in the file.
    std::span<const ElfSegment> segments() const { return segments_; }
    std::uint64_t program_header_offset() const { return program_header_offset_; }
    static constexpr std::uint64_t kProgramHeaderSize = 56;

    // The segments to load, at least one, in file order; their virtual ranges do not overlap, nor their
    // physical ones.
    std::vector<ElfSegment> load_segments() const;
    // The part of a segment that comes from the file; the rest of memory_size is zero.
    std::span<const std::byte> contents(const ElfSegment& segment) const;

    // The first symbol of that name that is defined in this file.
    std::optional<ElfSymbol> symbol(std::string_view name) const;
    // Symbols of functions (STT_FUNC), sorted by value.
    std::vector<ElfSymbol> functions() const;
    // Symbols that name places: functions, objects and the untyped labels of assembly, sorted by value. Not
    // the mapping symbols of the psABI ($x, $d) nor the assembler's own labels (.L).
    std::vector<ElfSymbol> labels() const;

  private:
    ElfFile() = default;
    static Result<ElfFile> parse_shared(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                        std::string_view name);
    Result<void> read_program_headers(std::string_view name);
    Result<void> find_symbols(std::string_view name);
    Result<void> check_symbols(std::string_view name) const;
    std::uint64_t symbol_count() const;
    ElfSymbol symbol_at(std::uint64_t index) const;
    std::vector<ElfSymbol> symbols_of_types(std::span<const std::uint8_t> types) const;

    std::shared_ptr<const void> owner_;  // keeps bytes_ alive
    std::span<const std::byte> bytes_;
    ElfType type_ = ElfType::executable;
    std::uint64_t entry_ = 0;
    std::uint64_t program_header_offset_ = 0;
    std::vector<ElfSegment> segments_;
    std::span<const std::byte> symbol_table_;
    std::span<const std::byte> symbol_names_;
};

}  // namespace vm
