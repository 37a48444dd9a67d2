#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/guest/riscv/memory_policy.h"
#include "vm/mem/guest_ram.h"

namespace vm::guest::riscv {

// The memory of a user-mode program: one flat space from address 0 in a GuestRam, with permissions in its
// page flags. An access they forbid raises a page fault whose value is the first byte that could not be
// reached.
class UserMemory {
  public:
    // The size of the space, a constant because every access compares with it.
    static constexpr std::uint64_t kSize = std::uint64_t{1} << 38;

    // `ram` is kSize bytes from address 0 and outlives the policy.
    explicit UserMemory(mem::GuestRam& ram);

    const std::byte* load_pointer(std::uint64_t address, unsigned size) const {
        return plain(address, size, mem::page::kRead, mem::page::kRead) ? host(address) : nullptr;
    }
    std::byte* store_pointer(std::uint64_t address, unsigned size) const {
        constexpr std::uint8_t kLook = mem::page::kWrite | mem::page::kCode;
        return plain(address, size, kLook, mem::page::kWrite) ? host(address) : nullptr;
    }

    bool load_slow(std::uint64_t address, unsigned size);
    bool store_slow(std::uint64_t address, unsigned size, std::uint64_t value);
    std::byte* atomic_pointer(std::uint64_t address, unsigned size);
    std::byte* reserve_pointer(std::uint64_t address, unsigned size);
    bool fetch(std::uint64_t address);
    void mark_code(std::uint64_t address, std::uint64_t size);
    std::uint64_t code_generation() const { return ram_->code_generation(); }
    SlowAccess& slow() { return slow_; }

  private:
    static constexpr std::uint64_t kPages = kSize >> mem::kPageShift;

    // Never null, which spares the callers' fast paths a test.
    std::byte* host(std::uint64_t address) const {
        std::byte* const pointer = host_ + address;
        if (pointer == nullptr) {
            __builtin_unreachable();
        }
        return pointer;
    }

    // The access lies in one existing page whose flags under `look` are exactly `want`.
    bool plain(std::uint64_t address, unsigned size, std::uint8_t look, std::uint8_t want) const {
        const std::uint64_t page = address >> mem::kPageShift;
        if (page >= kPages) [[unlikely]] {
            return false;
        }
        if ((flags_[page] & look) != want) [[unlikely]] {
            return false;
        }
        return size == 1 or (address & (mem::kPageSize - 1)) <= mem::kPageSize - size;
    }

    bool permitted(std::uint64_t address, unsigned size, std::uint8_t permission, std::uint64_t fault_cause);
    bool fail(std::uint64_t fault_cause, std::uint64_t address);

    std::byte* host_;
    const std::uint8_t* flags_;
    mem::GuestRam* ram_;
    SlowAccess slow_;
};

static_assert(MemoryPolicy<UserMemory>);

}  // namespace vm::guest::riscv
