#include "vm/machine/boot_image.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "vm/base/elf_file.h"
#include "vm/machine/boot_file.h"
#include "vm/machine/loader.h"
#include "vm/machine/memory_map.h"

namespace vm::machine {
namespace {

bool has_text(std::span<const std::byte> bytes, std::size_t offset, std::string_view text) {
    return offset <= bytes.size() and text.size() <= bytes.size() - offset and
           std::memcmp(bytes.data() + offset, text.data(), text.size()) == 0;
}

// Offsets of the Image header; all fields are little-endian.
namespace image_header {
constexpr std::size_t kTextOffset = 8;
constexpr std::size_t kImageSize = 16;
constexpr std::size_t kFlags = 24;
constexpr std::size_t kMagic = 56;
constexpr std::size_t kSize = 64;
constexpr std::string_view kRiscv{"RSC\x05", 4};
constexpr std::string_view kAarch64{"ARM\x64", 4};
}  // namespace image_header

// Offsets of the header of an EFI zboot program: a compressed kernel that an EFI loader would start.
namespace zboot_header {
constexpr std::size_t kMagic = 4;
constexpr std::size_t kPayloadOffset = 8;
constexpr std::size_t kPayloadSize = 12;
constexpr std::size_t kCompression = 24;
}  // namespace zboot_header

Result<BootImage> parse_image(std::vector<std::byte> bytes, std::string_view name) {
    BootImage image;
    image.text_offset = field_at<std::uint64_t>(bytes, image_header::kTextOffset);
    const auto image_size = field_at<std::uint64_t>(bytes, image_header::kImageSize);
    if ((field_at<std::uint64_t>(bytes, image_header::kFlags) & 1) != 0) {
        return fail("kernel '{}' is big-endian, which is not supported", name);
    }
    // An attack on the sums that follow: offset or size near 2^64 would put the kernel below the memory.
    if (image.text_offset > kMaxBootMemory or image_size > kMaxBootMemory) {
        return fail("kernel '{}' is malformed: its header asks for {} bytes at offset {}", name, image_size,
                    image.text_offset);
    }
    // Kernels before 5.4 leave the size empty.
    image.memory_size = std::max(image_size, std::uint64_t{bytes.size()});
    image.bytes = std::move(bytes);
    return image;
}

struct Extent {
    std::uint64_t first;
    std::uint64_t size;
};

// Physical addresses of the load segments.
Result<Extent> physical_extent(const std::vector<ElfSegment>& segments, std::string_view name) {
    std::uint64_t first = ~std::uint64_t{0};
    std::uint64_t last = 0;
    for (const ElfSegment& segment : segments) {
        if (segment.memory_size != 0) {
            first = std::min(first, segment.physical_address);
            last = std::max(last, segment.physical_address + (segment.memory_size - 1));
        }
    }
    // Two segments far apart would ask for all that lies between them, in host memory.
    if (last < first or last - first >= kMaxBootFile) {
        return fail("'{}' is malformed: its segments take less than 1 or more than {} bytes of memory", name,
                    kMaxBootFile);
    }
    return Extent{first, last - first + 1};
}

Result<BootImage> parse_elf(std::vector<std::byte> bytes, std::string_view name) {
    const auto file = ElfFile::parse(std::move(bytes), name);
    if (not file) {
        return tl::unexpected(file.error());
    }
    const auto segments = file->load_segments();
    const auto extent = physical_extent(segments, name);
    if (not extent) {
        return tl::unexpected(extent.error());
    }
    BootImage image;
    image.memory_size = extent->size;
    image.entry = physical_address(*file, file->entry()) - extent->first;
    if (image.entry >= image.memory_size) {
        return fail("'{}' is malformed: its entry point {:#x} is in no segment", name, file->entry());
    }
    if (extent->first >= raw(kRamBase)) {
        image.fixed = mem::PhysAddr{extent->first};
    }
    image.bytes.resize(extent->size);
    for (const ElfSegment& segment : segments) {
        if (segment.memory_size != 0) {
            std::ranges::copy(
                file->contents(segment),
                image.bytes.begin() + static_cast<std::ptrdiff_t>(segment.physical_address - extent->first));
        }
    }
    return image;
}

bool is_elf(std::span<const std::byte> bytes) { return has_text(bytes, 0, "\177ELF"); }

bool is_zboot(std::span<const std::byte> bytes) {
    return has_text(bytes, 0, "MZ") and has_text(bytes, zboot_header::kMagic, "zimg");
}

Result<std::vector<std::byte>> unpack_zboot(std::span<const std::byte> bytes, std::string_view name) {
    if (not has_text(bytes, zboot_header::kCompression, std::string_view("gzip\0", 5))) {
        return fail(
            "kernel '{}' is an EFI program packed by other means than gzip, which is not supported: "
            "take the kernel's Image",
            name);
    }
    const std::uint64_t offset = field_at<std::uint32_t>(bytes, zboot_header::kPayloadOffset);
    const std::uint64_t size = field_at<std::uint32_t>(bytes, zboot_header::kPayloadSize);
    if (offset > bytes.size() or size > bytes.size() - offset) {
        return fail("kernel '{}' is cut short: {} packed bytes at offset {}, the file has {}", name, size,
                    offset, bytes.size());
    }
    return unpack_gzip(bytes.subspan(offset, size), name, kMaxBootFile);
}

// What people give for a kernel by mistake, and what to do about it.
struct Mistake {
    std::size_t offset;
    std::string_view magic;
    std::string_view what;
};
constexpr Mistake kMistakes[] = {
    {image_header::kMagic, image_header::kAarch64, "is an AArch64 kernel: a RISC-V one is needed"},
    {0x202, "HdrS", "is an x86 kernel: a RISC-V one is needed"},
    {0, "MZ", "is an EFI program without a RISC-V Image header: take the kernel's Image"},
    {1, "7zXZ", "is packed by xz, which is not supported: unpack it with xz -d"},
    {0, "\x28\xb5\x2f\xfd", "is packed by zstd, which is not supported: unpack it with zstd -d"},
    {0, "BZh", "is packed by bzip2, which is not supported: unpack it with bzip2 -d"},
    {0, "\x27\x05\x19\x56", "is a U-Boot image, which is not supported: take the kernel's Image"},
    {0, "\xd0\x0d\xfe\xed", "is a device tree or a U-Boot image: take the kernel's Image"},
};

// A kernel that is not packed.
Result<BootImage> parse_plain_kernel(std::vector<std::byte> bytes, std::string_view name) {
    if (is_elf(bytes)) {
        return parse_elf(std::move(bytes), name);
    }
    if (bytes.size() >= image_header::kSize and has_text(bytes, image_header::kMagic, image_header::kRiscv)) {
        return parse_image(std::move(bytes), name);
    }
    for (const Mistake& mistake : kMistakes) {
        if (has_text(bytes, mistake.offset, mistake.magic)) {
            return fail("kernel '{}' {}", name, mistake.what);
        }
    }
    return fail("'{}' is not a RISC-V kernel: an Image, an Image packed by gzip or an ELF file is needed",
                name);
}

}  // namespace

Result<BootImage> parse_kernel(std::vector<std::byte> bytes, std::string_view name) {
    if (not is_gzip(bytes) and not is_zboot(bytes)) {
        return parse_plain_kernel(std::move(bytes), name);
    }
    auto unpacked = is_zboot(bytes) ? unpack_zboot(bytes, name) : unpack_gzip(bytes, name, kMaxBootFile);
    if (not unpacked) {
        return tl::unexpected(unpacked.error());
    }
    return parse_plain_kernel(*std::move(unpacked), name);
}

Result<BootImage> parse_firmware(std::vector<std::byte> bytes, std::string_view name) {
    if (is_elf(bytes)) {
        return parse_elf(std::move(bytes), name);
    }
    BootImage image;
    image.memory_size = bytes.size();
    image.bytes = std::move(bytes);
    return image;
}

Result<BootImage> read_kernel(const std::string& path) {
    auto bytes = read_boot_file("kernel", path, kMaxBootFile);
    return bytes ? parse_kernel(*std::move(bytes), path) : tl::unexpected(bytes.error());
}

Result<BootImage> read_firmware(const std::string& path) {
    auto bytes = read_boot_file("firmware", path, kMaxBootFile);
    return bytes ? parse_firmware(*std::move(bytes), path) : tl::unexpected(bytes.error());
}

Result<void> load_boot_image(const BootImage& image, mem::PhysAddr to, std::string_view name,
                             mem::GuestRam& ram) {
    if (not ram.contains(to, image.memory_size) or not ram.write_bytes(to, image.bytes) or
        not ram.fill(to + image.bytes.size(), image.memory_size - image.bytes.size(), std::byte{0})) {
        return fail("cannot load '{}': its {} bytes at {:#x} are outside the memory (see --memory)", name,
                    image.memory_size, raw(to));
    }
    return {};
}

}  // namespace vm::machine
