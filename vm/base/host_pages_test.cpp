#include "vm/base/host_pages.h"

#include <cstdint>
#include <new>
#include <sys/mman.h>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm {
namespace {

// How many of its pages the host has given. (mincore(2))
std::size_t given(const void* memory, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages((bytes + page - 1) / page);
    EXPECT_EQ(::mincore(const_cast<void*>(memory), bytes, pages.data()), 0);
    std::size_t count = 0;
    for (const unsigned char each : pages) count += each & 1;
    return count;
}

TEST(HostPages, AreZeroAndGivenWhenTouched) {
    constexpr std::size_t kCount = 1 << 13;
    const auto words = map_pages<std::uint64_t>(kCount, PagesGiven::when_touched);
    EXPECT_EQ(given(words.get(), kCount * sizeof(std::uint64_t)), 0u);
    words[kCount - 1] = 7;
    EXPECT_EQ(words[kCount / 2], 0u);
    EXPECT_EQ(words[kCount - 1], 7u);
}

TEST(HostPages, AreAllThereAtOnceWhereThatIsAskedFor) {
    constexpr std::size_t kBytes = 1 << 16;
    const auto bytes = map_pages<std::uint8_t>(kBytes, PagesGiven::at_once);
    EXPECT_EQ(given(bytes.get(), kBytes), kBytes / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
}

TEST(HostPages, ThatTheHostHasNotAreBadAlloc) {
    EXPECT_THROW(map_pages<std::uint8_t>(std::size_t{1} << 60, PagesGiven::when_touched), std::bad_alloc);
}

TEST(HostPages, GoWithTheirOwner) {
    constexpr std::size_t kBytes = 1 << 16;
    auto bytes = map_pages<std::uint8_t>(kBytes, PagesGiven::at_once);
    void* const memory = bytes.get();
    bytes.reset();
    EXPECT_EQ(::msync(memory, kBytes, MS_ASYNC), -1);  // nothing is mapped there
}

}  // namespace
}  // namespace vm
