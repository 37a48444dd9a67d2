#include "harness/store/uuid.h"

#include <utility>

#include <gtest/gtest.h>

namespace harness::store {
namespace {

TEST(Uuid, MarksItsVersionAndVariant) {
    EXPECT_EQ(make_uuid([] { return std::uint64_t{0}; }), "00000000-0000-4000-8000-000000000000");
    EXPECT_EQ(make_uuid([] { return ~std::uint64_t{0}; }), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(Uuid, KeepsTheRandomBits) {
    std::uint64_t next = 0x0123'4567'89ab'cdef;
    const auto random = [&] { return std::exchange(next, 0x0fed'cba9'8765'4321); };
    EXPECT_EQ(make_uuid(random), "01234567-89ab-4def-8fed-cba987654321");
}

TEST(Uuid, OfTheSystemDiffer) { EXPECT_NE(make_uuid(system_random()), make_uuid(system_random())); }

TEST(IsUuid, AcceptsWhatMakeUuidMakes) { EXPECT_TRUE(is_uuid(make_uuid(system_random()))); }

TEST(IsUuid, RefusesOtherText) {
    EXPECT_FALSE(is_uuid(""));
    EXPECT_FALSE(is_uuid("01234567-89ab-4def-8fed-cba98765432"));
    EXPECT_FALSE(is_uuid("01234567-89AB-4def-8fed-cba987654321"));
    EXPECT_FALSE(is_uuid("0123456789ab-4def-8fed-cba9876543210"));
    EXPECT_FALSE(is_uuid("01234567-89ab-4def-8fed-cba98765432'"));
}

}  // namespace
}  // namespace harness::store
