#include "vm/tests/differential/elf_writer.h"

#include <array>
#include <cstring>

namespace vm::tests {
namespace {

// Laid out as the ELF specification has them; the host is little-endian as the guest.
struct Header {
    unsigned char ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};  // 64-bit, little-endian, version 1
    std::uint16_t type = 2;                                    // executable
    std::uint16_t machine = 243;                               // RISC-V
    std::uint32_t version = 1;
    std::uint64_t entry = 0;
    std::uint64_t program_headers = 64;
    std::uint64_t section_headers = 0;
    std::uint32_t flags = 5;  // compressed instructions, double-precision ABI
    std::uint16_t header_size = 64;
    std::uint16_t program_header_size = 56;
    std::uint16_t program_header_count = 2;
    std::uint16_t section_header_size = 0;
    std::uint16_t section_header_count = 0;
    std::uint16_t section_names = 0;
};
static_assert(sizeof(Header) == 64);

struct ProgramHeader {
    std::uint32_t type = 1;  // to be loaded
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t virtual_address = 0;
    std::uint64_t physical_address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    std::uint64_t alignment = 4096;
};
static_assert(sizeof(ProgramHeader) == 56);

constexpr std::uint32_t kExecuteRead = 5;
constexpr std::uint32_t kWriteRead = 6;

constexpr std::uint64_t round_to_page(std::uint64_t size) { return (size + 4095) / 4096 * 4096; }

ProgramHeader segment(std::uint32_t flags, std::uint64_t offset, std::uint64_t address, std::uint64_t size) {
    ProgramHeader header;
    header.flags = flags;
    header.offset = offset;
    header.virtual_address = header.physical_address = address;
    header.file_size = header.memory_size = size;
    return header;
}

}  // namespace

std::vector<std::byte> make_elf(const ElfImage& image) {
    constexpr std::uint64_t kCodeOffset = 4096;
    const std::uint64_t data_offset = kCodeOffset + round_to_page(image.code.size_bytes());
    Header header;
    header.entry = image.code_address;
    const std::array<ProgramHeader, 2> segments = {
        segment(kExecuteRead, kCodeOffset, image.code_address, image.code.size_bytes()),
        segment(kWriteRead, data_offset, image.data_address, image.data.size_bytes())};
    std::vector<std::byte> file(data_offset + image.data.size_bytes());
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + sizeof header, segments.data(), sizeof segments);
    std::memcpy(file.data() + kCodeOffset, image.code.data(), image.code.size_bytes());
    std::memcpy(file.data() + data_offset, image.data.data(), image.data.size_bytes());
    return file;
}

}  // namespace vm::tests
