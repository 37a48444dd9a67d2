#pragma once

#include <cstdint>

#include "vm/mem/address.h"

namespace vm::machine {

// Physical addresses, those of QEMU's `virt` board, so that programs linked for it run here.
inline constexpr mem::PhysAddr kRamBase{0x8000'0000};
inline constexpr std::uint64_t kDefaultMemory = std::uint64_t{128} << 20;
inline constexpr std::uint64_t kMaxMemory = std::uint64_t{256} << 30;

}  // namespace vm::machine
