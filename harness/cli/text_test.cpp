#include "harness/cli/text.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;

TEST(ParseDuration, ReadsEachUnit) {
    EXPECT_EQ(parse_duration("500ms").value(), milliseconds(500));
    EXPECT_EQ(parse_duration("90s").value(), std::chrono::seconds(90));
    EXPECT_EQ(parse_duration("4m").value(), minutes(4));
    EXPECT_EQ(parse_duration("1.5h").value(), minutes(90));
}

TEST(ParseDuration, RefusesAnythingElse) {
    for (const char* text :
         {"", "4", "m", "4 m", "4min", "x4m", "0s", "-4m", "nan s", "nans", "infs", "1e9h", "0.1ms"}) {
        EXPECT_FALSE(parse_duration(text).has_value()) << text;
    }
}

TEST(DateText, IsUtc) { EXPECT_EQ(date_text(1'700'000'000'500'000'000), "2023-11-14 22:13:20"); }

TEST(CommandLineText, CanBeTypedAgain) {
    const char* const arguments[] = {"/x/vmbench", "run", "--filter=a|b", "it's", ""};
    EXPECT_EQ(command_line_text(5, arguments), R"(vmbench run '--filter=a|b' 'it'\''s' '')");
}

TEST(Aligned, PadsColumnsButNotTheEnd) {
    EXPECT_EQ(aligned({{"a", "b"}, {"long", ""}, {"x", "y", "z"}}), "a     b\nlong\nx     y  z\n");
}

TEST(Counted, KnowsOneFromMany) {
    EXPECT_EQ(counted(1, "run"), "1 run");
    EXPECT_EQ(counted(0, "run"), "0 runs");
}

TEST(FirstLine, EndsBeforeTheLineBreak) { EXPECT_EQ(first_line("a\nb"), "a"); }

TEST(WriteOutput, ReplacesAFile) {
    std::string folder = testing::TempDir() + "textXXXXXX";
    const std::string path = std::string(mkdtemp(folder.data())) + "/output";
    ASSERT_TRUE(write_output(path, "one").has_value());
    ASSERT_TRUE(write_output(path, "two").has_value());
    EXPECT_EQ(read_file(path).value(), "two");
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
    std::filesystem::remove_all(folder);
}

TEST(WriteOutput, SaysWhyItCannot) {
    EXPECT_THAT(write_output("/nonexistent/file", "x").error().message,
                HasSubstr("cannot write '/nonexistent/file': No such file or directory"));
}

TEST(ReadFile, SaysWhyItCannot) {
    EXPECT_EQ(read_file("/nonexistent").error().message,
              "cannot read '/nonexistent': No such file or directory");
    EXPECT_EQ(read_file("/").error().message, "cannot read '/': it is a folder");
}

}  // namespace
}  // namespace harness::cli
