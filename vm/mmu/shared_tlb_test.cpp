#include "vm/mmu/shared_tlb.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

using HostPage = std::array<std::byte, mem::kPageSize>;

bool fill(SharedTlb& tlb, std::uint64_t address, std::uint16_t asid, std::byte* host,
          unsigned page_shift = mem::kPageShift) {
    return tlb.insert(tlb.begin_fill(address), address, asid, host, page_shift);
}

TEST(SharedTlb, FindsWhatWasFilledInItsAddressSpaceOnly) {
    SharedTlb tlb;
    HostPage host{};
    EXPECT_EQ(tlb.find(0x80001234, 8, 1), nullptr);
    EXPECT_TRUE(fill(tlb, 0x80001000, 1, host.data()));
    EXPECT_EQ(tlb.find(0x80001234, 8, 1), host.data() + 0x234);
    EXPECT_EQ(tlb.find(0x80001234, 8, 2), nullptr);
    EXPECT_EQ(tlb.find(0x80002000, 8, 1), nullptr);
}

TEST(SharedTlb, AccessThatCrossesIntoTheNextPageMisses) {
    SharedTlb tlb;
    std::array<HostPage, 2> host{};
    fill(tlb, 0x80001000, 1, host[0].data());
    fill(tlb, 0x80002000, 1, host[1].data());
    EXPECT_EQ(tlb.find(0x80001ffd, 4, 1), nullptr);
    EXPECT_EQ(tlb.find(0x80001ff8, 8, 1), host[0].data() + 0xff8);
}

TEST(SharedTlb, FlushOfAnAddressForgetsItEverywhereAndLeavesOthers) {
    SharedTlb tlb;
    HostPage host{};
    fill(tlb, 0x1000, 1, host.data());
    fill(tlb, 0x2000, 1, host.data());
    tlb.flush_address(0x1fff);
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
    EXPECT_NE(tlb.find(0x2000, 1, 1), nullptr);
    const std::uint64_t same_slot = 0x2000 + SharedTlb::kEntries * mem::kPageSize;
    tlb.flush_address(same_slot);
    EXPECT_NE(tlb.find(0x2000, 1, 1), nullptr);
}

TEST(SharedTlb, FlushOfAnAddressSpaceLeavesTheOthers) {
    SharedTlb tlb;
    HostPage host{};
    fill(tlb, 0x1000, 1, host.data());
    fill(tlb, 0x2000, 2, host.data());
    tlb.flush_asid(1);
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
    EXPECT_NE(tlb.find(0x2000, 1, 2), nullptr);
    EXPECT_TRUE(fill(tlb, 0x1000, 1, host.data()));
    EXPECT_NE(tlb.find(0x1000, 1, 1), nullptr);
    tlb.flush();
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
    EXPECT_EQ(tlb.find(0x2000, 1, 2), nullptr);
}

TEST(SharedTlb, FlushOfAnAddressForgetsEveryPieceOfASuperpage) {
    SharedTlb tlb;
    HostPage host{};
    fill(tlb, 0x80200000, 1, host.data(), 21);
    tlb.flush_address(0x80300000);
    EXPECT_EQ(tlb.find(0x80200000, 1, 1), nullptr);
}

TEST(SharedTlb, FillThatBeganBeforeAFlushOfItsAddressIsRefused) {
    SharedTlb tlb;
    HostPage host{};
    const auto ticket = tlb.begin_fill(0x1000);
    tlb.flush_address(0x1000);
    EXPECT_FALSE(tlb.insert(ticket, 0x1000, 1, host.data()));
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
}

TEST(SharedTlb, FillThatBeganBeforeAFlushOfAllOrOfItsAddressSpaceIsNotFound) {
    SharedTlb tlb;
    HostPage host{};
    auto ticket = tlb.begin_fill(0x1000);
    tlb.flush();
    tlb.insert(ticket, 0x1000, 1, host.data());
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
    ticket = tlb.begin_fill(0x1000);
    tlb.flush_asid(1);
    tlb.insert(ticket, 0x1000, 1, host.data());
    EXPECT_EQ(tlb.find(0x1000, 1, 1), nullptr);
}

TEST(SharedTlb, FillOfASuperpagePieceThatBeganBeforeAFlushElsewhereInItIsRefused) {
    SharedTlb tlb;
    HostPage host{};
    const auto ticket = tlb.begin_fill(0x80200000);
    tlb.flush_address(0x80300000);
    EXPECT_FALSE(tlb.insert(ticket, 0x80200000, 1, host.data(), 21));
    EXPECT_EQ(tlb.find(0x80200000, 1, 1), nullptr);
}

TEST(SharedTlb, SecondOfTwoFillsOfOneSlotIsRefused) {
    SharedTlb tlb;
    std::array<HostPage, 2> host{};
    const std::uint64_t other = 0x1000 + SharedTlb::kEntries * mem::kPageSize;
    const auto late = tlb.begin_fill(other);
    EXPECT_TRUE(fill(tlb, 0x1000, 1, host[0].data()));
    EXPECT_FALSE(tlb.insert(late, other, 1, host[1].data()));
    EXPECT_EQ(tlb.find(0x1000, 1, 1), host[0].data());
}

// A page table of a few pages that fight for two slots. A translation's host address (never dereferenced)
// tells its page and how often that had been changed when the walk read it.
class Contest {
  public:
    static constexpr std::uint64_t kPages = 16;
    static constexpr unsigned kRounds = 4000;
    static constexpr std::uint16_t kAsid = 3;

    static std::uint64_t address(std::uint64_t page) {
        return (page / 2 * SharedTlb::kEntries + page % 2) * mem::kPageSize;
    }

    // One thread changes and flushes, the others look up and fill.
    void run(unsigned page_shift, void (Contest::*change)(std::uint64_t page)) {
        shift_ = page_shift;
        std::vector<std::thread> readers;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            readers.emplace_back([this, seed] { read(seed * 7919); });
        }
        for (std::uint64_t i = 0; i < kRounds; ++i) {
            (this->*change)(i * 5 % kPages);
            while (lookups_.load(std::memory_order_relaxed) < i) {
                std::this_thread::yield();  // the readers keep pace
            }
        }
        done_.store(true, std::memory_order_relaxed);
        for (std::thread& reader : readers) {
            reader.join();
        }
        EXPECT_GT(hits_.load(), 0U);
        EXPECT_EQ(torn_.load(), 0U);
        EXPECT_EQ(stale_.load(), 0U);
    }

    void change_one(std::uint64_t page) {
        const std::uint64_t next = table_[page].fetch_add(1, std::memory_order_acq_rel) + 1;
        tlb_.flush_address(address(page));
        flushed_[page].store(next, std::memory_order_release);
    }

    void change_and_flush_all(std::uint64_t page) {
        const std::uint64_t next = table_[page].fetch_add(1, std::memory_order_acq_rel) + 1;
        page % 2 == 0 ? tlb_.flush() : tlb_.flush_asid(kAsid);
        flushed_[page].store(next, std::memory_order_release);
    }

    // The flush names another address of the superpage than those that are looked up.
    void change_superpage(std::uint64_t page) {
        const std::uint64_t next = table_[page].fetch_add(1, std::memory_order_acq_rel) + 1;
        tlb_.flush_address(address(page) ^ 2 * mem::kPageSize);
        flushed_[page].store(next, std::memory_order_release);
    }

  private:
    static constexpr std::uint64_t kChangesPerPage = std::uint64_t{1} << 40;

    static std::byte* host(std::uint64_t page, std::uint64_t changes) {
        return reinterpret_cast<std::byte*>((page + 1) * kChangesPerPage + changes * mem::kPageSize);
    }

    void read(std::uint64_t random) {
        while (not done_.load(std::memory_order_relaxed)) {
            random = random * 6364136223846793005 + 1442695040888963407;
            look_up(random >> 33 & (kPages - 1));
            lookups_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    void look_up(std::uint64_t page) {
        const std::uint64_t least = flushed_[page].load(std::memory_order_acquire);
        const auto* const found = tlb_.find(address(page), 8, kAsid);
        if (found == nullptr) {
            const auto ticket = tlb_.begin_fill(address(page));
            tlb_.insert(ticket, address(page), kAsid,
                        host(page, table_[page].load(std::memory_order_acquire)), shift_);
            return;
        }
        const auto value = reinterpret_cast<std::uintptr_t>(found);
        hits_.fetch_add(1, std::memory_order_relaxed);
        if (value / kChangesPerPage != page + 1 or value % mem::kPageSize != 0) {
            torn_.fetch_add(1, std::memory_order_relaxed);
        } else if (value % kChangesPerPage / mem::kPageSize < least) {
            stale_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    SharedTlb tlb_;
    unsigned shift_ = mem::kPageShift;
    std::array<std::atomic<std::uint64_t>, kPages> table_{};
    std::array<std::atomic<std::uint64_t>, kPages> flushed_{};
    std::atomic<bool> done_{false};
    std::atomic<std::uint64_t> lookups_{0};
    std::atomic<std::uint64_t> hits_{0};
    std::atomic<std::uint64_t> torn_{0};
    std::atomic<std::uint64_t> stale_{0};
};

TEST(SharedTlb, ThreadsNeverFindTornOrFlushedTranslationsWhileAddressesAreFlushed) {
    Contest().run(mem::kPageShift, &Contest::change_one);
}

TEST(SharedTlb, ThreadsNeverFindTornOrFlushedTranslationsWhileEverythingIsFlushed) {
    Contest().run(mem::kPageShift, &Contest::change_and_flush_all);
}

TEST(SharedTlb, ThreadsNeverFindTornOrFlushedTranslationsWhileSuperpagesAreFlushed) {
    Contest().run(21, &Contest::change_superpage);
}

}  // namespace
}  // namespace vm::mmu
