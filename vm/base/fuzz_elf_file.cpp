#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "vm/base/elf_file.h"

// Any bytes are either refused with a message or answer every question without a bad access.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* first = reinterpret_cast<const std::byte*>(data);
    const auto file = vm::ElfFile::parse(std::vector<std::byte>(first, first + size), "fuzz");
    if (not file) {
        if (file.error().message.empty()) {
            std::abort();
        }
        return 0;
    }
    std::uint64_t sum = file->symbol("tohost") ? 1 : 0;
    for (const auto& segment : file->load_segments()) {
        for (const std::byte byte : file->contents(segment)) {
            sum += static_cast<std::uint64_t>(byte);
        }
    }
    for (const auto& function : file->functions()) {
        sum += function.name.size();
    }
    volatile std::uint64_t kept = sum;  // so that the reads above are not removed
    static_cast<void>(kept);
    return 0;
}
