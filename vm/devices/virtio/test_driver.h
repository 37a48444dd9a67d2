#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/devices/virtio/queue.h"
#include "vm/mem/guest_ram.h"

// For tests: memory, and a driver's side of one split virtqueue in it, which follows no rules but its
// caller's.
namespace vm::devices::virtio {

inline constexpr mem::PhysAddr kTestRam{0x8000'0000};
inline constexpr std::uint64_t kTestRamSize = 0x10'0000;

inline mem::GuestRam test_ram() {
    auto ram = mem::GuestRam::create(kTestRam, kTestRamSize);
    EXPECT_TRUE(ram.has_value());
    return std::move(*ram);
}

namespace descriptor_flag {
inline constexpr std::uint16_t kNext = 1;
inline constexpr std::uint16_t kWrite = 2;
inline constexpr std::uint16_t kIndirect = 4;
}  // namespace descriptor_flag

struct TestDescriptor {
    std::uint64_t address = 0;
    std::uint32_t length = 0;
    std::uint16_t flags = 0;
    std::uint16_t next = 0;
};

struct TestUsed {
    std::uint32_t head;
    std::uint32_t length;
    friend bool operator==(const TestUsed&, const TestUsed&) = default;
};

class TestDriver {
  public:
    TestDriver(mem::GuestRam& ram, std::uint16_t size) : ram_(ram), size_(size) {}

    Queue::Rings rings() const {
        return {.size = size_, .descriptors = kDescriptors, .driver = kAvailable, .device = kUsed};
    }

    void describe(unsigned index, const TestDescriptor& descriptor) {
        describe_at(kDescriptors + 16 * index, descriptor);
    }
    void describe_at(std::uint64_t address, const TestDescriptor& descriptor) {
        put<std::uint64_t>(address, descriptor.address);
        put<std::uint32_t>(address + 8, descriptor.length);
        put<std::uint16_t>(address + 12, descriptor.flags);
        put<std::uint16_t>(address + 14, descriptor.next);
    }

    // Makes the chain at `head` available.
    void offer(std::uint16_t head) {
        put<std::uint16_t>(kAvailable + 4 + 2 * (available_ % size_), head);
        set_available_index(static_cast<std::uint16_t>(available_ + 1));
    }
    void set_available_index(std::uint16_t index) {
        available_ = index;
        put<std::uint16_t>(kAvailable + 2, index);
    }
    void set_available_flags(std::uint16_t flags) { put<std::uint16_t>(kAvailable, flags); }
    void set_used_event(std::uint16_t index) { put<std::uint16_t>(kAvailable + 4 + 2 * size_, index); }

    std::uint16_t used_index() const { return at<std::uint16_t>(kUsed + 2); }
    TestUsed used(unsigned index) const {
        const std::uint64_t element = kUsed + 4 + 8 * (index % size_);
        return {at<std::uint32_t>(element), at<std::uint32_t>(element + 4)};
    }
    std::uint16_t avail_event() const { return at<std::uint16_t>(kUsed + 4 + 8 * size_); }

    template <class T>
    void put(std::uint64_t address, T value) {
        ASSERT_TRUE(ram_.write<T>(mem::PhysAddr{address}, value).has_value());
    }
    template <class T>
    T at(std::uint64_t address) const {
        return *ram_.read<T>(mem::PhysAddr{address});
    }

    // Memory that no ring uses.
    static constexpr std::uint64_t kData = raw(kTestRam) + 0x1'0000;

  private:
    static constexpr std::uint64_t kDescriptors = raw(kTestRam) + 0x1000;
    static constexpr std::uint64_t kAvailable = raw(kTestRam) + 0x8000;
    static constexpr std::uint64_t kUsed = raw(kTestRam) + 0xa000;

    mem::GuestRam& ram_;
    std::uint16_t size_;
    std::uint16_t available_ = 0;
};

}  // namespace vm::devices::virtio
