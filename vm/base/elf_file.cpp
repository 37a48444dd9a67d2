#include "vm/base/elf_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

// <elf.h> is not included on purpose: its macros (EM_RISCV, PT_LOAD ...) leak into every reader of this file,
// and the offsets below are what the specification states.

namespace vm {
namespace {

constexpr std::uint64_t kFileHeaderSize = 64;
constexpr std::uint64_t kSectionHeaderSize = 64;
constexpr std::uint64_t kSymbolSize = 24;
constexpr std::uint16_t kMachineRiscv = 243;
constexpr std::uint32_t kSectionSymbolTable = 2;
constexpr std::uint32_t kSectionStringTable = 3;
constexpr std::uint16_t kExtendedNumbering = 0xffff;  // PN_XNUM: the count stands in section header 0
constexpr std::uint8_t kSymbolUntyped = 0;
constexpr std::uint8_t kSymbolObject = 1;
constexpr std::uint8_t kSymbolFunction = 2;

// The caller has checked that the field lies inside.
template <class T>
T field(std::span<const std::byte> bytes, std::uint64_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

bool inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
    return offset <= size and length <= size - offset;
}

Result<void> check_identity(std::span<const std::byte> bytes, std::string_view name) {
    static constexpr std::string_view kMagic = "\177ELF";
    if (bytes.size() < kMagic.size() or std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
        return fail("'{}' is not an ELF file", name);
    }
    if (bytes.size() < kFileHeaderSize) {
        return fail("'{}' is cut short: its {} bytes do not hold an ELF header", name, bytes.size());
    }
    if (field<std::uint8_t>(bytes, 4) != 2) {
        return fail("'{}' is not a 64-bit ELF file", name);
    }
    if (field<std::uint8_t>(bytes, 5) != 1) {
        return fail("'{}' is not a little-endian ELF file", name);
    }
    if (const auto machine = field<std::uint16_t>(bytes, 18); machine != kMachineRiscv) {
        return fail("'{}' is for another architecture (ELF machine {}), RISC-V (243) is needed", name,
                    machine);
    }
    return {};
}

Result<ElfType> executable_type(std::span<const std::byte> bytes, std::string_view name) {
    switch (const auto type = field<std::uint16_t>(bytes, 16)) {
        case 2:
            return ElfType::executable;
        case 3:
            return ElfType::position_independent;
        case 1:
            return fail("'{}' is an object file: link it first", name);
        default:
            return fail("'{}' is not an executable (ELF type {})", name, type);
    }
}

ElfSegment read_segment(std::span<const std::byte> bytes, std::uint64_t at) {
    return {.type = field<std::uint32_t>(bytes, at),
            .flags = field<std::uint32_t>(bytes, at + 4),
            .offset = field<std::uint64_t>(bytes, at + 8),
            .virtual_address = field<std::uint64_t>(bytes, at + 16),
            .physical_address = field<std::uint64_t>(bytes, at + 24),
            .file_size = field<std::uint64_t>(bytes, at + 32),
            .memory_size = field<std::uint64_t>(bytes, at + 40),
            .alignment = field<std::uint64_t>(bytes, at + 48)};
}

bool wraps(std::uint64_t start, std::uint64_t length) { return length != 0 and start + (length - 1) < start; }

Result<void> check_segment(const ElfSegment& segment, std::size_t index, std::uint64_t file_size,
                           std::string_view name) {
    if (not inside(segment.offset, segment.file_size, file_size)) {
        return fail("'{}' is cut short: segment {} needs {} bytes at offset {}, the file has {}", name, index,
                    segment.file_size, segment.offset, file_size);
    }
    if (segment.type != segment_type::kLoad) {
        return {};
    }
    if (segment.file_size > segment.memory_size) {
        return fail("'{}' is malformed: segment {} has {} bytes in the file but {} in memory", name, index,
                    segment.file_size, segment.memory_size);
    }
    if (wraps(segment.virtual_address, segment.memory_size) or
        wraps(segment.physical_address, segment.memory_size)) {
        return fail("'{}' is malformed: segment {} ({} bytes at {:#x}) overflows the address space", name,
                    index, segment.memory_size, segment.virtual_address);
    }
    const std::uint64_t alignment = segment.alignment;
    if ((alignment & (alignment - 1)) != 0) {
        return fail("'{}' is malformed: alignment {} of segment {} is not a power of two", name, alignment,
                    index);
    }
    if (alignment > 1 and ((segment.virtual_address - segment.offset) & (alignment - 1)) != 0) {
        return fail("'{}' is malformed: segment {} (offset {}, address {:#x}) breaks its alignment {}", name,
                    index, segment.offset, segment.virtual_address, alignment);
    }
    return {};
}

Result<void> check_overlap(std::vector<ElfSegment> loads, std::uint64_t ElfSegment::*address,
                           std::string_view name) {
    std::erase_if(loads, [](const ElfSegment& s) { return s.memory_size == 0; });
    std::sort(loads.begin(), loads.end(),
              [&](const ElfSegment& a, const ElfSegment& b) { return a.*address < b.*address; });
    const auto touches = [&](const ElfSegment& a, const ElfSegment& b) {
        return b.*address - a.*address < a.memory_size;
    };
    if (const auto at = std::adjacent_find(loads.begin(), loads.end(), touches); at != loads.end()) {
        return fail("'{}' is malformed: its segments overlap at {:#x}", name, (*(at + 1)).*address);
    }
    return {};
}

struct Unmap {
    std::size_t size;
    void operator()(const void* address) const { ::munmap(const_cast<void*>(address), size); }
};

struct Descriptor {
    int number;
    ~Descriptor() { ::close(number); }
};

}  // namespace

Result<ElfFile> ElfFile::open(const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        return fail("cannot open '{}': {}", path, std::strerror(errno));
    }
    struct stat status {};
    if (::fstat(file.number, &status) != 0) {
        return fail("cannot read '{}': {}", path, std::strerror(errno));
    }
    if (not S_ISREG(status.st_mode)) {
        return fail("cannot read '{}': not a regular file", path);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        return fail("'{}' is not an ELF file", path);
    }
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (mapped == MAP_FAILED) {
        return fail("cannot read '{}': {}", path, std::strerror(errno));
    }
    return parse_shared(std::shared_ptr<const void>(mapped, Unmap{size}),
                        {static_cast<const std::byte*>(mapped), size}, path);
}

Result<ElfFile> ElfFile::parse(std::vector<std::byte> bytes, std::string_view name) {
    const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return parse_shared(owner, *owner, name);
}

Result<ElfFile> ElfFile::parse_shared(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                      std::string_view name) {
    if (auto identity = check_identity(bytes, name); not identity) {
        return tl::unexpected(identity.error());
    }
    const auto type = executable_type(bytes, name);
    if (not type) {
        return tl::unexpected(type.error());
    }
    ElfFile file;
    file.owner_ = std::move(owner);
    file.bytes_ = bytes;
    file.type_ = *type;
    file.entry_ = field<std::uint64_t>(bytes, 24);
    if (auto read = file.read_program_headers(name); not read) {
        return tl::unexpected(read.error());
    }
    if (auto found = file.find_symbols(name); not found) {
        return tl::unexpected(found.error());
    }
    return file;
}

Result<void> ElfFile::read_program_headers(std::string_view name) {
    program_header_offset_ = field<std::uint64_t>(bytes_, 32);
    const auto entry_size = field<std::uint16_t>(bytes_, 54);
    const auto count = field<std::uint16_t>(bytes_, 56);
    if (count == kExtendedNumbering) {
        return fail("'{}' has 65,535 or more program headers, which is not supported", name);
    }
    if (count != 0 and entry_size != kProgramHeaderSize) {
        return fail("'{}' is malformed: a program header of {} bytes, 56 expected", name, entry_size);
    }
    if (not inside(program_header_offset_, count * kProgramHeaderSize, bytes_.size())) {
        return fail("'{}' is cut short: {} program headers at offset {} do not fit its {} bytes", name, count,
                    program_header_offset_, bytes_.size());
    }
    for (std::size_t index = 0; index < count; ++index) {
        segments_.push_back(read_segment(bytes_, program_header_offset_ + index * kProgramHeaderSize));
        if (auto checked = check_segment(segments_.back(), index, bytes_.size(), name); not checked) {
            return checked;
        }
    }
    const auto loads = load_segments();
    if (loads.empty()) {
        return fail("'{}' has no segment to load", name);
    }
    if (auto checked = check_overlap(loads, &ElfSegment::virtual_address, name); not checked) {
        return checked;
    }
    return check_overlap(loads, &ElfSegment::physical_address, name);
}

Result<void> ElfFile::find_symbols(std::string_view name) {
    const auto table = field<std::uint64_t>(bytes_, 40);
    const auto entry_size = field<std::uint16_t>(bytes_, 58);
    const auto count = field<std::uint16_t>(bytes_, 60);
    if (count == 0) {
        return {};
    }
    if (entry_size != kSectionHeaderSize) {
        return fail("'{}' is malformed: a section header of {} bytes, 64 expected", name, entry_size);
    }
    if (not inside(table, count * kSectionHeaderSize, bytes_.size())) {
        return fail("'{}' is cut short: {} section headers at offset {} do not fit its {} bytes", name, count,
                    table, bytes_.size());
    }
    const auto header = [&](std::uint64_t index) {
        return bytes_.subspan(table + index * kSectionHeaderSize, kSectionHeaderSize);
    };
    const auto section = [&](std::uint64_t index) -> Result<std::span<const std::byte>> {
        const auto offset = field<std::uint64_t>(header(index), 24);
        const auto size = field<std::uint64_t>(header(index), 32);
        if (not inside(offset, size, bytes_.size())) {
            return fail("'{}' is cut short: section {} needs {} bytes at offset {}, the file has {}", name,
                        index, size, offset, bytes_.size());
        }
        return bytes_.subspan(offset, size);
    };
    for (std::uint64_t index = 0; index < count; ++index) {
        if (field<std::uint32_t>(header(index), 4) != kSectionSymbolTable) {
            continue;
        }
        const auto link = field<std::uint32_t>(header(index), 40);
        if (link >= count or field<std::uint32_t>(header(link), 4) != kSectionStringTable or
            field<std::uint64_t>(header(index), 56) != kSymbolSize) {
            return fail("'{}' is malformed: its symbol table (section {}) is not one", name, index);
        }
        const auto symbols = section(index);
        const auto names = section(link);
        if (not symbols or not names) {
            return tl::unexpected(not symbols ? symbols.error() : names.error());
        }
        symbol_table_ = *symbols;
        symbol_names_ = *names;
        return check_symbols(name);
    }
    return {};
}

// Afterwards every name is inside symbol_names_ and ends there.
Result<void> ElfFile::check_symbols(std::string_view name) const {
    if (symbol_table_.size() % kSymbolSize != 0) {
        return fail("'{}' is malformed: its symbol table of {} bytes is not a whole number of symbols", name,
                    symbol_table_.size());
    }
    if (symbol_count() != 0 and (symbol_names_.empty() or symbol_names_.back() != std::byte{0})) {
        return fail("'{}' is malformed: its symbol names do not end", name);
    }
    for (std::uint64_t index = 0; index < symbol_count(); ++index) {
        if (field<std::uint32_t>(symbol_table_, index * kSymbolSize) >= symbol_names_.size()) {
            return fail("'{}' is malformed: the name of symbol {} is outside the string table", name, index);
        }
    }
    return {};
}

std::uint64_t ElfFile::symbol_count() const { return symbol_table_.size() / kSymbolSize; }

ElfSymbol ElfFile::symbol_at(std::uint64_t index) const {
    const auto at = index * kSymbolSize;
    const auto name = field<std::uint32_t>(symbol_table_, at);
    return {.name = reinterpret_cast<const char*>(symbol_names_.data() + name),
            .value = field<std::uint64_t>(symbol_table_, at + 8),
            .size = field<std::uint64_t>(symbol_table_, at + 16)};
}

std::vector<ElfSegment> ElfFile::load_segments() const {
    std::vector<ElfSegment> loads;
    std::copy_if(segments_.begin(), segments_.end(), std::back_inserter(loads),
                 [](const ElfSegment& segment) { return segment.type == segment_type::kLoad; });
    return loads;
}

std::span<const std::byte> ElfFile::contents(const ElfSegment& segment) const {
    return bytes_.subspan(segment.offset, segment.file_size);
}

std::optional<ElfSymbol> ElfFile::symbol(std::string_view name) const {
    for (std::uint64_t index = 0; index < symbol_count(); ++index) {
        const bool defined = field<std::uint16_t>(symbol_table_, index * kSymbolSize + 6) != 0;
        if (const auto symbol = symbol_at(index); defined and symbol.name == name) {
            return symbol;
        }
    }
    return std::nullopt;
}

std::vector<ElfSymbol> ElfFile::symbols_of_types(std::span<const std::uint8_t> types) const {
    std::vector<ElfSymbol> symbols;
    for (std::uint64_t index = 0; index < symbol_count(); ++index) {
        const auto info = field<std::uint8_t>(symbol_table_, index * kSymbolSize + 4);
        const bool defined = field<std::uint16_t>(symbol_table_, index * kSymbolSize + 6) != 0;
        if (defined and std::find(types.begin(), types.end(), info & 0xf) != types.end()) {
            symbols.push_back(symbol_at(index));
        }
    }
    std::stable_sort(symbols.begin(), symbols.end(),
                     [](const ElfSymbol& a, const ElfSymbol& b) { return a.value < b.value; });
    return symbols;
}

std::vector<ElfSymbol> ElfFile::functions() const {
    constexpr std::array kTypes{kSymbolFunction};
    return symbols_of_types(kTypes);
}

std::vector<ElfSymbol> ElfFile::labels() const {
    constexpr std::array kTypes{kSymbolUntyped, kSymbolObject, kSymbolFunction};
    std::vector<ElfSymbol> symbols = symbols_of_types(kTypes);
    std::erase_if(symbols, [](const ElfSymbol& symbol) {
        return symbol.name.empty() or symbol.name.starts_with('$') or symbol.name.starts_with(".L");
    });
    return symbols;
}

}  // namespace vm
