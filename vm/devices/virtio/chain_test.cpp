#include "vm/devices/virtio/chain.h"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/virtio/test_driver.h"

namespace vm::devices::virtio {
namespace {

using mem::PhysAddr;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint16_t kNext = descriptor_flag::kNext;
constexpr std::uint16_t kWrite = descriptor_flag::kWrite;
constexpr std::uint16_t kIndirect = descriptor_flag::kIndirect;

constexpr std::uint64_t kData = TestDriver::kData;
constexpr std::uint16_t kQueueSize = 8;

class ChainTest : public ::testing::Test {
  protected:
    std::optional<Chain> read(std::uint16_t head, Indirection indirection = Indirection::allowed) {
        return read_chain(ram_, {PhysAddr{driver_.rings().descriptors}, kQueueSize}, head, indirection);
    }
    // A chain of `count` readable bytes, one a descriptor, in an indirect table.
    void describe_indirect(unsigned index, unsigned count) {
        constexpr std::uint64_t kTable = kData + 0x1000;
        for (unsigned i = 0; i < count; ++i) {
            const bool last = i + 1 == count;
            driver_.describe_at(kTable + 16 * i, {kData + i, 1, last ? std::uint16_t{0} : kNext,
                                                  static_cast<std::uint16_t>(i + 1)});
        }
        driver_.describe(index, {kTable, 16 * count, kIndirect, 0});
    }

    mem::GuestRam ram_ = test_ram();
    TestDriver driver_{ram_, kQueueSize};
};

TEST_F(ChainTest, ReadableBuffersComeBeforeWritableOnes) {
    driver_.describe(2, {kData, 10, kNext, 5});
    driver_.describe(5, {kData + 0x100, 20, kNext | kWrite, 0});
    driver_.describe(0, {kData + 0x200, 30, kWrite, 0});
    const auto chain = read(2);
    ASSERT_TRUE(chain.has_value());
    EXPECT_EQ(chain->head, 2U);
    EXPECT_THAT(chain->readable, ElementsAre(Buffer{PhysAddr{kData}, 10}));
    EXPECT_THAT(chain->writable,
                ElementsAre(Buffer{PhysAddr{kData + 0x100}, 20}, Buffer{PhysAddr{kData + 0x200}, 30}));
    EXPECT_EQ(chain->readable_bytes, 10U);
    EXPECT_EQ(chain->writable_bytes, 50U);
}

TEST_F(ChainTest, AReadableBufferBehindAWritableOneIsRefused) {
    driver_.describe(0, {kData, 10, kNext | kWrite, 1});
    driver_.describe(1, {kData, 10, 0, 0});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, IndicesBeyondTheTableAreRefused) {
    EXPECT_FALSE(read(kQueueSize).has_value());
    driver_.describe(0, {kData, 10, kNext, kQueueSize});
    EXPECT_FALSE(read(0).has_value());
    driver_.describe(0, {kData, 10, kNext, 0xffff});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, LoopsAreRefused) {
    driver_.describe(0, {kData, 1, kNext, 1});
    driver_.describe(1, {kData, 1, kNext, 0});
    EXPECT_FALSE(read(0).has_value());
    driver_.describe(0, {kData, 0, kNext, 0});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, AChainMayHaveAsManyDescriptorsAsTheQueue) {
    for (std::uint16_t i = 0; i < kQueueSize; ++i) {
        const bool last = i + 1 == kQueueSize;
        driver_.describe(i,
                         {kData + i, 1, last ? std::uint16_t{0} : kNext, static_cast<std::uint16_t>(i + 1)});
    }
    const auto chain = read(0);
    ASSERT_TRUE(chain.has_value());
    EXPECT_EQ(chain->readable.size(), kQueueSize);
}

TEST_F(ChainTest, BytesOutsideTheRamAreRefused) {
    constexpr std::uint64_t kEnd = raw(kTestRam) + kTestRamSize;
    driver_.describe(0, {kEnd - 1, 1, 0, 0});
    EXPECT_TRUE(read(0).has_value());
    for (const std::uint64_t address :
         {kEnd, kEnd - 9, raw(kTestRam) - 1, std::uint64_t{0}, ~std::uint64_t{0}}) {
        driver_.describe(0, {address, 10, 0, 0});
        EXPECT_FALSE(read(0).has_value()) << address;
    }
}

TEST_F(ChainTest, LengthsThatAddUpToMoreThan32BitsAreRefused) {
    auto large = mem::GuestRam::create(PhysAddr{0}, std::uint64_t{3} << 30);
    ASSERT_TRUE(large.has_value());
    ASSERT_TRUE(large
                    ->write<std::uint64_t>(PhysAddr{8},
                                           0x8000'0000U | std::uint64_t{kNext} << 32 | std::uint64_t{1} << 48)
                    .has_value());
    ASSERT_TRUE(large->write<std::uint64_t>(PhysAddr{24}, 0x7fff'ffffU).has_value());
    EXPECT_EQ(read_chain(*large, {PhysAddr{0}, 2}, 0, Indirection::refused)->readable_bytes, 0xffff'ffffU);
    ASSERT_TRUE(large->write<std::uint64_t>(PhysAddr{24}, 0x8000'0000U).has_value());
    EXPECT_FALSE(read_chain(*large, {PhysAddr{0}, 2}, 0, Indirection::refused).has_value());
}

TEST_F(ChainTest, EmptyBuffersAreLeftOutWhereverTheyPoint) {
    driver_.describe(0, {0, 0, kNext, 1});
    driver_.describe(1, {kData, 4, kWrite, 0});
    const auto chain = read(0);
    ASSERT_TRUE(chain.has_value());
    EXPECT_THAT(chain->readable, IsEmpty());
    EXPECT_EQ(chain->writable_bytes, 4U);
}

TEST_F(ChainTest, AnIndirectTableIsFollowed) {
    describe_indirect(3, 4);
    const auto chain = read(3);
    ASSERT_TRUE(chain.has_value());
    EXPECT_EQ(chain->head, 3U);
    EXPECT_EQ(chain->readable.size(), 4U);
}

TEST_F(ChainTest, AnIndirectTableMayEndAChainThatBeganOutsideIt) {
    describe_indirect(1, 2);
    driver_.describe(0, {kData, 16, kNext, 1});
    const auto chain = read(0);
    ASSERT_TRUE(chain.has_value());
    EXPECT_EQ(chain->readable_bytes, 18U);
}

TEST_F(ChainTest, IndirectTablesAreRefusedUnlessAgreedOn) {
    describe_indirect(0, 1);
    EXPECT_FALSE(read(0, Indirection::refused).has_value());
}

TEST_F(ChainTest, AnIndirectTableLargerThanTheQueueIsRefused) {
    describe_indirect(0, kQueueSize);
    EXPECT_TRUE(read(0).has_value());
    describe_indirect(0, kQueueSize + 1);
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, DescriptorsOutsideAndInsideAnIndirectTableAreCountedTogether) {
    describe_indirect(1, kQueueSize);
    driver_.describe(0, {kData, 1, kNext, 1});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, NestedIndirectTablesAreRefused) {
    driver_.describe(0, {kData, 16, kIndirect, 0});
    driver_.describe_at(kData, {kData, 16, kIndirect, 0});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, ADescriptorBehindAnIndirectOneIsRefused) {
    describe_indirect(0, 1);
    const auto table = driver_.at<std::uint64_t>(driver_.rings().descriptors);
    driver_.describe(0, {table, 16, kIndirect | kNext, 1});
    driver_.describe(1, {kData, 1, 0, 0});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, IndirectTablesOfBrokenLengthsOrOutsideTheRamAreRefused) {
    describe_indirect(0, 1);
    const auto table = driver_.at<std::uint64_t>(driver_.rings().descriptors);
    for (const std::uint32_t length : {0U, 8U, 17U, 0xfffffff0U}) {
        driver_.describe(0, {table, length, kIndirect, 0});
        EXPECT_FALSE(read(0).has_value()) << length;
    }
    driver_.describe(0, {raw(kTestRam) + kTestRamSize - 8, 16, kIndirect, 0});
    EXPECT_FALSE(read(0).has_value());
}

TEST_F(ChainTest, IndicesInAnIndirectTableAreBoundByIt) {
    describe_indirect(0, 2);
    const auto table = driver_.at<std::uint64_t>(driver_.rings().descriptors);
    driver_.describe_at(table, {kData, 1, kNext, 2});
    EXPECT_FALSE(read(0).has_value());
}

class Copies : public ChainTest {
  protected:
    std::vector<Buffer> buffers_ = {{PhysAddr{kData}, 3}, {PhysAddr{kData + 0x100}, 4}};
};

TEST_F(Copies, GatherJoinsBuffersFromAnOffsetOn) {
    driver_.put<std::uint32_t>(kData, 0x00'03'02'01);
    driver_.put<std::uint32_t>(kData + 0x100, 0x07'06'05'04);
    std::array<std::byte, 4> bytes;
    EXPECT_EQ(gather(ram_, buffers_, 1, bytes), 4U);
    EXPECT_THAT(bytes, ElementsAre(std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}));
}

TEST_F(Copies, GatherEndsWhereTheBuffersEnd) {
    std::array<std::byte, 16> bytes;
    EXPECT_EQ(gather(ram_, buffers_, 0, bytes), 7U);
    EXPECT_EQ(gather(ram_, buffers_, 6, bytes), 1U);
    EXPECT_EQ(gather(ram_, buffers_, 7, bytes), 0U);
    EXPECT_EQ(gather(ram_, buffers_, ~std::uint64_t{0}, bytes), 0U);
}

TEST_F(Copies, ScatterFillsBuffersFromAnOffsetOnAndNothingBeside) {
    const std::array<std::byte, 9> ones = {std::byte{1}, std::byte{1}, std::byte{1},
                                           std::byte{1}, std::byte{1}, std::byte{1},
                                           std::byte{1}, std::byte{1}, std::byte{1}};
    EXPECT_EQ(scatter(ram_, buffers_, 2, ones), 5U);
    EXPECT_EQ(driver_.at<std::uint32_t>(kData), 0x00'01'00'00U);
    EXPECT_EQ(driver_.at<std::uint64_t>(kData + 0x100), 0x01010101U);
}

TEST_F(Copies, ScatterIntoDecodedCodeIsNoticed) {
    ram_.mark_code(PhysAddr{kData}, 4);
    const auto generation = ram_.code_generation();
    const std::array<std::byte, 1> byte{};
    scatter(ram_, buffers_, 0, byte);
    EXPECT_NE(ram_.code_generation(), generation);
}

}  // namespace
}  // namespace vm::devices::virtio
