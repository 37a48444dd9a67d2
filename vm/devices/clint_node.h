#pragma once

#include <cstdint>
#include <span>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/mswi.h"
#include "vm/devices/mtimer.h"

namespace vm::devices {

// A SiFive CLINT is an Mswi at its base and an Mtimer right behind it; firmware knows the pair as one node.
inline constexpr std::uint64_t kClintTimerOffset = Mswi::kSize;
inline constexpr std::uint64_t kClintSize = Mswi::kSize + Mtimer::kSize;

// `interrupt_controllers` are the phandles of the harts' own controllers, hart 0 first.
DeviceTreeNode clint_node(mem::PhysAddr base, std::span<const std::uint32_t> interrupt_controllers);

}  // namespace vm::devices
