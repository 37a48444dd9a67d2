#pragma once

// For tests: reads the objects that debuggers are told of.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include <elf.h>

namespace vm::native::testing {

struct ObjectSymbol {
    std::string name;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint8_t type = 0;
};

template <class T>
std::optional<T> read_at(std::span<const std::byte> bytes, std::size_t offset) {
    if (offset > bytes.size() or bytes.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

// The section header of that index.
inline std::optional<Elf64_Shdr> section_of(std::span<const std::byte> object, std::size_t index) {
    const auto header = read_at<Elf64_Ehdr>(object, 0);
    if (not header or index >= header->e_shnum or header->e_shentsize != sizeof(Elf64_Shdr)) return {};
    const auto section = read_at<Elf64_Shdr>(object, header->e_shoff + index * sizeof(Elf64_Shdr));
    if (not section or section->sh_type == SHT_NOBITS) return section;
    const bool inside =
        section->sh_offset <= object.size() and section->sh_size <= object.size() - section->sh_offset;
    return inside ? section : std::nullopt;
}

inline std::string name_at(std::span<const std::byte> object, const Elf64_Shdr& names, std::size_t at) {
    if (at >= names.sh_size) return {};
    const char* const begin = reinterpret_cast<const char*>(object.data()) + names.sh_offset + at;
    return {begin, ::strnlen(begin, names.sh_size - at)};
}

// The one symbol of an object of one section of code, by the ELF specification's rules alone; none where it
// breaks them.
inline std::optional<ObjectSymbol> symbol_of(std::span<const std::byte> object) {
    const auto header = read_at<Elf64_Ehdr>(object, 0);
    const bool good = header and std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 and
                      header->e_ident[EI_CLASS] == ELFCLASS64 and header->e_type == ET_REL and
                      header->e_machine == EM_X86_64;
    if (not good) return {};
    for (std::size_t i = 0; i < header->e_shnum; ++i) {
        const auto table = section_of(object, i);
        if (not table or table->sh_type != SHT_SYMTAB) continue;
        const auto symbol = read_at<Elf64_Sym>(object, table->sh_offset + table->sh_info * sizeof(Elf64_Sym));
        const auto names = section_of(object, table->sh_link);
        const auto code = symbol ? section_of(object, symbol->st_shndx) : std::nullopt;
        if (not names or not code or table->sh_size != (table->sh_info + 1) * sizeof(Elf64_Sym)) return {};
        return ObjectSymbol{name_at(object, *names, symbol->st_name), code->sh_addr + symbol->st_value,
                            symbol->st_size, static_cast<std::uint8_t>(ELF64_ST_TYPE(symbol->st_info))};
    }
    return {};
}

}  // namespace vm::native::testing
