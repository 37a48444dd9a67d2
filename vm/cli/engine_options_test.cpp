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
    declare_trust(app, options);
    app.parse(line);
    return options;
}

TEST(EngineOptions, OfTheCompilerReachIt) {
    const auto options = native_options(parse("--engine jit --jit-threshold 7 --opt-level 2 --code-cache 1M"),
                                        GuestKind::machine)
                             .value();
    ASSERT_TRUE(options.has_value());
    EXPECT_EQ(options->code.code_bytes, std::size_t{1} << 20);
    EXPECT_EQ(options->threshold, 7);
    EXPECT_EQ(options->code.level, 2u);
}

TEST(EngineOptions, AProgramThatIsOverAtOnceIsNotCompiled) {
    const auto begins_after = [](const std::string& line) {
        return native_options(parse(line), GuestKind::program).value()->code.begin_after;
    };
    EXPECT_GE(begins_after("--engine jit"), 100'000u);
    EXPECT_LT(begins_after("--engine jit"), 1'000'000u);
    EXPECT_EQ(begins_after("--engine jit --jit-threshold 1"), 0u);  // as is said
    EXPECT_EQ(begins_after("--engine jit --audit"), 0u);            // or nothing would be audited
}

TEST(EngineOptions, AProgramIsTrustedOnlyWhereThatIsSaid) {
    const auto trusts = [](const std::string& line) {
        return native_options(parse(line), GuestKind::program).value()->trusts_program;
    };
    EXPECT_FALSE(trusts("--engine jit"));
    EXPECT_TRUE(trusts("--engine jit --trust-guest"));
}

TEST(EngineOptions, AThresholdThatIsNoneNamesItsLimits) {
    for (const std::string text : {"-1", "65536", "x", "1.5"}) {
        try {
            parse("--jit-threshold=" + text);
            ADD_FAILURE() << text;
        } catch (const CLI::ValidationError& error) {
            EXPECT_THAT(error.what(), HasSubstr("'" + text + "' is not a number from 0 to 65535"));
        }
    }
}

TEST(EngineOptions, AnInterpretedGuestHasNoneOfTheCompiler) {
    EXPECT_FALSE(native_options(parse("--engine interp"), GuestKind::program).value().has_value());
    for (const char* flag : {"--jit-threshold 7", "--opt-level 0", "--code-cache 1M", "--trust-guest"}) {
        const auto refused =
            native_options(parse(std::string("--engine interp ") + flag), GuestKind::program);
        ASSERT_FALSE(refused.has_value());
        EXPECT_THAT(refused.error().message, HasSubstr("is an option of --engine jit"));
    }
}

TEST(EngineOptions, AnAuditNeedsTheCompiler) {
    EXPECT_FALSE(parse("").audit);
    EXPECT_TRUE(parse("--audit").audit);
    EXPECT_TRUE(native_options(parse("--engine jit --audit"), GuestKind::machine).value().has_value());
    EXPECT_EQ(native_options(parse("--engine interp --audit"), GuestKind::machine).error().message,
              "--audit is an option of --engine jit");
    EXPECT_TRUE(check_interpreted(parse("--audit"), "").has_value());
    EXPECT_TRUE(check_interpreted(parse(""), "--trace").has_value());
    EXPECT_EQ(check_interpreted(parse("--audit"), "--trace").error().message,
              "--audit is about compiled code, and with --trace guests are interpreted");
}

TEST(EngineOptions, WhoIsInterpretedForAnotherOptionHasNoneOfTheCompiler) {
    for (const std::string flag : {"--jit-threshold", "--opt-level", "--code-cache"}) {
        EXPECT_EQ(check_interpreted(parse(flag + " 1"), "--gdb").error().message,
                  flag + " is about compiled code, and with --gdb guests are interpreted");
    }
    EXPECT_FALSE(check_interpreted(parse("--trust-guest"), "--trace").has_value());
    EXPECT_TRUE(check_interpreted(parse("--engine jit"), "--trace").has_value());
    EXPECT_EQ(interpreted_text(parse("--engine jit"), "--trace"), "with --trace guests are interpreted");
    EXPECT_EQ(interpreted_text(parse("--engine jit"), ""), "");
    EXPECT_EQ(interpreted_text(parse(""), "--trace"), "");
}

TEST(EngineOptions, AnAuditSpeaksOfDifferencesAndWhenStatisticsAreAskedFor) {
    native::Audit audit{.blocks = 2, .instructions = 7, .passed_over = 1, .difference = {}};
    EXPECT_EQ(audit_text(audit, false), "");
    EXPECT_EQ(audit_text(audit, true), "vm: " + audit.summary() + "\n");
    audit.difference = "report\n";
    EXPECT_EQ(audit_text(audit, false), "vm: report\nvm: " + audit.summary() + "\n");
}

TEST(EngineOptions, AreHandedOnAsTheyWereGiven) {
    EXPECT_THAT(engine_flags(parse("")), ElementsAre("--engine", "auto"));
    EXPECT_THAT(
        engine_flags(parse("--engine jit --code-cache 2M --opt-level 2 --jit-threshold 7")),
        ElementsAre("--engine", "jit", "--jit-threshold", "7", "--opt-level", "2", "--code-cache", "2M"));
    EXPECT_THAT(engine_flags(parse("--audit --trust-guest")),
                ElementsAre("--engine", "auto", "--audit", "--trust-guest"));
}

TEST(EngineOptions, ALevelThatThereIsNotIsRefused) {
    EXPECT_THROW(parse("--opt-level 3"), CLI::ValidationError);
}

TEST(EngineOptions, ACodeCacheThatIsNoneIsRefused) {
    for (const char* size : {"64K", "2G", "1.5M", "much"}) {
        const auto refused =
            native_options(parse(std::string("--engine jit --code-cache ") + size), GuestKind::program);
        ASSERT_FALSE(refused.has_value()) << size;
        EXPECT_THAT(refused.error().message, HasSubstr("--code-cache")) << size;
    }
}

}  // namespace
}  // namespace vm::cli
