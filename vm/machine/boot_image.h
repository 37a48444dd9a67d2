#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"
#include "vm/mem/address.h"
#include "vm/mem/guest_ram.h"

namespace vm::machine {

// A kernel or firmware as it lies in memory.
struct BootImage {
    std::vector<std::byte> bytes;
    std::uint64_t memory_size = 0;  // bytes it needs from its first one on, at least those above
    std::uint64_t entry = 0;        // from the first byte
    // Where it must lie. Without: anywhere, so many bytes behind a multiple of kBootAlignment.
    std::optional<mem::PhysAddr> fixed;
    std::uint64_t text_offset = 0;
};

inline constexpr std::uint64_t kBootAlignment = std::uint64_t{2} << 20;

// Sizes beyond these are refused: of files and what they unpack to, and of what a header asks for.
inline constexpr std::size_t kMaxBootFile = std::size_t{512} << 20;
inline constexpr std::uint64_t kMaxBootMemory = std::uint64_t{4} << 30;

// A kernel: an `Image` with RISC-V's header (Linux documentation, arch/riscv/boot-image-header), with or
// without an EFI stub, as it is or packed by gzip or as an EFI zboot program with gzip; or an ELF file. An
// ELF file linked for addresses in RAM lies there; one linked for lower physical addresses, as vmlinux is,
// can be moved. `name` is what messages call it.
Result<BootImage> parse_kernel(std::vector<std::byte> bytes, std::string_view name);
Result<BootImage> read_kernel(const std::string& path);

// Firmware for machine mode, entered at the start of RAM: a flat file, or an ELF file of the same kinds.
Result<BootImage> parse_firmware(std::vector<std::byte> bytes, std::string_view name);
Result<BootImage> read_firmware(const std::string& path);

// Copies an image to where it was planned and zeroes the rest of what it needs.
Result<void> load_boot_image(const BootImage& image, mem::PhysAddr to, std::string_view name,
                             mem::GuestRam& ram);

}  // namespace vm::machine
