#include "vm/user/address_space.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>

#include "vm/base/bits.h"

namespace vm::user {
namespace {

using mem::kPageSize;
using mem::PhysAddr;

// Page 0 is never mapped, so that null pointers fault; the last page neither, as under Sv39.
constexpr std::uint64_t kLowest = 0x1'0000;
constexpr std::uint64_t kHighest = kAddressSpaceSize - kPageSize;
// Where mmap starts looking downwards; above lie the stack and the signal trampoline.
constexpr std::uint64_t kMapTop = kAddressSpaceSize - (std::uint64_t{1} << 30);

int host_protection(std::uint8_t permissions) {
    const int write = (permissions & mem::page::kWrite) != 0 ? PROT_WRITE | PROT_READ : 0;
    const int read = (permissions & (mem::page::kRead | mem::page::kExecute)) != 0 ? PROT_READ : 0;
    return write | read;
}

bool whole_range(std::uint64_t address, std::uint64_t length) {
    return address % kPageSize == 0 and address <= kHighest and length <= kHighest - address;
}

// Zero when the length does not fit the address space.
std::uint64_t whole_pages(std::uint64_t length) {
    return length <= kHighest ? align_up(length, kPageSize) : 0;
}

}  // namespace

Result<AddressSpace> AddressSpace::create() {
    auto ram = mem::GuestRam::create(PhysAddr{0}, kAddressSpaceSize, mem::Backing::reserved);
    if (not ram) {
        return tl::unexpected(ram.error());
    }
    return AddressSpace(std::move(*ram));
}

Checked<std::uint64_t> AddressSpace::place(const MapRequest& request, std::uint64_t length) const {
    if (request.placement != Placement::anywhere) {
        if (request.address % kPageSize != 0) {
            return tl::unexpected(-EINVAL);
        }
        if (request.address < kPageSize) {
            return tl::unexpected(-EPERM);
        }
        if (not whole_range(request.address, length)) {
            return tl::unexpected(-ENOMEM);
        }
        if (request.placement == Placement::fixed_if_free and
            regions_.overlaps(request.address, request.address + length)) {
            return tl::unexpected(-EEXIST);
        }
        return request.address;
    }
    const std::uint64_t hint = align_down(request.address, kPageSize);
    if (hint >= kLowest and whole_range(hint, length) and not regions_.overlaps(hint, hint + length)) {
        return hint;
    }
    if (const auto gap = regions_.gap_below(kMapTop, kLowest, length)) {
        return *gap;
    }
    return tl::unexpected(-ENOMEM);
}

Checked<std::uint64_t> AddressSpace::map(const MapRequest& request) {
    if (request.length == 0) {
        return tl::unexpected(-EINVAL);
    }
    const std::uint64_t length = whole_pages(request.length);
    if (length == 0) {
        return tl::unexpected(-ENOMEM);
    }
    const auto address = place(request, length);
    if (not address) {
        return address;
    }
    if (::mmap(host(*address), length, host_protection(request.permissions), request.flags | MAP_FIXED,
               request.fd, static_cast<off_t>(request.offset)) == MAP_FAILED) {
        return tl::unexpected(-errno);
    }
    // A fresh range without permissions has clear flags already, and huge reservations should not touch them.
    if (request.permissions != 0 or regions_.overlaps(*address, *address + length)) {
        ram_.set_permissions(PhysAddr{*address}, length, request.permissions);
    }
    regions_.insert(*address, *address + length);
    return address;
}

// Gives the host pages back and reserves their addresses again.
SysValue AddressSpace::release(std::uint64_t address, std::uint64_t length) {
    if (::mmap(host(address), length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
               0) == MAP_FAILED) {
        return -errno;
    }
    if (regions_.overlaps(address, address + length)) {
        ram_.set_permissions(PhysAddr{address}, length, 0);
        regions_.erase(address, address + length);
    }
    return 0;
}

SysValue AddressSpace::unmap(std::uint64_t address, std::uint64_t length) {
    const std::uint64_t pages = whole_pages(length);
    if (pages == 0 or not whole_range(address, pages)) {
        return -EINVAL;
    }
    return release(address, pages);
}

SysValue AddressSpace::protect(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
    if (address % kPageSize != 0) {
        return -EINVAL;
    }
    if (length == 0) {
        return 0;
    }
    const std::uint64_t pages = whole_pages(length);
    if (pages == 0 or not whole_range(address, pages) or not regions_.covers(address, address + pages)) {
        return -ENOMEM;
    }
    if (::mprotect(host(address), pages, host_protection(permissions)) != 0) {
        return -errno;
    }
    ram_.set_permissions(PhysAddr{address}, pages, permissions);
    return 0;
}

Checked<std::uint64_t> AddressSpace::remap(const RemapRequest& request) {
    const std::uint64_t old_length = whole_pages(request.old_length);
    const std::uint64_t new_length = whole_pages(request.new_length);
    // An old length of zero would duplicate a shared mapping; the kernel itself discourages it.
    if (request.address % kPageSize != 0 or old_length == 0 or new_length == 0) {
        return tl::unexpected(-EINVAL);
    }
    if (not whole_range(request.address, old_length) or
        not regions_.covers(request.address, request.address + old_length)) {
        return tl::unexpected(-EFAULT);
    }
    if (request.placement == Placement::anywhere) {
        if (new_length > old_length) {
            return grow(request, old_length, new_length);
        }
        if (new_length < old_length) {
            if (const auto failed = release(request.address + new_length, old_length - new_length);
                failed != 0) {
                return tl::unexpected(failed);
            }
        }
        return request.address;
    }
    const std::uint64_t target = request.new_address;
    const bool overlapping = target < request.address + old_length and request.address < target + new_length;
    if (not request.may_move or target < kPageSize or not whole_range(target, new_length) or overlapping) {
        return tl::unexpected(-EINVAL);
    }
    return move(request, old_length, new_length, target);
}

Checked<std::uint64_t> AddressSpace::grow(const RemapRequest& request, std::uint64_t old_length,
                                          std::uint64_t new_length) {
    const std::uint64_t end = request.address + old_length;
    const std::uint64_t more = new_length - old_length;
    if (whole_range(request.address, new_length) and not regions_.overlaps(end, end + more)) {
        // The reservation behind the mapping has to go before the kernel can extend it.
        ::munmap(host(end), more);
        if (::mremap(host(request.address), old_length, new_length, 0) != MAP_FAILED) {
            const std::uint8_t flags = ram_.flags_at(PhysAddr{request.address});
            ram_.set_permissions(PhysAddr{end}, more, flags & mem::page::kPermissions);
            regions_.insert(end, end + more);
            return request.address;
        }
        const SysValue reason = -errno;
        release(end, more);
        if (not request.may_move) {
            return tl::unexpected(reason);
        }
    }
    if (not request.may_move) {
        return tl::unexpected(-ENOMEM);
    }
    const auto gap = regions_.gap_below(kMapTop, kLowest, new_length);
    return gap ? move(request, old_length, new_length, *gap) : tl::unexpected<SysValue>(-ENOMEM);
}

Checked<std::uint64_t> AddressSpace::move(const RemapRequest& request, std::uint64_t old_length,
                                          std::uint64_t new_length, std::uint64_t target) {
    const std::uint8_t flags = ram_.flags_at(PhysAddr{request.address});
    if (::mremap(host(request.address), old_length, new_length, MREMAP_MAYMOVE | MREMAP_FIXED,
                 host(target)) == MAP_FAILED) {
        return tl::unexpected(-errno);
    }
    regions_.insert(target, target + new_length);
    ram_.set_permissions(PhysAddr{target}, new_length, flags & mem::page::kPermissions);
    release(request.address, old_length);
    return target;
}

SysValue AddressSpace::advise(std::uint64_t address, std::uint64_t length, int advice) {
    if (address % kPageSize != 0) {
        return -EINVAL;
    }
    if (length == 0) {
        return 0;
    }
    const std::uint64_t pages = whole_pages(length);
    if (pages == 0 or not whole_range(address, pages) or not regions_.covers(address, address + pages)) {
        return -ENOMEM;
    }
    ram_.store_notify(PhysAddr{address}, pages);  // MADV_DONTNEED changes what the pages hold
    return ::madvise(host(address), pages, advice) == 0 ? 0 : -errno;
}

SysValue AddressSpace::synchronize(std::uint64_t address, std::uint64_t length, int flags) {
    const std::uint64_t pages = whole_pages(length);
    if (address % kPageSize != 0) {
        return -EINVAL;
    }
    if (length == 0) {
        return 0;
    }
    if (pages == 0 or not whole_range(address, pages) or not regions_.covers(address, address + pages)) {
        return -ENOMEM;
    }
    return ::msync(host(address), pages, flags) == 0 ? 0 : -errno;
}

void AddressSpace::start_break(std::uint64_t address) {
    break_start_ = align_up(address, kPageSize);
    break_ = break_start_;
}

std::uint64_t AddressSpace::set_break(std::uint64_t address) {
    if (address < break_start_ or address > kMapTop) {
        return break_;
    }
    const std::uint64_t old_end = align_up(break_, kPageSize);
    const std::uint64_t new_end = align_up(address, kPageSize);
    if (new_end > old_end) {
        const MapRequest more{.address = old_end,
                              .length = new_end - old_end,
                              .permissions = mem::page::kRead | mem::page::kWrite,
                              .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                              .placement = Placement::fixed_if_free};
        if (not map(more)) {
            return break_;
        }
    } else if (new_end < old_end and release(new_end, old_end - new_end) != 0) {
        return break_;
    }
    break_ = address;
    return break_;
}

// Bytes from `address` on, at most `length`, whose pages all grant the permission.
std::uint64_t AddressSpace::granted(std::uint64_t address, std::uint64_t length,
                                    std::uint8_t permission) const {
    if (address >= kAddressSpaceSize) {
        return 0;
    }
    const std::uint64_t end = address + std::min(length, kAddressSpaceSize - address);
    std::uint64_t at = address;
    while (at < end and (ram_.flags_at(PhysAddr{at}) & permission) != 0) {
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
    const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
    if (end == bytes.end()) {
        return tl::unexpected<SysValue>(bytes.size() == limit ? -ENAMETOOLONG : -EFAULT);
    }
    return std::string(reinterpret_cast<const char*>(bytes.data()),
                       static_cast<std::size_t>(end - bytes.begin()));
}

}  // namespace vm::user
