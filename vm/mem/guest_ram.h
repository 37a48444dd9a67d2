#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "vm/base/result.h"
#include "vm/mem/access_result.h"
#include "vm/mem/address.h"
#include "vm/mem/code_journal.h"
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

// Stand in place of kRead and kWrite where such accesses are watched: fast paths look for those alone, so
// that the accesses take the slow path.
inline constexpr unsigned kWatchedShift = 4;
inline constexpr std::uint8_t kWatchedRead = kRead << kWatchedShift;
inline constexpr std::uint8_t kWatchedWrite = kWrite << kWatchedShift;

// Of pages that engines keep out of what they remember for stores (TLBs): a page with kGuarding set must not
// be taken up there, and with kGuarded set as well no engine remembers it any more. See
// GuestRam::begin_guard.
inline constexpr std::uint8_t kGuarding = 64;
inline constexpr std::uint8_t kGuarded = 128;

// What a page with these flags grants.
constexpr std::uint8_t permissions_of(std::uint8_t flags) {
    const int watched = (flags & (kWatchedRead | kWatchedWrite)) >> kWatchedShift;
    return static_cast<std::uint8_t>((flags & kPermissions) | watched);
}
}  // namespace page

// What stands behind a fresh GuestRam: zeroed memory with all permissions, or address space without any, with
// kReserveGuard bytes before and behind it that stay so: what a displacement of 32 bits adds to an address
// inside cannot reach anything else.
inline constexpr std::uint64_t kReserveGuard = std::uint64_t{1} << 31;
enum class Backing : std::uint8_t { committed, reserved };

// Flags of a page, which other threads change: read anew each time.
inline std::uint8_t page_flags(const std::uint8_t* flags) {
#ifdef __SANITIZE_THREAD__
    return __atomic_load_n(flags, __ATOMIC_RELAXED);
#else
    return *static_cast<const volatile std::uint8_t*>(flags);  // GCC 12 reloads everything behind the builtin
#endif
}

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
        if (crosses_pages or (page_flags(flags_ + (offset >> kPageShift)) & page::kCode) != 0) [[unlikely]] {
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
        return page_flags(flags_ + ((raw(address) - raw(base_)) >> kPageShift));
    }

    std::uint8_t permissions_at(PhysAddr address) const { return page::permissions_of(flags_at(address)); }

    // Pages of which loads (page::kRead), stores (page::kWrite) or both are watched, in place of those
    // before. Whatever permissions they get, their flags hide them from fast paths. While nobody reaches the
    // memory.
    void watch(std::map<PhysAddr, std::uint8_t> pages);

    // Replaces the permission bits of whole pages; decoded code in them counts as overwritten, guards stay.
    // Others may mark code meanwhile.
    void set_permissions(PhysAddr address, std::uint64_t length, std::uint8_t permissions);

    // An engine decodes instructions from this range (inside the RAM).
    void mark_code(PhysAddr address, std::uint64_t length);
    // The same for the page that holds `address`; false, and nothing is marked, unless it is guarded.
    bool mark_guarded_code(PhysAddr address);

    // Guards the page that holds `address`, which it stays when it is written: a page that is decoded,
    // written and decoded again need not be taken out of what engines remember each time. Between the two
    // calls every engine is made to forget the page for stores; end_guard() takes what begin_guard() returned
    // and is false where the page was released meanwhile.
    std::uint64_t begin_guard(PhysAddr address);
    bool end_guard(PhysAddr address, std::uint64_t begun);
    // The guard ends, as if by a write. For pages that are code no more.
    void release_guard(PhysAddr address);
    // Must follow a write to a guarded page: nobody who decodes it waits for those who are about to store.
    void report_store(PhysAddr address);

    // Of reserved memory whose host protection is the guest's: from now on, pages of code are to lose the
    // host's permission to write until a write to them is reported, so that stores which look at no flags do
    // not go unseen. mark_code() alone takes nothing away: whoever marks calls protect_code() once nobody is
    // between looking at the flags and storing.
    void protect_code_in_host() { protects_code_ = true; }
    bool protects_code_in_host() const { return protects_code_; }
    // `generation` is the one of code before the mark. Code that was overwritten since may have been marked
    // again by somebody who still waits for those about to store: then the caller, too, marks anew. Where the
    // host has no room for the page to be protected on its own, the mark is gone.
    enum class Closing : std::uint8_t { done, overwritten, no_room };
    [[nodiscard]] Closing protect_code(PhysAddr address, std::uint64_t generation);
    // The same for all that is marked: in the child of a fork, where those who marked are not.
    void protect_marked_code();
    // For whoever changes the host's protection of these pages himself, or moves them: they all have what
    // they grant, as if they had been written, and as long as what is returned lives no page loses it again.
    using OpenCode = std::unique_lock<std::mutex>;
    [[nodiscard]] OpenCode open_code(PhysAddr address, std::uint64_t length);

    // Must precede a write that bypasses write and write_bytes (host mappings, system calls into guest
    // buffers), or follow an atomic one.
    void store_notify(PhysAddr address, std::uint64_t length);

    // Advances whenever decoded code may have become stale, by one for each page of it. fence.i compares it
    // and does nothing while it stands.
    std::uint64_t code_generation() const { return journal_->generation(); }
    // The page whose overwriting advanced the generation to `generation`; nothing when that was too long ago
    // (or is to come).
    std::optional<PhysAddr> overwritten_code(std::uint64_t generation) const {
        return journal_->at(generation);
    }
    // For a fork: as long as this lives, nobody is amid a change of what the child gets a copy of. See
    // CodeJournal.
    struct Hold {
        std::unique_lock<std::mutex> changes;
        std::unique_lock<std::mutex> journal;
    };
    Hold hold() const { return {std::unique_lock(releases_->mutex), journal_->hold()}; }

  private:
    GuestRam(PhysAddr base, std::uint64_t size, std::byte* host, std::uint8_t* flags, std::uint64_t guard)
        : base_(base),
          size_(size),
          host_(host),
          flags_(flags),
          journal_(std::make_unique<CodeJournal>()),
          releases_(std::make_unique<Releases>()),
          guard_(guard) {}

    struct Releases {
        std::mutex mutex;  // also orders changes of the host's protection
        std::uint64_t count = 0;
    };

    // With releases_->mutex held where the host's protection follows.
    void unmark(std::uint8_t* page);
    bool close(const std::uint8_t* page);
    void forget_code(std::uint8_t* page);
    static bool may_be_closed(const std::uint8_t* page);
    bool protect_in_host(const std::uint8_t* first, const std::uint8_t* end, int protection);
    template <class Action>
    void for_code(PhysAddr address, std::uint64_t length, Action action);
    void grant(std::uint8_t* first, const std::uint8_t* end, std::uint8_t permissions);
    std::uint8_t* flags_of(PhysAddr address) { return flags_ + ((raw(address) - raw(base_)) >> kPageShift); }

    PhysAddr base_;
    std::uint64_t size_;
    std::byte* host_;
    std::uint8_t* flags_;
    std::unique_ptr<CodeJournal> journal_;
    std::unique_ptr<Releases> releases_;  // of guards
    std::map<PhysAddr, std::uint8_t> watched_;
    std::uint64_t guard_ = 0;  // bytes before and behind that nobody can reach
    bool protects_code_ = false;
};

}  // namespace vm::mem
