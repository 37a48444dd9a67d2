#pragma once

#include <cstdint>
#include <cstring>

#include "vm/mem/guest_ram.h"

namespace suites::memory_sizes {

// The product: one scalar of guest memory, bounds and page flags checked.
class GuestAccess {
  public:
    GuestAccess(vm::mem::GuestRam& ram, vm::mem::PhysAddr first) : ram_(ram), first_(first) {}

    template <class T>
    bool read(std::uint64_t position, T& value) const {
        auto found = ram_.read<T>(first_ + position);
        if (not found) [[unlikely]] {
            return false;
        }
        value = *found;
        return true;
    }

    template <class T>
    bool write(std::uint64_t position, T value) const {
        return ram_.write<T>(first_ + position, value).has_value();
    }

  private:
    vm::mem::GuestRam& ram_;
    vm::mem::PhysAddr first_;
};

// The control: the same bytes through a host pointer, nothing checked.
class RawAccess {
  public:
    RawAccess(vm::mem::GuestRam& ram, vm::mem::PhysAddr first) : first_(ram.host(first)) {}

    template <class T>
    bool read(std::uint64_t position, T& value) const {
        std::memcpy(&value, first_ + position, sizeof value);
        return true;
    }

    template <class T>
    bool write(std::uint64_t position, T value) const {
        std::memcpy(first_ + position, &value, sizeof value);
        return true;
    }

  private:
    std::byte* first_;
};

}  // namespace suites::memory_sizes
