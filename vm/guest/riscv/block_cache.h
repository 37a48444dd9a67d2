#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "vm/base/host_pages.h"
#include "vm/guest/riscv/op.h"
#include "vm/mem/address.h"

namespace vm::guest::riscv {

// Decoded blocks of one code context (privilege and floating-point enable). A block is known by its address
// and by the host address of its bytes, so that it outlives changes of the address space; a direct-mapped
// table of recent targets, which handlers probe inline, knows it by its address alone.
template <class Memory>
class CodeSpace {
  public:
    // `space` tells address spaces apart, see MemoryPolicy. A jump to an address that is not canonical can
    // make another space's key; the op knows better.
    Op<Memory>* recent(std::uint64_t pc, std::uint64_t space) const {
        const Entry& entry = recent_[slot(pc)];
        const bool known = entry.key == (pc ^ space) and (not Memory::kRemapsCode or entry.op->pc == pc);
        return known ? entry.op : nullptr;
    }
    // The page that the tables have there is of 1 << page_shift bytes.
    void remember(std::uint64_t pc, std::uint64_t space, Op<Memory>* op,
                  unsigned page_shift = mem::kPageShift) {
        recent_[slot(pc)] = {pc ^ space, op};
        for (const std::uint64_t byte : {pc, pc + 2}) {  // where the first instruction may end
            if (page_shift > mem::kPageShift) {
                large_pages_.set(large_bit(byte));
            } else {
                pages_.set(page_bit(byte));
            }
        }
        beyond_large_ = beyond_large_ or page_shift > kLargeShift;
    }

    Op<Memory>* find(std::uint64_t pc, const std::byte* code) const {
        const auto found = blocks_.find({pc, code});
        return found == blocks_.end() ? nullptr : found->second;
    }
    void add(std::uint64_t pc, const std::byte* code, Op<Memory>* op) {
        blocks_.emplace(Key{pc, code}, op);
        by_page_[page_of(code)].push_back({pc, code});
    }

    // A number, not zero, for the page of addresses that holds pc, as long as it leads to these bytes and
    // they stay as they are: jumps between blocks of one number need not be looked up.
    std::uint32_t page(std::uint64_t pc, const std::byte* code) {
        std::uint32_t& number = numbers_[{pc & ~(mem::kPageSize - 1), page_start(code)}];
        if (number == 0) {
            number = ++last_number_;
        }
        return number;
    }

    // Forgets where addresses lead, all of them or those of one page, whose size is that of the tables: one
    // fence on any address of a superpage concerns all of it. (Priv. 12.2.1)
    // Says whether there was anything to forget.
    bool forget_targets() {
        if (pages_.none() and large_pages_.none()) {
            return false;
        }
        recent_.fill(Entry{});
        pages_.reset();
        large_pages_.reset();
        beyond_large_ = false;
        return true;
    }
    bool forget_targets(std::uint64_t address) {
        const bool held =
            pages_.test(page_bit(address)) or large_pages_.test(large_bit(address)) or beyond_large_;
        return held and forget_targets();
    }

    // Forgets the blocks whose bytes lie in the host page that holds `code`.
    void drop(const std::byte* code) {
        forget_targets();
        const auto page = by_page_.find(page_of(code));
        if (page == by_page_.end()) {
            return;
        }
        for (const Key& key : page->second) {
            blocks_.erase(key);
            numbers_.erase({key.pc & ~(mem::kPageSize - 1), page_start(code)});
        }
        by_page_.erase(page);
    }

    void clear() {
        forget_targets();
        blocks_.clear();
        by_page_.clear();
        numbers_.clear();
    }

  private:
    static constexpr std::size_t kRecent = 4096;
    static constexpr unsigned kLargeShift = 21;
    struct Entry {
        std::uint64_t key = 1;  // odd: never a target
        Op<Memory>* op = nullptr;
    };
    struct Key {
        std::uint64_t pc;
        const std::byte* code;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            const auto code = reinterpret_cast<std::uintptr_t>(key.code);
            return std::hash<std::uint64_t>{}(key.pc ^ code * 0x9e37'79b9'7f4a'7c15);
        }
    };

    static std::size_t slot(std::uint64_t pc) { return (pc >> 1) % kRecent; }
    static std::size_t page_bit(std::uint64_t pc) { return (pc >> mem::kPageShift) % kRecent; }
    static std::size_t large_bit(std::uint64_t pc) { return (pc >> kLargeShift) % kRecent; }
    static std::uintptr_t page_of(const std::byte* code) {
        return reinterpret_cast<std::uintptr_t>(code) >> mem::kPageShift;
    }
    static const std::byte* page_start(const std::byte* code) {
        return code - reinterpret_cast<std::uintptr_t>(code) % mem::kPageSize;
    }

    std::array<Entry, kRecent> recent_{};
    // Pages of recent targets, by number modulo the size: those of 4 KiB, and larger ones in units of 2 MiB.
    std::bitset<kRecent> pages_;
    std::bitset<kRecent> large_pages_;
    bool beyond_large_ = false;  // a recent target lies in a page larger than that
    std::unordered_map<Key, Op<Memory>*, Hash> blocks_;
    std::unordered_map<std::uintptr_t, std::vector<Key>> by_page_;
    std::unordered_map<Key, std::uint32_t, Hash> numbers_;
    std::uint32_t last_number_ = 0;  // given to pages one after another; 2^32 are more than a run decodes
};

// Room for ops, handed out in runs that stay put until clear().
template <class Memory>
class OpArena {
  public:
    // Space for `count` adjacent ops, of which the caller keeps the first `n` by keep(n).
    Op<Memory>* reserve(std::size_t count) {
        if (chunks_.empty() or used_ + count > kChunk) {
            chunks_.push_back(map_pages<Op<Memory>>(kChunk, PagesGiven::at_once));
            used_ = 0;
        }
        return chunks_.back().get() + used_;
    }
    void keep(std::size_t count) { used_ += count; }

    // 64 MiB of ops: far beyond the hot code of any program; a full arena is emptied rather than searched.
    bool full() const { return chunks_.size() >= kChunks; }

    void clear() {
        chunks_.resize(chunks_.empty() ? 0 : 1);
        used_ = 0;
    }

  private:
    static constexpr std::size_t kChunk = (std::size_t{64} << 10) / sizeof(Op<Memory>);
    static constexpr std::size_t kChunks = (std::size_t{64} << 20) / (kChunk * sizeof(Op<Memory>));

    std::vector<std::unique_ptr<Op<Memory>[], UnmapPages>> chunks_;
    std::size_t used_ = 0;
};

}  // namespace vm::guest::riscv
