#include "harness/run/git.h"

#include <cstdlib>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;

class Git : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "gitXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path folder_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(Git, GivesWhatTheCommandPrintsWithoutTheLineEnd) {
    EXPECT_EQ(git(folder_, {"check-ref-format", "--branch", "main"}, interrupts_).value(), "main");
}

TEST_F(Git, SaysWhatTheCommandSaidWhenItFails) {
    const auto result =
        git(folder_, {"-c", "safe.directory=*", "rev-parse", "--verify", "HEAD"}, interrupts_);
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(result.error().message, testing::HasSubstr("not a git repository"));
}

}  // namespace
}  // namespace harness::run
