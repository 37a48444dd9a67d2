#include "vm/native/symbol_object.h"

#include <array>
#include <cstring>
#include <string>

#include <elf.h>

namespace vm::native {
namespace {

enum SectionIndex : std::uint16_t { kNone, kText, kSymbols, kNames, kSectionNames, kFrames, kSectionCount };

constexpr char kSectionNameText[] = "\0.text\0.symtab\0.strtab\0.shstrtab\0.debug_frame";
constexpr std::string_view kSectionNameBytes{kSectionNameText, sizeof kSectionNameText};

// What the object begins with. Names and other contents follow.
struct Object {
    Elf64_Ehdr header{};
    std::array<Elf64_Shdr, kSectionCount> sections{};
    std::array<Elf64_Sym, 2> symbols{};
};

Elf64_Ehdr header() {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_REL;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_shoff = offsetof(Object, sections);
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = kSectionCount;
    header.e_shstrndx = kSectionNames;
    return header;
}

Elf64_Shdr section(std::string_view name, Elf64_Word type, std::size_t offset, std::size_t size) {
    Elf64_Shdr section{};
    section.sh_name = static_cast<Elf64_Word>(kSectionNameBytes.find(name));
    section.sh_type = type;
    section.sh_offset = offset;
    section.sh_size = size;
    section.sh_addralign = 1;
    return section;
}

}  // namespace

std::vector<std::byte> symbol_object(std::string_view name, std::uint64_t address, std::uint64_t size,
                                     std::span<const std::byte> unwind) {
    std::vector<std::byte> bytes(sizeof(Object));
    const auto contents = [&](std::string_view called, Elf64_Word type, std::span<const std::byte> what) {
        const auto header = section(called, type, bytes.size(), what.size());
        bytes.insert(bytes.end(), what.begin(), what.end());
        return header;
    };
    Object object;
    object.header = header();
    Elf64_Shdr text = section(".text", SHT_NOBITS, sizeof(Object), size);
    text.sh_addr = address;
    text.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    Elf64_Shdr symbols = section(".symtab", SHT_SYMTAB, offsetof(Object, symbols), sizeof(Object::symbols));
    symbols.sh_link = kNames;
    symbols.sh_info = 1;  // the first that is not local
    symbols.sh_entsize = sizeof(Elf64_Sym);
    symbols.sh_addralign = alignof(Elf64_Sym);
    const std::string names = std::string(1, '\0').append(name).append(1, '\0');
    object.sections[kText] = text;
    object.sections[kSymbols] = symbols;
    object.sections[kNames] = contents(".strtab", SHT_STRTAB, std::as_bytes(std::span(names)));
    object.sections[kSectionNames] =
        contents(".shstrtab", SHT_STRTAB, std::as_bytes(std::span(kSectionNameBytes)));
    object.sections[kFrames] = contents(".debug_frame", SHT_PROGBITS, unwind);
    // Its value is an offset in its section. (ELF specification, symbol values of relocatable files)
    object.symbols[1] = {.st_name = 1,
                         .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                         .st_other = STV_DEFAULT,
                         .st_shndx = kText,
                         .st_value = 0,
                         .st_size = size};
    std::memcpy(bytes.data(), &object, sizeof object);
    return bytes;
}

}  // namespace vm::native
