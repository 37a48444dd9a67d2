#include "vm/jit/x64/unwind.h"

#include <cstring>

#include <gtest/gtest.h>

namespace vm::jit::x64 {
namespace {

template <class T>
T at(const std::vector<std::byte>& bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

TEST(Unwind, SaysForWhichCodeItHolds) {
    const auto section = unwind_section(0x7f0000001000, 26);
    const std::size_t entry = 4 + at<std::uint32_t>(section, 0);
    EXPECT_EQ(entry % 8, 0u);
    EXPECT_EQ(at<std::uint32_t>(section, 4), 0xffff'ffffu);
    EXPECT_EQ(at<std::uint32_t>(section, entry + 4), 0u);
    EXPECT_EQ(at<std::uint64_t>(section, entry + 8), 0x7f0000001000u);
    EXPECT_EQ(at<std::uint64_t>(section, entry + 16), 26u);
    EXPECT_EQ(entry + 4 + at<std::uint32_t>(section, entry), section.size());
}

TEST(Unwind, FindsTheReturnAddressAboveTheFrameAndTheRegistersSaved) {
    const auto section = unwind_section(0, 1);
    constexpr std::size_t kRules = 13;
    EXPECT_EQ(at<std::uint8_t>(section, kRules), 0x0c);  // DW_CFA_def_cfa
    EXPECT_EQ(at<std::uint8_t>(section, kRules + 1), 7);
    const std::size_t distance =
        (at<std::uint8_t>(section, kRules + 2) & 0x7fU) + 128U * at<std::uint8_t>(section, kRules + 3);
    EXPECT_EQ(distance, sizeof(NativeFrame) + 8 + 6 * 8 + 8);
    EXPECT_EQ(at<std::uint16_t>(section, kRules + 4), 0x0190);  // the return address lies highest
    EXPECT_EQ(at<std::uint16_t>(section, kRules + 6), 0x0283);  // then rbx
    EXPECT_EQ(at<std::uint16_t>(section, kRules + 8), 0x0386);  // and rbp, which is 6 in DWARF
}

}  // namespace
}  // namespace vm::jit::x64
