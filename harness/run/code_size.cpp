#include "harness/run/code_size.h"

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>

#include <elf.h>

namespace harness::run {

namespace {

constexpr unsigned char kOurByteOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

template <class T>
bool read_at(std::ifstream& file, std::uint64_t offset, T& into) {
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(&into), sizeof into);
    return file.good();
}

bool is_ours(const Elf64_Ehdr& header) {
    return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
           header.e_ident[EI_DATA] == kOurByteOrder && header.e_shentsize == sizeof(Elf64_Shdr);
}

}  // namespace

Result<std::int64_t> code_bytes(const std::filesystem::path& program) {
    const auto refuse = [&](std::string_view why) {
        return fail("cannot tell how much code '{}' holds: {}", program.string(), why);
    };
    std::ifstream file(program, std::ios::binary);
    if (!file) return refuse(std::strerror(errno));
    Elf64_Ehdr header{};
    if (!read_at(file, 0, header) || !is_ours(header)) return refuse("it is no 64-bit ELF file");
    // 0 where there are none, or more than the field holds, which no program of ours has.
    if (header.e_shoff == 0 || header.e_shnum == 0) return refuse("it has no section headers");
    std::int64_t bytes = 0;
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        Elf64_Shdr section{};
        if (!read_at(file, header.e_shoff + i * sizeof section, section))
            return refuse("its section headers lie outside the file");
        const bool is_code = section.sh_type == SHT_PROGBITS && (section.sh_flags & SHF_EXECINSTR) != 0;
        if (is_code) bytes += static_cast<std::int64_t>(section.sh_size);
    }
    if (bytes <= 0) return refuse("its sections hold none");
    return bytes;
}

}  // namespace harness::run
