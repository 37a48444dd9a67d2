#include "vm/user/initial_stack.h"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::user {
namespace {

class InitialStack : public ::testing::Test {
  protected:
    std::uint64_t word(std::uint64_t index) { return memory_.get<std::uint64_t>(stack_ + 8 * index).value(); }
    std::string text(std::uint64_t index) { return memory_.string(word(index)).value(); }

    void build(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
        StackContents contents{
            .program = {.entry = 0x1'1000, .program_headers = 0x1'0040, .program_header_count = 3},
            .interpreter_base = 0x20'0000,
            .path = "prog/ram",
            .arguments = arguments,
            .environment = environment};
        contents.random[15] = std::byte{0x77};
        const auto stack = build_initial_stack(memory_, contents);
        ASSERT_TRUE(stack) << stack.error().message;
        stack_ = *stack;
    }

    AddressSpace memory_ = *AddressSpace::create();
    std::uint64_t stack_ = 0;
};

TEST_F(InitialStack, HoldsArgumentsAndEnvironmentInOrder) {
    build({"program", "one", ""}, {"A=1", "B=2"});
    EXPECT_EQ(stack_ % 16, 0U);
    EXPECT_EQ(word(0), 3U);
    EXPECT_EQ(text(1), "program");
    EXPECT_EQ(text(2), "one");
    EXPECT_EQ(text(3), "");
    EXPECT_EQ(word(4), 0U);
    EXPECT_EQ(text(5), "A=1");
    EXPECT_EQ(text(6), "B=2");
    EXPECT_EQ(word(7), 0U);
}

TEST_F(InitialStack, EndsInTheAuxiliaryVector) {
    build({"p"}, {});
    std::map<std::uint64_t, std::uint64_t> entries;
    std::uint64_t at = 4;
    for (; word(at) != 0; at += 2) {
        entries[word(at)] = word(at + 1);
    }
    EXPECT_EQ(entries[3], 0x1'0040U);
    EXPECT_EQ(entries[4], 56U);
    EXPECT_EQ(entries[5], 3U);
    EXPECT_EQ(entries[6], 4096U);
    EXPECT_EQ(entries[9], 0x1'1000U);
    EXPECT_EQ(entries[7], 0x20'0000U);
    EXPECT_EQ(entries[16], 0x112dU);
    EXPECT_EQ(memory_.string(entries[31]).value(), "prog/ram");
    EXPECT_EQ(memory_.get<std::uint8_t>(entries[25] + 15).value(), 0x77U);
    EXPECT_EQ(entries.count(33), 0U);  // AT_SYSINFO_EHDR: there is no vDSO
}

TEST_F(InitialStack, ItsAuxiliaryVectorIsFoundAgain) {
    const std::vector<std::string> arguments{"p", "q"};
    const std::vector<std::string> environment{"A=1"};
    build(arguments, environment);
    const auto bytes =
        auxiliary_vector_of(memory_, stack_, {.arguments = arguments, .environment = environment});
    const auto on_stack = memory_.readable(stack_ + 8 * 6, bytes.size()).value();
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), on_stack.begin()));
    EXPECT_EQ(bytes.size(), 17U * 16);
}

TEST_F(InitialStack, IsAlignedWhateverTheNumberOfStrings) {
    build({"p", "q"}, {});
    EXPECT_EQ(stack_ % 16, 0U);
    EXPECT_EQ(word(0), 2U);
}

TEST_F(InitialStack, RefusesArgumentsThatDoNotFit) {
    const std::vector<std::string> arguments(3, std::string(1 << 20, 'a'));
    const auto stack = build_initial_stack(memory_, {.path = "p", .arguments = arguments});
    ASSERT_FALSE(stack);
    EXPECT_THAT(stack.error().message,
                ::testing::HasSubstr("arguments and environment take more than 2097152 bytes"));
}

}  // namespace
}  // namespace vm::user
