#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vm/base/check.h"
#include "vm/mem/address.h"
#include "vm/mmu/recent_regions.h"

namespace vm::mmu {

// Address-space identifiers that the TLBs tell apart. Tags keep them in the bits below a page's address, with
// one to spare for entries that must match nothing.
inline constexpr unsigned kAsidBits = 11;
inline constexpr std::uint16_t kLargestAsid = (1 << kAsidBits) - 1;

constexpr std::uint64_t page_of(std::uint64_t address) { return address & ~(mem::kPageSize - 1); }

// One bit for the GiB that holds the address, modulo 64; all of them for a page larger than that.
constexpr std::uint64_t gib_bits(std::uint64_t address, unsigned page_shift) {
    return page_shift > 30 ? ~std::uint64_t{0} : std::uint64_t{1} << (address >> 30 & 63);
}

// The first level: direct-mapped translations of 4 KiB pages from guest to host addresses, all for one kind
// of access in one mode (U, S, S with SUM, ...), so that a change of mode only picks another object. One
// comparison decides presence, the address space, and that the access stays inside its page: the tag is
// compared with the page of the access's last byte and the current ASID, while the slot is chosen by the page
// of its first.
//
// Pages of an aligned group that are all known and lie together in the host as they do in the guest have a
// common reach, which is for compiled code: what it finds, it keeps as one region. (Pham et al., CoLT:
// Coalesced Large-Reach TLBs, MICRO 2012)
//
// Superpages are entered in pieces of 4 KiB. Global pages belong to the ASID they were entered under: another
// one misses and asks the level behind.
template <std::size_t kSlots>
class DirectMappedTlb {
  public:
    static constexpr std::size_t kEntries = kSlots;
    static_assert(std::has_single_bit(kSlots));
    // Shifts of the smallest and the largest region.
    static constexpr std::uint8_t kPageReach = mem::kPageShift;
    static constexpr std::uint8_t kLargestReach = kPageReach + 4;
    static constexpr std::uint64_t kLargestRegion = std::uint64_t{1} << kLargestReach;

    // An address's entry. Arrays that lie powers of two apart would all want the same ones, so bits above
    // those that count entries take part. They are one fewer, as neighbours must have different entries: an
    // access that crosses from one page into the next is told by the second's not being where it looks. With
    // as many, a carry through all of them would change no bit of the index. (shared with compiled code)
    static constexpr unsigned kFoldShift = mem::kPageShift + std::countr_zero(kSlots);
    static constexpr std::size_t kFolded = kEntries / 2;
    static constexpr std::size_t index_of(std::uint64_t address) {
        return (address >> mem::kPageShift) % kEntries ^ (address >> kFoldShift) % kFolded;
    }

    // What compiled code probes. A hit's host address is addend + address, modulo 2^64.
    struct alignas(16) Entry {
        std::uint64_t tag = kNoTag;
        std::uint64_t addend = 0;
    };
    const Entry* entries() const { return entries_.data(); }
    // Where in an object they begin; the ASID of 64 bits that it compares tags with; and what compiled code
    // keeps to itself of them.
    struct Offsets {
        std::size_t entries;
        std::size_t asid;
        std::size_t recent;
        std::size_t reaches;
    };
    static constexpr Offsets offsets() {
        return {offsetof(DirectMappedTlb, entries_), offsetof(DirectMappedTlb, asid_),
                offsetof(DirectMappedTlb, recent_), offsetof(DirectMappedTlb, reaches_)};
    }

    // For a page that is found: all of the aligned 1 << reach bytes around it could be, and lie together. An
    // entry's is where its own is in `entries`.
    unsigned reach(std::uint64_t address) const { return reaches_[index_of(address)]; }

    // Host address of a guest access of `size` bytes (at least 1), or nullptr on a miss.
    std::byte* find(std::uint64_t address, unsigned size) const {
        const Entry& entry = entry_of(address);
        if (entry.tag != (page_of(address + size - 1) | asid_)) [[unlikely]] {
            return nullptr;
        }
        return reinterpret_cast<std::byte*>(entry.addend + address);
    }

    // The same for many accesses of `size` bytes: their probes do not wait for one another. `found` is as
    // long as `addresses`. Returns how many missed.
    std::size_t find_all(std::span<const std::uint64_t> addresses, unsigned size,
                         std::span<std::byte*> found) const {
        VM_CHECK(found.size() == addresses.size());
        std::size_t misses = 0;
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            found[i] = find(addresses[i], size);
            misses += found[i] == nullptr ? 1 : 0;
        }
        return misses;
    }

    // From now on finds, in the current address space, accesses inside the guest page that holds `address` at
    // the host page that starts at `host`. `page_shift` is the size of the guest's own page, of which this is
    // a piece. Whether compiled code may take it for one region with its neighbours.
    enum class Joins : bool { no, yes };
    void insert(std::uint64_t address, std::byte* host, unsigned page_shift = mem::kPageShift,
                Joins joins = Joins::yes) {
        const std::uint64_t page = page_of(address);
        entries_[index_of(address)] = {page | asid_, reinterpret_cast<std::uintptr_t>(host) - page};
        shifts_[index_of(address)] = static_cast<std::uint8_t>(page_shift);
        reaches_[index_of(address)] = kPageReach;
        if (joins == Joins::yes) {
            join_neighbours(page);
        }
        if (page_shift > mem::kPageShift) {
            large_gibs_ |= gib_bits(address, page_shift);
        }
        used_ = true;
    }

    // The address space of what is found and inserted from now on; forgets nothing.
    void select_asid(std::uint16_t asid) {
        VM_CHECK(asid <= kLargestAsid);
        if (asid_ != asid) {
            recent_.forget();
            asid_ = asid;
        }
    }
    std::uint16_t asid() const { return static_cast<std::uint16_t>(asid_); }

    void clear() {
        recent_.forget();
        if (used_) {
            entries_.fill(Entry{});
            large_gibs_ = 0;
            used_ = false;
        }
    }

    // Forgets the guest's page that holds `address`, with all of its pieces, in every address space.
    void erase(std::uint64_t address) {
        erase_where(address, [](const Entry&) { return true; });
    }

    // The same in one address space.
    void erase(std::uint64_t address, std::uint16_t asid) {
        erase_where(address, [=](const Entry& entry) { return in_space(entry, asid); });
    }

    void erase_asid(std::uint16_t asid) {
        erase_if([=](const Entry& entry) { return in_space(entry, asid); });
    }

    // Forgets every page that is found at the host page that starts at `host`, whatever its guest address.
    void erase_host(const std::byte* host) {
        const auto wanted = reinterpret_cast<std::uintptr_t>(host);
        recent_.forget();
        for (std::size_t i = 0; used_ and i < kEntries; ++i) {
            const std::uint64_t size = std::uint64_t{1} << reaches_[i];
            const std::uint64_t region = entries_[i].addend + (entries_[i].tag & ~(size - 1));
            if (wanted - region < size) {
                reaches_[i] = kPageReach;
                if (entries_[i].addend + page_of(entries_[i].tag) == wanted) {
                    entries_[i] = Entry{};
                }
            }
        }
    }

  private:
    static constexpr std::uint64_t kNoTag = std::uint64_t{1} << kAsidBits;  // no page and ASID make this

    // entries_[index_of(address)], by one shift less: a dependent access waits for each.
    const Entry& entry_of(std::uint64_t address) const {
        constexpr unsigned kShift = std::countr_zero(sizeof(Entry));
        const std::uint64_t offset = (address >> (mem::kPageShift - kShift) & (kEntries - 1) << kShift) ^
                                     (address >> (kFoldShift - kShift) & (kFolded - 1) << kShift);
        return *reinterpret_cast<const Entry*>(reinterpret_cast<const std::byte*>(entries_.data()) + offset);
    }

    static bool in_space(const Entry& entry, std::uint16_t asid) {
        return (entry.tag & (mem::kPageSize - 1)) == asid;
    }

    bool lies_at(std::uint64_t page, std::uint64_t addend) const {
        const Entry& entry = entry_of(page);
        return entry.tag == (page | asid_) and entry.addend == addend;
    }

    // Of a page that was just entered: two halves of a group that reach as far make one, and so on. Where the
    // other half reaches further, that is to here already.
    void join_neighbours(std::uint64_t page) {
        const std::uint64_t addend = entry_of(page).addend;
        for (std::uint8_t reach = kPageReach; reach < kLargestReach;) {
            const std::uint64_t other = page ^ std::uint64_t{1} << reach;
            const std::uint8_t others = reaches_[index_of(other)];
            if (not lies_at(other, addend) or others < reach) {
                return;
            }
            reach = std::max(static_cast<std::uint8_t>(reach + 1), others);
            const std::uint64_t size = std::uint64_t{1} << reach;
            const std::uint64_t first = page & ~(size - 1);
            for (std::uint64_t each = first; each != first + size; each += mem::kPageSize) {
                if (lies_at(each, addend)) {
                    reaches_[index_of(each)] = std::max(reach, reaches_[index_of(each)]);
                }
            }
        }
    }

    // No region holds the page from now on: others of its group reach as far as halves of it that do not.
    // Their entries are as far from the page's as they are.
    void part_neighbours(std::uint64_t page) {
        constexpr std::size_t kGroup = std::min(std::size_t{1} << (kLargestReach - kPageReach), kEntries);
        const std::size_t index = index_of(page);
        for (std::size_t apart = 1; apart < kGroup; ++apart) {
            const auto most = static_cast<std::uint8_t>(kPageReach + std::bit_width(apart) - 1);
            reaches_[index ^ apart] = std::min(reaches_[index ^ apart], most);
        }
    }

    template <class Condition>
    void erase_if(Condition condition) {
        recent_.forget();
        if (used_) {
            std::replace_if(entries_.begin(), entries_.end(), condition, Entry{});
        }
    }

    template <class Condition>
    void erase_where(std::uint64_t address, Condition condition) {
        recent_.forget();
        if (used_) {
            part_neighbours(address);
        }
        Entry& entry = entries_[index_of(address)];
        if (page_of(entry.tag) == page_of(address) and condition(entry)) {
            entry = Entry{};
        }
        if ((large_gibs_ & gib_bits(address, mem::kPageShift)) != 0) [[unlikely]] {
            erase_pieces(address, condition);
        }
    }

    // The pieces of a superpage lie in many slots, hence the search, which only addresses in the same GiB as
    // some superpage pay for.
    template <class Condition>
    void erase_pieces(std::uint64_t address, Condition condition) {
        reaches_.fill(kPageReach);
        for (std::size_t i = 0; i < kEntries; ++i) {
            const bool piece = ((entries_[i].tag ^ address) >> shifts_[i]) == 0;
            if (shifts_[i] > mem::kPageShift and piece and condition(entries_[i])) {
                entries_[i] = Entry{};
            }
        }
    }

    std::array<Entry, kEntries> entries_{};
    std::uint64_t asid_ = 0;
    RecentRegions recent_;
    std::array<std::uint8_t, kEntries> reaches_{};  // meaningful for entries in use
    bool used_ = false;
    std::uint64_t large_gibs_ = 0;                 // where pieces of superpages may be (gib_bits)
    std::array<std::uint8_t, kEntries> shifts_{};  // meaningful for entries in use
};

// 1024 to 4096 entries measured alike; 256 were up to four times slower at 500 pages.
using Tlb = DirectMappedTlb<1024>;

}  // namespace vm::mmu
