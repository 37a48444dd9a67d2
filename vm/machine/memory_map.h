#pragma once

#include <cstdint>

#include "vm/mem/address.h"

namespace vm::machine {

// Physical addresses, those of QEMU's `virt` board, so that programs linked for it run here. How much a
// device takes from its address on, the device itself knows.
inline constexpr mem::PhysAddr kTestFinisherBase{0x10'0000};
inline constexpr mem::PhysAddr kRtcBase{0x10'1000};
inline constexpr mem::PhysAddr kClintBase{0x200'0000};
inline constexpr mem::PhysAddr kSswiBase{0x2f0'0000};
inline constexpr mem::PhysAddr kPlicBase{0xc00'0000};
inline constexpr mem::PhysAddr kUartBase{0x1000'0000};
inline constexpr mem::PhysAddr kRamBase{0x8000'0000};

inline constexpr std::uint64_t kDefaultMemory = std::uint64_t{128} << 20;
inline constexpr std::uint64_t kMaxMemory = std::uint64_t{256} << 30;

// Sources of the PLIC.
inline constexpr std::uint32_t kUartInterrupt = 10;
inline constexpr std::uint32_t kRtcInterrupt = 11;

// Slots for virtio devices, a page each, with sources of their own.
inline constexpr unsigned kVirtioSlots = 8;
inline constexpr std::uint64_t kVirtioSlotSize = 0x1000;
constexpr mem::PhysAddr virtio_base(unsigned slot) {
    return mem::PhysAddr{0x1000'1000} + slot * kVirtioSlotSize;
}
constexpr std::uint32_t virtio_interrupt(unsigned slot) { return 1 + slot; }

// The firmware interface names harts by words of 64 bits (sbi_call.h).
inline constexpr unsigned kMaxHarts = 64;

// Ticks a second of the time CSR and of mtime.
inline constexpr std::uint32_t kTimebaseFrequency = 10'000'000;

}  // namespace vm::machine
