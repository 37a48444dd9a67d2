#pragma once

#include <cstdint>

// Feature bits that belong to no single device (Virtio 1.2, chapter 6). The transport offers these; a device
// adds its own.
namespace vm::devices::virtio::feature {

// A descriptor may stand for a table of more.
inline constexpr std::uint64_t kIndirectDescriptors = std::uint64_t{1} << 28;
// Each side says at which index it wants to be woken next, instead of a flag.
inline constexpr std::uint64_t kEventIndex = std::uint64_t{1} << 29;
// The device is not one of before the standard. A driver must accept it.
inline constexpr std::uint64_t kVersion1 = std::uint64_t{1} << 32;

}  // namespace vm::devices::virtio::feature
