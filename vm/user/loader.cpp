#include "vm/user/loader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include "vm/base/bits.h"

namespace vm::user {
namespace {

using mem::kPageSize;

// Where Linux puts position-independent programs: two thirds up the address space (ELF_ET_DYN_BASE), here
// without the random part, so that runs repeat.
constexpr std::uint64_t kPositionIndependentBase = 0x2a'aaaa'a000;
// Below them, so that their break may grow.
constexpr std::uint64_t kInterpreterBase = 0x20'0000'0000;

struct Descriptor {
    int number;
    ~Descriptor() { ::close(number); }
};

std::uint8_t permissions_of(const ElfSegment& segment) {
    constexpr std::uint32_t kAny = segment_flag::kRead | segment_flag::kWrite | segment_flag::kExecute;
    const int read = (segment.flags & kAny) != 0 ? mem::page::kRead : 0;  // as mmap(2) has it
    const int write = (segment.flags & segment_flag::kWrite) != 0 ? mem::page::kWrite : 0;
    const int execute = (segment.flags & segment_flag::kExecute) != 0 ? mem::page::kExecute : 0;
    return static_cast<std::uint8_t>(read | write | execute);
}

tl::unexpected<Error> mapping_failed(const std::string& path, std::uint64_t address, SysValue error) {
    return fail("cannot load '{}': mapping its segment at {:#x}: {}", path, address,
                std::strerror(static_cast<int>(-error)));
}

// Zeroes the part of the last file page that lies behind the file's bytes, whatever the segment's
// permissions.
SysValue zero_tail(AddressSpace& memory, std::uint64_t file_end, std::uint8_t permissions) {
    const std::uint64_t page = align_down(file_end, kPageSize);
    if (page == file_end) {
        return 0;
    }
    constexpr std::uint8_t kWritable = mem::page::kRead | mem::page::kWrite;
    if (const SysValue failed = memory.protect(page, kPageSize, kWritable); failed != 0) {
        return failed;
    }
    const auto tail = memory.writable(file_end, page + kPageSize - file_end);
    if (not tail) {
        return tail.error();
    }
    std::fill(tail->begin(), tail->end(), std::byte{0});
    return memory.protect(page, kPageSize, permissions);
}

Result<void> map_segment(AddressSpace& memory, const ElfSegment& segment, std::uint64_t start, int fd,
                         const std::string& path) {
    const std::uint8_t permissions = permissions_of(segment);
    const std::uint64_t first_page = align_down(start, kPageSize);
    const std::uint64_t file_end = start + segment.file_size;
    const std::uint64_t memory_end = start + segment.memory_size;
    if (segment.file_size != 0) {
        const auto mapped = memory.map({.address = first_page,
                                        .length = file_end - first_page,
                                        .permissions = permissions,
                                        .flags = MAP_PRIVATE,
                                        .fd = fd,
                                        .offset = align_down(segment.offset, kPageSize),
                                        .placement = Placement::fixed});
        if (not mapped) {
            return mapping_failed(path, start, mapped.error());
        }
        if (memory_end > file_end) {
            if (const SysValue failed = zero_tail(memory, file_end, permissions); failed != 0) {
                return mapping_failed(path, start, failed);
            }
        }
    }
    const std::uint64_t zero_start = segment.file_size != 0 ? align_up(file_end, kPageSize) : first_page;
    if (memory_end > zero_start) {
        const auto mapped = memory.map({.address = zero_start,
                                        .length = memory_end - zero_start,
                                        .permissions = permissions,
                                        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                        .placement = Placement::fixed});
        if (not mapped) {
            return mapping_failed(path, start, mapped.error());
        }
    }
    return {};
}

Result<void> check_loadable(const ElfSegment& segment, std::uint64_t bias, const std::string& path) {
    const std::uint64_t start = segment.virtual_address + bias;
    if (start < kPageSize or start >= kAddressSpaceSize / 4 * 3 or
        segment.memory_size > kAddressSpaceSize / 4 * 3 - start) {
        return fail("cannot load '{}': its segment at {:#x} is outside what user programs get", path, start);
    }
    if ((segment.virtual_address - segment.offset) % kPageSize != 0) {
        return fail(
            "cannot load '{}': its segment at {:#x} is not page-aligned in the file (linked with -n or -N?)",
            path, start);
    }
    return {};
}

// Maps all segments of a file, moved up by `bias`.
Result<LoadedProgram> load_segments(AddressSpace& memory, const ElfFile& program, std::uint64_t bias,
                                    const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.number < 0) {
        return fail("cannot open '{}': {}", path, std::strerror(errno));
    }
    LoadedProgram loaded{.entry = program.entry() + bias, .program_header_count = program.segments().size()};
    for (const ElfSegment& segment : program.load_segments()) {
        if (segment.memory_size == 0) {
            continue;
        }
        if (auto checked = check_loadable(segment, bias, path); not checked) {
            return tl::unexpected(checked.error());
        }
        const std::uint64_t start = segment.virtual_address + bias;
        if (auto mapped = map_segment(memory, segment, start, file.number, path); not mapped) {
            return tl::unexpected(mapped.error());
        }
        const std::uint64_t table = program.program_header_offset();
        if (table >= segment.offset and table - segment.offset < segment.file_size) {
            loaded.program_headers = start + (table - segment.offset);
        }
        loaded.end = std::max(loaded.end, start + segment.memory_size);
    }
    return loaded;
}

// The pages that a file's segments span, gaps between them included, for a bias of 0.
struct Span {
    std::uint64_t start = ~std::uint64_t{0};
    std::uint64_t end = 0;
};

Span span_of(const ElfFile& file) {
    Span span;
    for (const ElfSegment& segment : file.load_segments()) {
        if (segment.memory_size != 0) {
            span.start = std::min(span.start, align_down(segment.virtual_address, kPageSize));
            span.end = std::max(span.end, segment.virtual_address + segment.memory_size);
        }
    }
    return span;
}

}  // namespace

Result<std::optional<std::string>> interpreter_of(const ElfFile& program, const std::string& path) {
    constexpr std::uint64_t kLongestPath = 4096;  // PATH_MAX, as in the kernel
    const auto segments = program.segments();
    const auto found = std::find_if(segments.begin(), segments.end(), [](const ElfSegment& segment) {
        return segment.type == segment_type::kInterpreter;
    });
    if (found == segments.end()) {
        return std::nullopt;
    }
    const auto bytes = program.bytes().subspan(found->offset, found->file_size);
    if (bytes.size() < 2 or bytes.size() > kLongestPath or bytes.back() != std::byte{0}) {
        return fail("cannot load '{}': the name of its loader is not a path", path);
    }
    return std::string(reinterpret_cast<const char*>(bytes.data()));
}

Result<LoadedProgram> load_program(AddressSpace& memory, const ElfFile& program, const std::string& path) {
    const bool fixed = program.type() == ElfType::executable;
    return load_segments(memory, program, fixed ? 0 : kPositionIndependentBase, path);
}

Result<LoadedInterpreter> load_interpreter(AddressSpace& memory, const ElfFile& interpreter,
                                           const std::string& path) {
    const Span span = span_of(interpreter);
    if (interpreter.type() != ElfType::position_independent or span.start >= span.end or
        span.end > kAddressSpaceSize) {
        return fail("cannot load '{}': a loader of programs must be position-independent", path);
    }
    // Keeps its place together, as the kernel does with one mapping over all of it.
    const auto place = memory.map({.address = kInterpreterBase,
                                   .length = span.end - span.start,
                                   .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE});
    if (not place) {
        return mapping_failed(path, kInterpreterBase, place.error());
    }
    const std::uint64_t base = *place - span.start;
    const auto loaded = load_segments(memory, interpreter, base, path);
    if (not loaded) {
        return tl::unexpected(loaded.error());
    }
    return LoadedInterpreter{loaded->entry, base};
}

}  // namespace vm::user
