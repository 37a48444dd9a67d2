#pragma once

#include <cstddef>
#include <span>

namespace suites::common {

// Reads one byte of each cache line, so that what was evicted since is in the caches again.
inline void touch_lines(std::span<const std::byte> bytes) {
    constexpr std::size_t kLine = 64;
    for (std::size_t i = 0; i < bytes.size(); i += kLine) {
        static_cast<void>(*static_cast<const volatile std::byte*>(&bytes[i]));
    }
}

}  // namespace suites::common
