#include "vm/cli/observe_options.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ObserveOptions parse(const std::string& line) {
    ObserveOptions options;
    CLI::App app;
    declare_observe(app, options);
    app.parse(line);
    return options;
}

void nowhere(const std::string&) {}

// What is refused where the guest is compiled, or interpreted.
std::string refusal(const std::string& line, std::optional<native::Options> native) {
    const auto observed = observe(parse(line), native, nowhere);
    return observed ? "" : observed.error().message;
}

TEST(ObserveOptions, TellTheCompilerWhoObserves) {
    std::optional<native::Options> native(std::in_place);
    const auto observation = observe(parse("--dump ir"), native, nowhere);
    ASSERT_TRUE(observation.has_value());
    ASSERT_NE(*observation, nullptr);
    EXPECT_EQ(native->code.observer, observation->get());
}

TEST(ObserveOptions, NobodyObservesUnasked) {
    std::optional<native::Options> native(std::in_place);
    EXPECT_EQ(observe(parse(""), native, nowhere).value(), nullptr);
    EXPECT_EQ(native->code.observer, nullptr);
}

TEST(ObserveOptions, BlocksCountForStatisticsAlone) {
    std::optional<native::Options> native(std::in_place);
    EXPECT_NE(observe(parse("--stats"), native, nowhere).value()->counter(0x1000), nullptr);
    EXPECT_EQ(observe(parse("--perf-map"), native, nowhere).value()->counter(0x1000), nullptr);
}

TEST(ObserveOptions, KindsAndAddressesMayBeListedOrGivenAgain) {
    EXPECT_THAT(parse("--dump ir,asm").dump, ElementsAre("ir", "asm"));
    EXPECT_THAT(parse("--dump ir --dump asm").dump, ElementsAre("ir", "asm"));
    EXPECT_THAT(parse("--dump ir --pc 0x10,20 --pc 0x30").addresses, ElementsAre(0x10, 20, 0x30));
}

TEST(ObserveOptions, WhatIsNoKindOrNoAddressIsRefused) {
    EXPECT_THROW(parse("--dump all"), CLI::ValidationError);
    for (const std::string text : {"main", "-1", "0x", "0x10000000000000000", "10g"}) {
        EXPECT_THROW(parse("--dump ir --pc " + text), CLI::ValidationError) << text;
    }
    EXPECT_THROW(parse("--pc 0x10"), CLI::RequiresError);
    EXPECT_THROW(parse("--dump-file x"), CLI::RequiresError);
    ObserveOptions options;
    CLI::App app;
    declare_observe(app, options);
    EXPECT_THROW(app.parse(std::vector<std::string>{"", "--dump-file", "ir", "--dump"}),
                 CLI::ValidationError);
}

TEST(ObserveOptions, AnInterpretedGuestHasNoCompiledCodeToShow) {
    for (const char* flag : {"--dump ir", "--perf-map", "--gdb-jit"}) {
        EXPECT_THAT(refusal(flag, std::nullopt),
                    HasSubstr("is about compiled code, and this guest is interpreted"));
        EXPECT_EQ(refusal(flag, native::Options{}), "");
    }
    EXPECT_EQ(refusal("--stats", std::nullopt), "");
}

TEST(ObserveOptions, AFileThatCannotBeWrittenIsRefused) {
    EXPECT_EQ(refusal("--dump ir --dump-file /nonexistent/x", native::Options{}),
              "cannot write '/nonexistent/x': No such file or directory");
}

TEST(ObserveOptions, AreHandedOnButForTheStatistics) {
    EXPECT_THAT(observe_flags(parse("--stats")), IsEmpty());
    EXPECT_THAT(observe_flags(parse("--dump ir,asm --pc 16 --dump-file /tmp/x --perf-map --gdb-jit")),
                ElementsAre("--dump", "ir", "--dump", "asm", "--pc", "0x10", "--dump-file", "/tmp/x",
                            "--perf-map", "--gdb-jit"));
}

}  // namespace
}  // namespace vm::cli
