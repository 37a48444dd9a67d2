#include "vm/cli/engine_options.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

EngineOptions parse(const std::string& line) {
    EngineOptions options;
    CLI::App app;
    declare_engine(app, options);
    app.parse(line);
    return options;
}

TEST(EngineOptions, OfTheCompilerReachIt) {
    const auto options =
        native_options(parse("--engine jit --jit-threshold 7 --opt-level 2"), GuestKind::machine).value();
    ASSERT_TRUE(options.has_value());
    EXPECT_EQ(options->threshold, 7);
    EXPECT_EQ(options->tier.level, 2u);
}

TEST(EngineOptions, AnInterpretedGuestHasNoneOfTheCompiler) {
    EXPECT_FALSE(native_options(parse("--engine interp"), GuestKind::program).value().has_value());
    for (const char* flag : {"--jit-threshold 7", "--opt-level 0"}) {
        const auto refused =
            native_options(parse(std::string("--engine interp ") + flag), GuestKind::program);
        ASSERT_FALSE(refused.has_value());
        EXPECT_THAT(refused.error().message, HasSubstr("is an option of --engine jit"));
    }
}

TEST(EngineOptions, AreHandedOnAsTheyWereGiven) {
    EXPECT_THAT(engine_flags(parse("")), ElementsAre("--engine", "auto"));
    EXPECT_THAT(engine_flags(parse("--engine jit --opt-level 2 --jit-threshold 7")),
                ElementsAre("--engine", "jit", "--jit-threshold", "7", "--opt-level", "2"));
}

TEST(EngineOptions, ALevelThatThereIsNotIsRefused) {
    EXPECT_THROW(parse("--opt-level 3"), CLI::ValidationError);
}

}  // namespace
}  // namespace vm::cli
