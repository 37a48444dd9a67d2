#include "vm/mem/guest_ram.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/mman.h>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/mem/host_access.h"

namespace vm::mem {
namespace {

void* map_anonymous(std::uint64_t length, int protection) {
    return ::mmap(nullptr, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

// Memory that begins at a multiple of 2 MiB and consists of host pages of that size where the host has them
// to give: walks over 64 MiB took 0.78 to 0.86 of the time, and processes that make them came to differ by 1
// to 4 % instead of 6 to 11 %.
void* map_huge(std::uint64_t length, int protection) {
    constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;
    if (length < kHugePage or length + kHugePage < length) {
        return map_anonymous(length, protection);
    }
    void* const mapped = map_anonymous(length + kHugePage, protection);
    if (mapped == MAP_FAILED) {
        return mapped;
    }
    auto* const first = static_cast<std::byte*>(mapped);
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const std::uint64_t before = align_up(address, kHugePage) - address;
    if (before != 0) {
        ::munmap(first, before);
    }
    std::byte* const aligned = first + before;
    if (before != kHugePage) {
        ::munmap(aligned + length, kHugePage - before);
    }
    ::madvise(aligned, length, MADV_HUGEPAGE);  // a wish: without it everything is as correct
    return aligned;
}

// The flags of a page that grants this, where some of it is watched.
std::uint8_t hidden(std::uint8_t permissions, std::uint8_t accesses) {
    const int watched = permissions & accesses & (page::kRead | page::kWrite);
    return static_cast<std::uint8_t>((permissions & ~watched) | watched << page::kWatchedShift);
}

// Programs map gigabytes in one call, whose pages have nothing but permissions yet.
constexpr std::ptrdiff_t kPagesAtOnce = sizeof(std::uint64_t);

// The same for so many pages. False, and nothing is done: one of them has other flags, or their bytes are not
// one aligned word.
bool grant_several(std::uint8_t* first, std::uint8_t permissions) {
    constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
    constexpr std::uint64_t kOthers = kEach * (page::kCode | page::kGuarding | page::kGuarded);
    if (reinterpret_cast<std::uintptr_t>(first) % sizeof(std::uint64_t) != 0) {
        return false;
    }
    auto* const all = reinterpret_cast<std::uint64_t*>(first);
    std::uint64_t before = __atomic_load_n(all, __ATOMIC_RELAXED);
    return (before & kOthers) == 0 and __atomic_compare_exchange_n(all, &before, kEach * permissions, false,
                                                                   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

}  // namespace

Result<GuestRam> GuestRam::create(PhysAddr base, std::uint64_t size, Backing backing) {
    if (size == 0 or size % kPageSize != 0 or raw(base) % kPageSize != 0 or
        raw(base) + (size - 1) < raw(base)) {
        return fail("guest memory of {} bytes at {:#x} is not a range of whole 4 KiB pages", size, raw(base));
    }
    const std::uint64_t guard = backing == Backing::reserved ? kReserveGuard : 0;
    void* const host = backing == Backing::committed ? map_huge(size, PROT_READ | PROT_WRITE)
                                                     : map_anonymous(size + 2 * guard, PROT_NONE);
    if (host == MAP_FAILED) {
        return fail("cannot get {} bytes of guest memory: {}", size, std::strerror(errno));
    }
    const std::uint64_t pages = size >> kPageShift;
    void* flags = map_anonymous(pages, PROT_READ | PROT_WRITE);
    if (flags == MAP_FAILED) {
        const int reason = errno;
        ::munmap(host, size + 2 * guard);
        return fail("cannot get {} bytes of page flags: {}", pages, std::strerror(reason));
    }
    if (backing == Backing::committed) {
        std::memset(flags, page::kPermissions, pages);
    }
    return GuestRam(base, size, static_cast<std::byte*>(host) + guard, static_cast<std::uint8_t*>(flags),
                    guard);
}

GuestRam::GuestRam(GuestRam&& other) noexcept
    : base_(other.base_),
      size_(other.size_),
      host_(std::exchange(other.host_, nullptr)),
      flags_(std::exchange(other.flags_, nullptr)),
      journal_(std::move(other.journal_)),
      releases_(std::move(other.releases_)),
      watched_(std::move(other.watched_)),
      guard_(other.guard_),
      protects_code_(other.protects_code_) {}

GuestRam& GuestRam::operator=(GuestRam&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    std::swap(host_, other.host_);
    std::swap(flags_, other.flags_);
    std::swap(journal_, other.journal_);
    std::swap(releases_, other.releases_);
    std::swap(watched_, other.watched_);
    std::swap(guard_, other.guard_);
    std::swap(protects_code_, other.protects_code_);
    return *this;
}

GuestRam::~GuestRam() {
    if (host_ != nullptr) {
        ::munmap(host_ - guard_, size_ + 2 * guard_);
        ::munmap(flags_, size_ >> kPageShift);
    }
}

AccessResult<void> GuestRam::read_bytes(PhysAddr from, std::span<std::byte> to) const {
    if (not contains(from, to.size())) {
        return {};
    }
    if (not to.empty()) {
        copy_from_guest(to.data(), host(from), to.size());
    }
    return {true};
}

AccessResult<void> GuestRam::write_bytes(PhysAddr to, std::span<const std::byte> from) {
    if (not contains(to, from.size())) {
        return {};
    }
    if (not from.empty()) {
        store_notify(to, from.size());
        copy_to_guest(host(to), from.data(), from.size());
    }
    return {true};
}

AccessResult<void> GuestRam::fill(PhysAddr to, std::uint64_t length, std::byte value) {
    if (not contains(to, length)) {
        return {};
    }
    if (length != 0) {
        store_notify(to, length);
        std::memset(host(to), static_cast<int>(value), length);
    }
    return {true};
}

// Each page in one step: a mark that another thread sets meanwhile is either found here, and the page counts
// as overwritten, or it stays.
void GuestRam::grant(std::uint8_t* first, const std::uint8_t* end, std::uint8_t permissions) {
    constexpr std::uint8_t kKept = page::kGuarding | page::kGuarded;
    for (std::uint8_t* at = first; at != end;) {
        if (end - at >= kPagesAtOnce and grant_several(at, permissions)) {
            at += kPagesAtOnce;
            continue;
        }
        std::uint8_t before = page_flags(at);
        while (not __atomic_compare_exchange_n(at, &before,
                                               static_cast<std::uint8_t>((before & kKept) | permissions),
                                               true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        }
        if ((before & page::kCode) != 0) {
            journal_->record(base_ + (static_cast<std::uint64_t>(at - flags_) << kPageShift));
        }
        ++at;
    }
}

void GuestRam::set_permissions(PhysAddr address, std::uint64_t length, std::uint8_t permissions) {
    VM_CHECK(contains(address, length) and raw(address) % kPageSize == 0 and length % kPageSize == 0);
    const std::uint8_t granted = permissions & page::kPermissions;
    std::uint8_t* at = flags_of(address);
    const std::uint8_t* const end = at + (length >> kPageShift);
    for (auto each = watched_.lower_bound(address); each != watched_.end(); ++each) {
        std::uint8_t* const watched = flags_of(each->first);
        if (watched >= end) {
            break;
        }
        grant(at, watched, granted);
        grant(watched, watched + 1, hidden(granted, each->second));
        at = watched + 1;
    }
    grant(at, end, granted);
}

void GuestRam::watch(std::map<PhysAddr, std::uint8_t> pages) {
    if (pages == watched_) {
        return;
    }
    const auto grant_anew = [this](const std::map<PhysAddr, std::uint8_t>& changed) {
        for (const auto& [address, accesses] : changed) {
            const OpenCode opened = open_code(address, kPageSize);
            set_permissions(address, kPageSize, permissions_at(address));
        }
    };
    const auto before = std::exchange(watched_, std::move(pages));
    grant_anew(before);
    grant_anew(watched_);
}

void GuestRam::mark_code(PhysAddr address, std::uint64_t length) {
    VM_CHECK(length != 0 and contains(address, length));
    const std::uint64_t offset = raw(address) - raw(base_);
    for (std::uint64_t page = offset >> kPageShift; page <= (offset + length - 1) >> kPageShift; ++page) {
        __atomic_fetch_or(&flags_[page], page::kCode, __ATOMIC_RELAXED);
    }
}

// The marks and the looks of those who store are ordered by being locked instructions: of a store and a
// decoding at the same time, either the decoder reads what was stored or the storer finds the mark.
bool GuestRam::mark_guarded_code(PhysAddr address) {
    VM_CHECK(contains(address, 1));
    constexpr std::uint8_t kWanted = page::kCode | page::kGuarded;
    std::uint8_t flags = flags_at(address);
    if ((flags & kWanted) == kWanted) {
        return true;
    }
    while ((flags & page::kGuarded) != 0) {
        const auto marked = static_cast<std::uint8_t>(flags | page::kCode);
        if (__atomic_compare_exchange_n(flags_of(address), &flags, marked, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED)) {
            return true;
        }
    }
    return false;
}

std::uint64_t GuestRam::begin_guard(PhysAddr address) {
    VM_CHECK(contains(address, 1));
    const std::lock_guard lock(releases_->mutex);
    __atomic_fetch_or(flags_of(address), page::kGuarding, __ATOMIC_SEQ_CST);
    return releases_->count;
}

bool GuestRam::end_guard(PhysAddr address, std::uint64_t begun) {
    const std::lock_guard lock(releases_->mutex);
    if (releases_->count != begun) {
        return false;
    }
    __atomic_fetch_or(flags_of(address), page::kGuarded, __ATOMIC_SEQ_CST);
    return true;
}

void GuestRam::release_guard(PhysAddr address) {
    VM_CHECK(contains(address, 1));
    constexpr std::uint8_t kReleased = page::kCode | page::kGuarding | page::kGuarded;
    const std::lock_guard lock(releases_->mutex);
    ++releases_->count;
    const std::uint8_t before =
        __atomic_fetch_and(flags_of(address), static_cast<std::uint8_t>(~kReleased), __ATOMIC_SEQ_CST);
    if ((before & page::kCode) != 0) {
        journal_->record(PhysAddr{align_down(raw(address), kPageSize)});
    }
}

void GuestRam::report_store(PhysAddr address) {
    VM_CHECK(contains(address, 1));
    const std::uint8_t before =
        __atomic_fetch_and(flags_of(address), static_cast<std::uint8_t>(~page::kCode), __ATOMIC_SEQ_CST);
    if ((before & page::kCode) != 0) {
        journal_->record(PhysAddr{align_down(raw(address), kPageSize)});
    }
}

// The flags of the pages from this one to the one with the last byte.
template <class Action>
void GuestRam::for_code(PhysAddr address, std::uint64_t length, Action action) {
    const std::uint64_t offset = raw(address) - raw(base_);
    std::uint8_t* const first = flags_ + (offset >> kPageShift);
    std::uint8_t* const end = flags_ + ((offset + length - 1) >> kPageShift) + 1;
    for (std::uint8_t* page = first; page != end; ++page) {
        if ((page_flags(page) & page::kCode) != 0) {
            action(page);
        }
    }
}

void GuestRam::store_notify(PhysAddr address, std::uint64_t length) {
    VM_CHECK(contains(address, length));
    if (length == 0) {
        return;
    }
    for_code(address, length, [this](std::uint8_t* page) {
        if (not protects_code_) {
            return forget_code(page);
        }
        const std::lock_guard lock(releases_->mutex);
        if ((page_flags(page) & page::kCode) != 0) {  // nobody was faster
            unmark(page);
        }
    });
}

bool GuestRam::may_be_closed(const std::uint8_t* page) {
    const std::uint8_t flags = page_flags(page);
    return (flags & page::kCode) != 0 and (page::permissions_of(flags) & page::kWrite) != 0;
}

bool GuestRam::protect_in_host(const std::uint8_t* first, const std::uint8_t* end, int protection) {
    const std::uint64_t offset = static_cast<std::uint64_t>(first - flags_) << kPageShift;
    return ::mprotect(host_ + offset, static_cast<std::uint64_t>(end - first) << kPageShift, protection) == 0;
}

void GuestRam::forget_code(std::uint8_t* page) {
    __atomic_fetch_and(page, static_cast<std::uint8_t>(~page::kCode), __ATOMIC_RELAXED);
    journal_->record(base_ + (static_cast<std::uint64_t>(page - flags_) << kPageShift));
}

// The host's permission comes back before the mark goes: whoever finds no mark may write. Where the host has
// no room for one more mapping, all pages beside this one that are closed are opened with it: that needs
// none.
void GuestRam::unmark(std::uint8_t* page) {
    std::uint8_t* first = page;
    std::uint8_t* end = page + 1;
    if (protects_code_ and may_be_closed(page) and not protect_in_host(first, end, PROT_READ | PROT_WRITE)) {
        while (first != flags_ and may_be_closed(first - 1)) {
            --first;
        }
        while (end != flags_ + (size_ >> kPageShift) and may_be_closed(end)) {
            ++end;
        }
        VM_CHECK(protect_in_host(first, end, PROT_READ | PROT_WRITE));
    }
    for (; first != end; ++first) {
        forget_code(first);
    }
}

GuestRam::OpenCode GuestRam::open_code(PhysAddr address, std::uint64_t length) {
    VM_CHECK(length != 0 and contains(address, length));
    if (not protects_code_) {
        return {};
    }
    std::unique_lock lock(releases_->mutex);
    for_code(address, length, [this](std::uint8_t* page) { unmark(page); });
    return lock;
}

// Each closed page apart from others takes up to two more of the host's mappings, of which there are 65,530
// by default: where they are spent, all other code is given up. (proc(5), max_map_count)
bool GuestRam::close(const std::uint8_t* page) {
    if (not may_be_closed(page) or protect_in_host(page, page + 1, PROT_READ)) {
        return true;
    }
    for_code(base_, size_, [this, page](std::uint8_t* other) {
        if (other != page) {
            unmark(other);
        }
    });
    return protect_in_host(page, page + 1, PROT_READ);
}

GuestRam::Closing GuestRam::protect_code(PhysAddr address, std::uint64_t generation) {
    VM_CHECK(contains(address, 1));
    if (not protects_code_) {
        return Closing::done;
    }
    const std::lock_guard lock(releases_->mutex);  // whoever unmarks records with it held
    if (code_generation() != generation) {
        return Closing::overwritten;
    }
    if (close(flags_of(address))) {
        return Closing::done;
    }
    forget_code(flags_of(address));
    return Closing::no_room;
}

void GuestRam::protect_marked_code() {
    if (protects_code_) {
        const std::lock_guard lock(releases_->mutex);
        for_code(base_, size_, [this](std::uint8_t* page) {
            if (not close(page)) {
                forget_code(page);
            }
        });
    }
}

}  // namespace vm::mem
