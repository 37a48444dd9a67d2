#include "vm/mem/host_access.h"

#include <array>
#include <cstdint>
#include <type_traits>

#include <gtest/gtest.h>

namespace vm::mem {
namespace {

template <class T>
class HostAccess : public ::testing::Test {};

using Widths = ::testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(HostAccess, Widths);

TYPED_TEST(HostAccess, LoadsAreLittleEndianAtEveryAlignment) {
    alignas(8) std::array<std::byte, 16> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>(0x10 + i);
    }
    for (std::size_t offset = 0; offset < 8; ++offset) {
        TypeParam expected = 0;
        for (std::size_t i = 0; i < sizeof(TypeParam); ++i) {
            expected = static_cast<TypeParam>(expected | static_cast<TypeParam>(0x10 + offset + i) << 8 * i);
        }
        EXPECT_EQ(host_load<TypeParam>(bytes.data() + offset), expected) << offset;
    }
}

TYPED_TEST(HostAccess, StoresChangeTheirOwnBytesAlone) {
    for (std::size_t offset = 1; offset < 8; ++offset) {
        alignas(8) std::array<std::byte, 17> bytes{};
        host_store<TypeParam>(bytes.data() + offset, static_cast<TypeParam>(~std::uint64_t{0}));
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const bool inside = i >= offset and i < offset + sizeof(TypeParam);
            EXPECT_EQ(bytes[i], inside ? std::byte{0xff} : std::byte{0}) << offset << " " << i;
        }
    }
}

}  // namespace
}  // namespace vm::mem
