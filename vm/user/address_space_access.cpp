#include <algorithm>
#include <cerrno>

#include "vm/base/bits.h"
#include "vm/mem/host_access.h"
#include "vm/user/address_space.h"

// Guest memory as system calls use it.
namespace vm::user {
namespace {

using mem::kPageSize;
using mem::PhysAddr;

}  // namespace

// Bytes from `address` on, at most `length`, whose pages all grant the permission.
std::uint64_t AddressSpace::granted(std::uint64_t address, std::uint64_t length,
                                    std::uint8_t permission) const {
    if (address >= kAddressSpaceSize) {
        return 0;
    }
    const std::uint64_t end = address + std::min(length, kAddressSpaceSize - address);
    std::uint64_t at = address;
    while (at < end and (ram_.permissions_at(PhysAddr{at}) & permission) != 0) {
        at = align_down(at, kPageSize) + kPageSize;
    }
    return std::min(at, end) - address;
}

std::span<const std::byte> AddressSpace::readable_prefix(std::uint64_t address, std::uint64_t length) const {
    const std::uint64_t bytes = granted(address, length, mem::page::kRead);
    if (bytes == 0) {
        return {};
    }
    return {ram_.host(PhysAddr{address}), bytes};
}

std::span<std::byte> AddressSpace::writable_prefix(std::uint64_t address, std::uint64_t length) {
    const std::uint64_t bytes = granted(address, length, mem::page::kWrite);
    if (bytes == 0) {
        return {};
    }
    ram_.store_notify(PhysAddr{address}, bytes);
    return {host(address), bytes};
}

Checked<std::span<const std::byte>> AddressSpace::readable(std::uint64_t address,
                                                           std::uint64_t length) const {
    const auto bytes = readable_prefix(address, length);
    return bytes.size() == length ? Checked<std::span<const std::byte>>(bytes)
                                  : tl::unexpected<SysValue>(-EFAULT);
}

Checked<std::span<std::byte>> AddressSpace::writable(std::uint64_t address, std::uint64_t length) {
    const auto bytes = writable_prefix(address, length);
    return bytes.size() == length ? Checked<std::span<std::byte>>(bytes) : tl::unexpected<SysValue>(-EFAULT);
}

Checked<std::string> AddressSpace::string(std::uint64_t address, std::size_t limit) const {
    const auto bytes = readable_prefix(address, limit);
    std::string text;
    for (const std::byte& byte : bytes) {
        const auto next = mem::host_load<std::uint8_t>(&byte);
        if (next == 0) {
            return text;
        }
        text.push_back(static_cast<char>(next));
    }
    return tl::unexpected<SysValue>(bytes.size() == limit ? -ENAMETOOLONG : -EFAULT);
}

void AddressSpace::written(const void* at, std::uint64_t length) {
    ram_.store_notify(PhysAddr{guest_address(at)}, length);
}

bool AddressSpace::may_be_closed(std::span<const std::byte> bytes) const {
    if (not ram_.protects_code_in_host()) {
        return false;
    }
    const std::uint64_t first = guest_address(bytes.data());
    for (std::uint64_t page = align_down(first, kPageSize); page < first + bytes.size(); page += kPageSize) {
        if ((ram_.permissions_at(PhysAddr{page}) & mem::page::kExecute) != 0) {
            return true;
        }
    }
    return false;
}

}  // namespace vm::user
