#include "suites/volatile_vs_plain/passes.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace suites::volatile_vs_plain {
namespace {

template <class Way>
class Passes : public ::testing::Test {};

using Ways = ::testing::Types<Plain, Volatile, Atomic>;
TYPED_TEST_SUITE(Passes, Ways);

TYPED_TEST(Passes, SumWrapsInTheElementType) {
    const std::vector<std::uint8_t> elements = {200, 100, 7};
    EXPECT_EQ((sum<TypeParam, std::uint8_t>(elements)), 51);
}

TYPED_TEST(Passes, FillWritesEveryElement) {
    std::vector<std::uint32_t> elements(5, 1);
    fill<TypeParam, std::uint32_t>(elements, 9U);
    EXPECT_EQ(elements, std::vector<std::uint32_t>(5, 9));
}

TYPED_TEST(Passes, AddUpdatesEveryElement) {
    std::vector<std::uint64_t> elements = {1, 2, 3};
    add<TypeParam, std::uint64_t>(elements, std::uint64_t{10});
    EXPECT_EQ(elements, (std::vector<std::uint64_t>{11, 12, 13}));
}

}  // namespace
}  // namespace suites::volatile_vs_plain
