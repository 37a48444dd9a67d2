#include "vm/guest/riscv/host_atomics.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vm::guest::riscv::host_atomics {
namespace {

using semantics::Amo;
using semantics::MemType;

constexpr std::uint64_t kMinusTwo = ~std::uint64_t{1};

std::byte* bytes(std::uint64_t& word) { return reinterpret_cast<std::byte*>(&word); }

TEST(HostAtomics, WordsAreSignExtendedAndLeaveTheirNeighbourAlone) {
    std::uint64_t memory = 0x1111'1111'8000'0000;
    EXPECT_EQ(load(bytes(memory), MemType::s32), 0xffff'ffff'8000'0000);
    EXPECT_EQ(load(bytes(memory), MemType::u64), 0x1111'1111'8000'0000);
    EXPECT_EQ(update(Amo::add, bytes(memory), MemType::s32, 0x8000'0001), 0xffff'ffff'8000'0000);
    EXPECT_EQ(memory, 0x1111'1111'0000'0001u);
}

TEST(HostAtomics, StoreOnlyWhereTheOldValueStillIs) {
    std::uint64_t memory = 5;
    EXPECT_FALSE(store_if(bytes(memory), MemType::u64, 6, 7));
    EXPECT_EQ(memory, 5u);
    EXPECT_TRUE(store_if(bytes(memory), MemType::s32, 0xffff'ffff'0000'0005, 7));
    EXPECT_EQ(memory, 7u);
}

TEST(HostAtomics, CombineAsTheManualSays) {
    std::uint64_t memory = 12;
    EXPECT_EQ(update(Amo::swap, bytes(memory), MemType::u64, 10), 12u);
    EXPECT_EQ(update(Amo::add, bytes(memory), MemType::u64, 2), 10u);
    EXPECT_EQ(update(Amo::xor_, bytes(memory), MemType::u64, 5), 12u);
    EXPECT_EQ(update(Amo::and_, bytes(memory), MemType::u64, 0xb), 9u);
    EXPECT_EQ(update(Amo::or_, bytes(memory), MemType::u64, 4), 9u);
    EXPECT_EQ(memory, 13u);
    EXPECT_EQ(update(Amo::max, bytes(memory), MemType::u64, kMinusTwo), 13u);
    EXPECT_EQ(update(Amo::minu, bytes(memory), MemType::u64, kMinusTwo), 13u);
    EXPECT_EQ(memory, 13u);
    EXPECT_EQ(update(Amo::min, bytes(memory), MemType::u64, kMinusTwo), 13u);
    EXPECT_EQ(memory, kMinusTwo);
    memory = 13;
    EXPECT_EQ(update(Amo::maxu, bytes(memory), MemType::u64, kMinusTwo), 13u);
    EXPECT_EQ(memory, kMinusTwo);
}

TEST(HostAtomics, ThreadsLoseNoUpdate) {
    std::uint64_t memory = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
        threads.emplace_back([&] {
            for (int k = 0; k < 10'000; ++k) {
                update(Amo::add, bytes(memory), MemType::u64, 1);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(memory, 40'000u);
}

}  // namespace
}  // namespace vm::guest::riscv::host_atomics
