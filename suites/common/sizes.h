#pragma once

#include <cstdint>
#include <string>

namespace suites::common {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

// 16 -> "16B", 4096 -> "4KiB", 67108864 -> "64MiB": the largest unit that divides it.
std::string size_text(std::uint64_t bytes);

}  // namespace suites::common
