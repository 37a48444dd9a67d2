#include "suites/bulk_reads/window.h"

#include <cstring>
#include <set>

#include <gtest/gtest.h>

namespace suites::bulk_reads {
namespace {

TEST(Window, EveryRequestFitsTheMemoryAndAddressesMove) {
    for (const std::uint64_t size : {16U, 4096U, 65536U, 4U << 20}) {
        Window window(size);
        std::set<std::uint64_t> offsets;
        std::uint64_t offset = 0;
        for (int i = 0; i < 256; ++i, offset = window.next(offset)) {
            EXPECT_TRUE(window.ram().contains(Window::kBase + offset, size));
            offsets.insert(offset);
        }
        EXPECT_EQ(offsets.size(), 256U);
    }
}

TEST(Window, ACopyIsRightOnlyWhenEveryWordArrived) {
    Window window(4096);
    window.prepare(Way::from_guest);
    EXPECT_EQ(window.first_wrong_word(Way::from_guest, 4160), 0U);
    std::memcpy(window.buffer().data(), window.ram().host(Window::kBase + 4160), 4096);
    EXPECT_EQ(window.first_wrong_word(Way::from_guest, 4160), 512U);
    window.buffer()[4095] ^= std::byte{1};
    EXPECT_EQ(window.first_wrong_word(Way::from_guest, 4160), 511U);
}

TEST(Window, BytesOfAnotherPlaceAreWrong) {
    Window window(64);
    window.prepare(Way::from_guest);
    std::memcpy(window.buffer().data(), window.ram().host(Window::kBase), 64);
    EXPECT_EQ(window.first_wrong_word(Way::from_guest, 64), 0U);
}

TEST(Window, TheOtherWayIsCheckedInGuestMemory) {
    Window window(64);
    window.prepare(Way::from_guest);
    window.prepare(Way::to_guest);
    EXPECT_EQ(window.first_wrong_word(Way::to_guest, 128), 0U);
    std::memcpy(window.ram().host(Window::kBase + 128), window.buffer().data(), 64);
    EXPECT_EQ(window.first_wrong_word(Way::to_guest, 128), 8U);
}

}  // namespace
}  // namespace suites::bulk_reads
