#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vm/base/result.h"
#include "vm/mem/access_result.h"
#include "vm/mem/address.h"
#include "vm/mem/host_access.h"

namespace vm::mem {

template <class T>
concept Scalar = std::unsigned_integral<T> && sizeof(T) <= 8;

// One byte of flags for each 4 KiB page. Machine RAM is readable, writable and executable everywhere; a user
// address space grants permissions page by page.
namespace page {
inline constexpr std::uint8_t kRead = 1;
inline constexpr std::uint8_t kWrite = 2;
inline constexpr std::uint8_t kExecute = 4;
// An engine holds code decoded from this page, so the next write must take the slow path and report it.
inline constexpr std::uint8_t kCode = 8;
inline constexpr std::uint8_t kPermissions = kRead | kWrite | kExecute;
}  // namespace page

// What stands behind a fresh GuestRam: zeroed memory with all permissions, or address space without any.
enum class Backing : std::uint8_t { committed, reserved };

// A contiguous range of guest addresses backed by one host mapping, with flags for each page. Every writer of
// guest memory (guest stores, system calls, loaders, devices) goes through write, write_bytes or
// store_notify, which keep decoded code honest: a write to a page with kCode set clears the flag and advances
// code_generation().
class GuestRam {
  public:
    // base and size are multiples of the page size, size is not zero and base + size does not wrap.
    static Result<GuestRam> create(PhysAddr base, std::uint64_t size, Backing backing = Backing::committed);

    GuestRam(GuestRam&& other) noexcept;
    GuestRam& operator=(GuestRam&& other) noexcept;
    GuestRam(const GuestRam&) = delete;
    GuestRam& operator=(const GuestRam&) = delete;
    ~GuestRam();

    PhysAddr base() const { return base_; }
    std::uint64_t size() const { return size_; }

    bool contains(PhysAddr address, std::uint64_t length) const {
        const std::uint64_t offset = raw(address) - raw(base_);
        return offset <= size_ and length <= size_ - offset;
    }

    // Little-endian scalar of 1, 2, 4 or 8 bytes at any alignment. Ignores permissions: those belong to
    // whoever granted them (address space, PMP).
    template <Scalar T>
    AccessResult<T> read(PhysAddr address) const {
        const std::uint64_t offset = raw(address) - raw(base_);
        const std::byte* const host = host_;  // before the test, so that loops need not load it each time
        if (offset > size_ - sizeof(T)) [[unlikely]] {
            return {};
        }
        return {host_load<T>(host + offset), true};
    }

    template <Scalar T>
    AccessResult<void> write(PhysAddr address, T value) {
        const std::uint64_t offset = raw(address) - raw(base_);
        if (offset > size_ - sizeof(T)) [[unlikely]] {
            return {};
        }
        const bool crosses_pages = offset % kPageSize > kPageSize - sizeof(T);
        if (crosses_pages or (flags_[offset >> kPageShift] & page::kCode) != 0) [[unlikely]] {
            store_notify(address, sizeof(T));
        }
        host_store<T>(host_ + offset, value);
        return {true};
    }

    // Bytes of any length, none included. A range that is not wholly inside is an error and changes nothing.
    AccessResult<void> read_bytes(PhysAddr from, std::span<std::byte> to) const;
    AccessResult<void> write_bytes(PhysAddr to, std::span<const std::byte> from);
    AccessResult<void> fill(PhysAddr to, std::uint64_t length, std::byte value);

    // Host address of a guest address inside the range; the pointer is good to the end of the range.
    std::byte* host(PhysAddr address) { return host_ + (raw(address) - raw(base_)); }
    const std::byte* host(PhysAddr address) const { return host_ + (raw(address) - raw(base_)); }

    // Flags of each page, first page first. Engines read them on their fast paths.
    const std::uint8_t* flags() const { return flags_; }
    std::uint8_t flags_at(PhysAddr address) const {
        return flags_[(raw(address) - raw(base_)) >> kPageShift];
    }

    // Replaces the permission bits of whole pages; decoded code in them counts as overwritten.
    void set_permissions(PhysAddr address, std::uint64_t length, std::uint8_t permissions);

    // An engine decoded instructions from this range (inside the RAM).
    void mark_code(PhysAddr address, std::uint64_t length);

    // Must precede a write that bypasses write and write_bytes (host mappings, system calls into guest
    // buffers).
    void store_notify(PhysAddr address, std::uint64_t length);

    // Advances whenever decoded code may have become stale. fence.i compares it and does nothing while it
    // stands.
    std::uint64_t code_generation() const { return code_generation_; }

  private:
    GuestRam(PhysAddr base, std::uint64_t size, std::byte* host, std::uint8_t* flags)
        : base_(base), size_(size), host_(host), flags_(flags) {}

    PhysAddr base_;
    std::uint64_t size_;
    std::byte* host_;
    std::uint8_t* flags_;
    std::uint64_t code_generation_ = 0;
};

}  // namespace vm::mem
