#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/mem/guest_ram.h"

namespace vm::mem {

// For tests of guest memory.
class GuestRamTest : public ::testing::Test {
  protected:
    static constexpr PhysAddr kBase{0x80000000};
    static constexpr std::uint64_t kSize = 4 * kPageSize;
    static constexpr PhysAddr kEnd = kBase + kSize;

    static GuestRam make(PhysAddr base = kBase, std::uint64_t size = kSize,
                         Backing backing = Backing::committed) {
        auto made = GuestRam::create(base, size, backing);
        EXPECT_TRUE(made.has_value());
        return std::move(*made);
    }

    static std::vector<std::byte> counted(std::size_t size) {
        std::vector<std::byte> bytes(size);
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<std::byte>(i + 1);
        }
        return bytes;
    }
};

}  // namespace vm::mem
