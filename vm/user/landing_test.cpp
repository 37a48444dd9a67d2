#include "vm/user/landing.h"

#include <cstring>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

using mem::kPageSize;
using mem::PhysAddr;

class LandingTest : public KernelTest {
  protected:
    static constexpr std::uint64_t kCode = 0x30'0000;  // can be written and executed

    LandingTest() {
        memory_.ram().protect_code_in_host();
        process_.several = true;
        EXPECT_TRUE(memory_.map({.address = kCode,
                                 .length = 1024 * kPageSize,
                                 .permissions = mem::page::kPermissions,
                                 .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                 .placement = Placement::fixed}));
    }

    std::span<std::byte> at(std::uint64_t address, std::uint64_t length) {
        return memory_.writable(address, length).value();
    }
    void decode(std::uint64_t address) {
        const std::uint64_t generation = memory_.ram().code_generation();
        memory_.ram().mark_code(PhysAddr{address}, 4);
        ASSERT_EQ(memory_.ram().protect_code(PhysAddr{address}, generation), mem::GuestRam::Closing::done);
    }
};

TEST_F(LandingTest, DataIsWrittenWhereItLies) {
    Landing landing(kernel_, at(kData, 8));
    EXPECT_FALSE(landing.is_aside());
    EXPECT_EQ(landing.bytes().data(), at(kData, 8).data());
    EXPECT_EQ(landing.land(8), 0);
}

TEST_F(LandingTest, OfOneThreadAloneCodeIsToo) {
    process_.several = false;
    EXPECT_FALSE(Landing(kernel_, at(kCode, 8)).is_aside());
}

TEST_F(LandingTest, WhatOthersMayDecodeIsWrittenAsideAndLandsThoughTheyDid) {
    std::memcpy(at(kCode, 8).data(), "01234567", 8);
    Landing landing(kernel_, at(kCode, 8));
    ASSERT_TRUE(landing.is_aside());
    EXPECT_EQ(std::memcmp(landing.bytes().data(), "01234567", 8), 0);
    decode(kCode);
    const std::uint64_t generation = memory_.ram().code_generation();
    std::memcpy(landing.bytes().data(), "abcd", 4);
    EXPECT_EQ(landing.land(3), 0);
    EXPECT_EQ(text_at(kCode, 8), "abc34567");
    EXPECT_NE(memory_.ram().code_generation(), generation);
}

TEST_F(LandingTest, NothingLandsInMemoryThatIsGone) {
    Landing landing(kernel_, at(kCode, 8));
    EXPECT_EQ(memory_.unmap(kCode, kPageSize), 0);
    EXPECT_EQ(landing.land(0), 0);
    EXPECT_EQ(landing.land(1), -EFAULT);
}

TEST_F(LandingTest, NotMoreThanTheMostIsKeptAside) {
    EXPECT_EQ(Landing(kernel_, at(kCode, 1024 * kPageSize)).bytes().size(), Landing::kMostAside);
}

TEST_F(LandingTest, ReadsArriveInCodeThatIsDecodedMeanwhile) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ASSERT_EQ(::write(ends[1], "abcdefgh", 8), 8);
    EXPECT_EQ(call(sys::read, ends[0], kCode, 3), 3);
    const std::array<std::uint64_t, 4> vectors = {kCode + 3, 2, kData + 4096, 9};
    std::memcpy(at(kData, sizeof vectors).data(), vectors.data(), sizeof vectors);
    EXPECT_EQ(call(sys::readv, ends[0], kData, 2), 5);
    EXPECT_EQ(text_at(kCode, 5), "abcde");
    EXPECT_EQ(text_at(kData + 4096, 3), "fgh");
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace vm::user
