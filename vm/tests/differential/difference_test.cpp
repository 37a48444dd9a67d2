#include "vm/tests/differential/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::tests {
namespace {

using ::testing::HasSubstr;
namespace program_data = guest::riscv::program_data;

// The oracle on both sides, and one that garbles or loses what it writes: no virtual machine is needed to see
// whether differences are found.
constexpr const char* kOracle = "qemu-riscv64";

std::string garbled(int offset) {
    return fmt::format("sh -c '{} \"$0\" | sed -b \"s/^/x/\" | tail -c +{} | head -c {}'", kOracle, offset,
                       program_data::kSize);
}

TEST(FirstDifference, NamesTheRegister) {
    std::vector<std::byte> a(program_data::kSize);
    std::vector<std::byte> b = a;
    EXPECT_EQ(first_difference(a, b), std::nullopt);
    b[program_data::kFcsr] = std::byte{1};
    EXPECT_EQ(first_difference(a, b), "fcsr: vm 0000000000000000, qemu 0000000000000001");
    b[program_data::kFloats + 80] = std::byte{2};
    EXPECT_EQ(first_difference(a, b), "fa0: vm 0000000000000000, qemu 0000000000000002");
    b[program_data::kIntegers + 16] = std::byte{3};
    EXPECT_EQ(first_difference(a, b), "sp: vm 0000000000000000, qemu 0000000000000003");
}

TEST(DifferingPrograms, NoneWhenBothEnginesAreTheOracle) {
    const auto numbers =
        differing_programs({.vm = kOracle, .qemu = kOracle}, {.seed = 1, .first = 0, .count = 20});
    ASSERT_TRUE(numbers.has_value()) << numbers.error().message;
    EXPECT_TRUE(numbers->empty());
}

TEST(DifferingPrograms, AllWhenOneEngineFails) {
    const auto numbers =
        differing_programs({.vm = "false", .qemu = kOracle}, {.seed = 1, .first = 4, .count = 2});
    ASSERT_TRUE(numbers.has_value()) << numbers.error().message;
    EXPECT_EQ(*numbers, (std::vector<std::uint64_t>{4, 5}));
}

TEST(DescribeDifference, SaysWhatDiffersAndHowToFindItAgain) {
    const auto text = describe_difference({.vm = garbled(1), .qemu = kOracle}, 1, 7);
    ASSERT_TRUE(text.has_value()) << text.error().message;
    EXPECT_THAT(*text, HasSubstr("seed 1 program 7, after item 0: "));
}

TEST(DescribeDifference, ReportsADifferenceThatIsGone) {
    EXPECT_FALSE(describe_difference({.vm = kOracle, .qemu = kOracle}, 1, 7).has_value());
}

}  // namespace
}  // namespace vm::tests
