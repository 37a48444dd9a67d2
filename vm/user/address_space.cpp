#include "vm/user/address_space.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <unistd.h>

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

bool whole_range(std::uint64_t address, std::uint64_t length) {
    return address % kPageSize == 0 and address <= kHighest and length <= kHighest - address;
}

// Zero when the length does not fit the address space.
std::uint64_t whole_pages(std::uint64_t length) {
    return length <= kHighest ? align_up(length, kPageSize) : 0;
}

// mmap(2) at that place. Not by the library's function, which the thread sanitizer takes for a write to
// memory that other threads use at once.
bool map_host(std::byte* at, std::uint64_t length, int protection, int flags, int fd, std::uint64_t offset) {
    return ::syscall(SYS_mmap, at, length, protection, flags | MAP_FIXED, fd, offset) != -1;
}

}  // namespace

int host_protection(std::uint8_t permissions) {
    const int write = (permissions & mem::page::kWrite) != 0 ? PROT_WRITE | PROT_READ : 0;
    const int read = (permissions & mem::page::kRead) != 0 ? PROT_READ : 0;
    return write | read;
}

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
    const auto before = withdraw(*address, length, 0);
    const bool replaces = regions_.overlaps(*address, *address + length);
    const auto opened = replaces ? ram_.open_code(PhysAddr{*address}, length) : mem::GuestRam::OpenCode();
    if (not map_host(host(*address), length, host_protection(request.permissions), request.flags, request.fd,
                     request.offset)) {
        const SysValue reason = -errno;
        restore(before);
        return tl::unexpected(reason);
    }
    // A fresh range without permissions has clear flags already, and huge reservations should not touch them.
    if (request.permissions != 0 or replaces) {
        ram_.set_permissions(PhysAddr{*address}, length, request.permissions);
    }
    regions_.insert(*address, *address + length);
    return address;
}

// Gives the host pages back and reserves their addresses again.
SysValue AddressSpace::release(std::uint64_t address, std::uint64_t length) {
    const auto before = withdraw(address, length, 0);
    const bool held = regions_.overlaps(address, address + length);
    const auto opened = held ? ram_.open_code(PhysAddr{address}, length) : mem::GuestRam::OpenCode();
    if (not map_host(host(address), length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        const SysValue reason = -errno;
        restore(before);
        return reason;
    }
    if (held) {
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
    const auto before = withdraw(address, pages, permissions);
    const auto opened = ram_.open_code(PhysAddr{address}, pages);
    if (::mprotect(host(address), pages, host_protection(permissions)) != 0) {
        const SysValue reason = -errno;
        restore(before);
        return reason;
    }
    ram_.set_permissions(PhysAddr{address}, pages, permissions);
    return 0;
}

// All pages of the range grant the same. Where they do not, the kernel has several mappings, which it moves
// only one by one (mremap(2), EFAULT); the host may have one for both, as it knows nothing of kExecute.
bool AddressSpace::alike(std::uint64_t address, std::uint64_t length) const {
    const std::uint8_t permissions = ram_.permissions_at(PhysAddr{address});
    for (std::uint64_t page = address; page != address + length; page += kPageSize) {
        if (ram_.permissions_at(PhysAddr{page}) != permissions) {
            return false;
        }
    }
    return true;
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
            return alike(request.address, old_length) ? grow(request, old_length, new_length)
                                                      : tl::unexpected<SysValue>(-EFAULT);
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
    if (not alike(request.address, std::min(old_length, new_length))) {
        return tl::unexpected(-EFAULT);
    }
    return move(request, old_length, new_length, target);
}

Checked<std::uint64_t> AddressSpace::grow(const RemapRequest& request, std::uint64_t old_length,
                                          std::uint64_t new_length) {
    const std::uint64_t end = request.address + old_length;
    const std::uint64_t more = new_length - old_length;
    const bool room = whole_range(request.address, new_length) and not regions_.overlaps(end, end + more);
    if (room and others_let_go_ != nullptr) {
        const auto grown = relocate(request.address, old_length, new_length, request.address);
        if (grown or not request.may_move) {
            return grown;
        }
    } else if (room) {
        const SysValue reason = extend(request.address, old_length, more);
        if (reason == 0) {
            return request.address;
        }
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

// Without others: the host's mapping grows where it is. Where it cannot, the reservation behind it is gone.
SysValue AddressSpace::extend(std::uint64_t address, std::uint64_t length, std::uint64_t more) {
    const std::uint64_t end = address + length;
    const auto opened = ram_.open_code(PhysAddr{address}, length);  // one mapping of the host, not several
    // The reservation behind the mapping has to go before the kernel can extend it.
    ::munmap(host(end), more);
    if (::mremap(host(address), length, length + more, 0) == MAP_FAILED) {
        return -errno;
    }
    ram_.set_permissions(PhysAddr{end}, more, ram_.permissions_at(PhysAddr{address}));
    regions_.insert(end, end + more);
    return 0;
}

Checked<std::uint64_t> AddressSpace::move(const RemapRequest& request, std::uint64_t old_length,
                                          std::uint64_t new_length, std::uint64_t target) {
    if (others_let_go_ != nullptr) {
        return relocate(request.address, old_length, new_length, target);
    }
    const std::uint8_t permissions = ram_.permissions_at(PhysAddr{request.address});
    {
        const auto opened = ram_.open_code(PhysAddr{request.address}, old_length);
        if (::mremap(host(request.address), old_length, new_length, MREMAP_MAYMOVE | MREMAP_FIXED,
                     host(target)) == MAP_FAILED) {
            return tl::unexpected(-errno);
        }
        regions_.insert(target, target + new_length);
        ram_.set_permissions(PhysAddr{target}, new_length, permissions);
    }
    release(request.address, old_length);
    return target;
}

// mremap among threads. A hole in the reservation, even for a moment, is a place that the host may give to
// another thread of ours for something of its own. So an empty mapping stays where the pages were, and they
// go to their new place by way of one that the host chooses.
Checked<std::uint64_t> AddressSpace::relocate(std::uint64_t address, std::uint64_t old_length,
                                              std::uint64_t new_length, std::uint64_t target) {
    const std::uint8_t permissions = ram_.permissions_at(PhysAddr{address});
    const auto from = withdraw(address, old_length, 0);
    const auto to = withdraw(target, new_length, 0);
    // The last argument, a place that is preferred, is read with MREMAP_DONTUNMAP, too.
    void* const aside =
        ::mremap(host(address), old_length, old_length, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, nullptr);
    if (aside == MAP_FAILED) {
        const SysValue reason = errno == EINVAL ? -ENOMEM : -errno;  // a kernel that cannot do it so
        restore(from);
        restore(to);
        return tl::unexpected(reason);
    }
    constexpr int kThere = MREMAP_MAYMOVE | MREMAP_FIXED;
    if (::mremap(aside, old_length, new_length, kThere, host(target)) == MAP_FAILED) {
        const SysValue reason = -errno;
        restore(to);
        if (::mremap(aside, old_length, old_length, kThere, host(address)) != MAP_FAILED) {
            restore(from);
        }
        return tl::unexpected(reason);
    }
    regions_.insert(target, target + new_length);
    grant(target, new_length, permissions);
    if (target != address) {
        release(address, old_length);
    }
    return target;
}

// Narrows what the guest may do in a range to `keep`, and returns what it could before where that was more:
// for restore(), when the host then refuses. Compiled code looks at no flags, and learns it from the host;
// but only once nobody else is about to use what he has seen there.
std::vector<AddressSpace::Grant> AddressSpace::withdraw(std::uint64_t address, std::uint64_t length,
                                                        std::uint8_t keep) {
    std::vector<Grant> withdrawn;
    if (others_let_go_ == nullptr or not regions_.overlaps(address, address + length)) {
        return withdrawn;
    }
    for (std::uint64_t page = address; page != address + length; page += kPageSize) {
        const std::uint8_t permissions = ram_.permissions_at(PhysAddr{page});
        if ((permissions & ~keep) == 0) {
            continue;
        }
        const bool goes_on = not withdrawn.empty() and withdrawn.back().permissions == permissions and
                             withdrawn.back().address + withdrawn.back().length == page;
        if (goes_on) {
            withdrawn.back().length += kPageSize;
        } else {
            withdrawn.push_back({page, kPageSize, permissions});
        }
    }
    const auto left = [keep](const Grant& each) {
        return static_cast<std::uint8_t>(each.permissions & keep);
    };
    for (const Grant& each : withdrawn) {
        const auto opened = ram_.open_code(PhysAddr{each.address}, each.length);
        ram_.set_permissions(PhysAddr{each.address}, each.length, left(each));
    }
    if (withdrawn.empty()) {
        return withdrawn;
    }
    (*others_let_go_)();
    if (ram_.protects_code_in_host()) {
        for (const Grant& each : withdrawn) {  // where the host has no room, what follows has none either
            ::mprotect(host(each.address), each.length, host_protection(left(each)));
        }
    }
    return withdrawn;
}

void AddressSpace::restore(const std::vector<Grant>& withdrawn) {
    for (const Grant& each : withdrawn) {
        grant(each.address, each.length, each.permissions);
    }
}

// Gives a range back what withdraw() took away, unless the host does not: the guest must not have more.
void AddressSpace::grant(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
    if (ram_.protects_code_in_host() and
        ::mprotect(host(address), length, host_protection(permissions)) != 0) {
        return;
    }
    ram_.set_permissions(PhysAddr{address}, length, permissions);
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
    const SysValue result = ::madvise(host(address), pages, advice) == 0 ? 0 : -errno;
    ram_.store_notify(PhysAddr{address}, pages);  // MADV_DONTNEED changes what the pages hold
    return result;
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

}  // namespace vm::user
