#include "vm/machine/loader.h"

namespace vm::machine {
namespace {

Result<void> load_segment(const ElfFile& file, const ElfSegment& segment, std::string_view name,
                          mem::GuestRam& ram) {
    const mem::PhysAddr to{segment.physical_address};
    if (not ram.contains(to, segment.memory_size)) {
        return fail("'{}' has {} bytes to load at {:#x}, outside the memory at {:#x} to {:#x} (see --memory)",
                    name, segment.memory_size, segment.physical_address, raw(ram.base()),
                    raw(ram.base()) + ram.size() - 1);
    }
    const auto bytes = file.contents(segment);
    if (not ram.write_bytes(to, bytes) or
        not ram.fill(to + bytes.size(), segment.memory_size - bytes.size(), std::byte{0})) {
        return fail("cannot load '{}' at {:#x}", name, segment.physical_address);
    }
    return {};
}

}  // namespace

Result<void> load_physical(const ElfFile& file, std::string_view name, mem::GuestRam& ram) {
    if (file.type() == ElfType::position_independent) {
        return fail("'{}' is position-independent; link it for fixed addresses (-static -no-pie)", name);
    }
    for (const ElfSegment& segment : file.load_segments()) {
        if (auto loaded = load_segment(file, segment, name, ram); not loaded) {
            return loaded;
        }
    }
    return {};
}

std::uint64_t physical_address(const ElfFile& file, std::uint64_t virtual_address) {
    for (const ElfSegment& segment : file.load_segments()) {
        if (virtual_address - segment.virtual_address < segment.memory_size) {
            return virtual_address - segment.virtual_address + segment.physical_address;
        }
    }
    return virtual_address;
}

}  // namespace vm::machine
