#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "vm/base/result.h"
#include "vm/machine/boot_image.h"
#include "vm/machine/device_tree.h"
#include "vm/mem/address.h"

namespace vm::machine {

// What has to find room in memory. A kernel, firmware or both; no initrd has size 0.
struct BootRequest {
    mem::PhysAddr ram_base = kRamBase;
    std::uint64_t ram_size = kDefaultMemory;
    const BootImage* firmware = nullptr;
    const BootImage* kernel = nullptr;
    std::uint64_t initrd_size = 0;
    // Of the finished tree, which does not depend on the addresses in it.
    std::uint64_t device_tree_size = 0;
};

struct BootPlan {
    mem::PhysAddr entry{};  // where hart 0 begins: in the firmware, or in the kernel without one
    std::optional<mem::PhysAddr> firmware;
    std::optional<mem::PhysAddr> kernel;
    mem::PhysAddr kernel_entry{};  // of a kernel
    std::optional<Initrd> initrd;
    mem::PhysAddr device_tree{};
    std::optional<mem::PhysAddr> firmware_info;  // with firmware: room for FirmwareInfo, which a2 points to
};

// The firmware lies at the start of RAM, the kernel behind it, the device tree and the initrd at the end, of
// the first 2 GiB at most, where every loader and every kernel can reach them. What does not fit is refused.
Result<BootPlan> plan_boot(const BootRequest& request);

// OpenSBI's fw_dynamic_info, version 2: enter the kernel in supervisor mode, on hart 0.
using FirmwareInfo = std::array<std::byte, 48>;
FirmwareInfo firmware_info(const BootPlan& plan);

}  // namespace vm::machine
