#include "vm/machine/boot_plan.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "vm/base/bits.h"
#include "vm/base/check.h"

namespace vm::machine {
namespace {

// Stacks and heap that firmware puts behind its image without its file saying so.
constexpr std::uint64_t kFirmwareHeap = std::uint64_t{512} << 10;
// Firmware adds to the tree where it lies, nodes for itself and memory it reserves.
constexpr std::uint64_t kDeviceTreeGrowth = std::uint64_t{64} << 10;
constexpr std::uint64_t kReach = std::uint64_t{2} << 30;

struct Room {
    std::uint64_t first;
    std::uint64_t end;

    bool holds(std::uint64_t address, std::uint64_t size) const {
        return address >= first and address <= end and size <= end - address;
    }
};

// Where an image goes that has to lie in the room: at its fixed address, or as low as its offset allows.
std::uint64_t place(const BootImage& image, std::uint64_t ram_base, const Room& room) {
    if (image.fixed) {
        return raw(*image.fixed);
    }
    const std::uint64_t lowest = ram_base + image.text_offset;
    return lowest >= room.first ? lowest : align_up(room.first, kBootAlignment) + image.text_offset;
}

// Takes pages off the end of a room.
std::optional<mem::PhysAddr> take_end(Room& room, std::uint64_t size) {
    if (size > room.end - room.first) {
        return std::nullopt;
    }
    const std::uint64_t start = align_down(room.end - size, mem::kPageSize);
    if (start < room.first) {
        return std::nullopt;
    }
    room.end = start;
    return mem::PhysAddr{start};
}

std::string memory_of(const BootRequest& request) {
    constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
    return request.ram_size < kMebibyte ? fmt::format("{} KiB", request.ram_size >> 10)
                                        : fmt::format("{} MiB", request.ram_size >> 20);
}

tl::unexpected<Error> no_room(std::string_view what, std::uint64_t size, const BootRequest& request) {
    return fail("{} ({} bytes) does not fit the {} of memory beside the rest (see --memory)", what, size,
                memory_of(request));
}

Result<void> place_ends(const BootRequest& request, Room& room, BootPlan& plan) {
    const std::uint64_t tree_size = request.device_tree_size + kDeviceTreeGrowth;
    const auto tree = take_end(room, tree_size);
    if (not tree) {
        return no_room("the device tree", tree_size, request);
    }
    plan.device_tree = *tree;
    if (request.firmware != nullptr) {
        plan.firmware_info = take_end(room, sizeof(FirmwareInfo));
        if (not plan.firmware_info) {
            return no_room("what the firmware is told", sizeof(FirmwareInfo), request);
        }
    }
    if (request.initrd_size != 0) {
        const auto initrd = take_end(room, request.initrd_size);
        if (not initrd) {
            return no_room("the initrd", request.initrd_size, request);
        }
        plan.initrd = Initrd{*initrd, *initrd + request.initrd_size};
    }
    return {};
}

Result<void> place_firmware(const BootRequest& request, Room& room, BootPlan& plan) {
    const BootImage& firmware = *request.firmware;
    const std::uint64_t at = firmware.fixed ? raw(*firmware.fixed) : room.first;
    const std::uint64_t size = firmware.memory_size + kFirmwareHeap;
    if (not room.holds(at, size)) {
        return no_room("the firmware", size, request);
    }
    plan.firmware = mem::PhysAddr{at};
    plan.entry = *plan.firmware + firmware.entry;
    room.first = at + size;
    return {};
}

Result<void> place_kernel(const BootRequest& request, Room& room, BootPlan& plan) {
    const BootImage& kernel = *request.kernel;
    const std::uint64_t at = place(kernel, raw(request.ram_base), room);
    if (not room.holds(at, kernel.memory_size)) {
        return fail(
            "the kernel ({} bytes at {:#x}) does not fit the {} of memory beside the rest (see --memory)",
            kernel.memory_size, at, memory_of(request));
    }
    plan.kernel = mem::PhysAddr{at};
    plan.kernel_entry = *plan.kernel + kernel.entry;
    return {};
}

void put(FirmwareInfo& info, std::size_t index, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) {
        info[8 * index + i] = static_cast<std::byte>(value >> (8 * i));
    }
}

}  // namespace

Result<BootPlan> plan_boot(const BootRequest& request) {
    VM_CHECK(request.kernel != nullptr or request.firmware != nullptr);
    const std::uint64_t base = raw(request.ram_base);
    Room room{base, base + std::min(request.ram_size, kReach)};
    BootPlan plan;
    if (auto placed = place_ends(request, room, plan); not placed) {
        return tl::unexpected(placed.error());
    }
    if (request.firmware != nullptr) {
        if (auto placed = place_firmware(request, room, plan); not placed) {
            return tl::unexpected(placed.error());
        }
    }
    if (request.kernel != nullptr) {
        if (auto placed = place_kernel(request, room, plan); not placed) {
            return tl::unexpected(placed.error());
        }
    }
    if (request.firmware == nullptr) {
        plan.entry = plan.kernel_entry;
    }
    return plan;
}

// Words of 64 bits: magic, version, next address, next mode, options, boot hart. Without a kernel the next
// address is nothing, and the firmware stops there.
FirmwareInfo firmware_info(const BootPlan& plan) {
    constexpr std::uint64_t kMagic = 0x4942'534f;  // "OSBI"
    constexpr std::uint64_t kVersion = 2;
    constexpr std::uint64_t kSupervisor = 1;
    FirmwareInfo info{};
    put(info, 0, kMagic);
    put(info, 1, kVersion);
    put(info, 2, plan.kernel ? raw(plan.kernel_entry) : 0);
    put(info, 3, kSupervisor);
    return info;
}

}  // namespace vm::machine
