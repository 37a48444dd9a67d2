#pragma once

#include <cstddef>
#include <cstdint>

namespace vm::mem {

// An address the guest's bus sees. User-mode programs have one flat space, so theirs are of this type too.
enum class PhysAddr : std::uint64_t {};

constexpr std::uint64_t raw(PhysAddr address) { return static_cast<std::uint64_t>(address); }
constexpr PhysAddr operator+(PhysAddr address, std::uint64_t bytes) { return PhysAddr{raw(address) + bytes}; }

inline constexpr unsigned kPageShift = 12;
inline constexpr std::uint64_t kPageSize = std::uint64_t{1} << kPageShift;

// What an access does to memory; decides which permission it needs and which fault it raises.
enum class Access : std::uint8_t { load, store, fetch };

}  // namespace vm::mem
