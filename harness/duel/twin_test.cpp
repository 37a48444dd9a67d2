#include "harness/duel/twin.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <unistd.h>

namespace harness::duel {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TwinTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "twinXXXXXX";
        folder_ = mkdtemp(name.data());
        fs::create_directories(folder_ / "suites/guest");
        std::ofstream(folder_ / "suites/guest/program") << "bytes";
        std::ofstream(folder_ / "outside") << "linked";
        fs::create_symlink(folder_ / "outside", folder_ / "suites/link");
    }
    void TearDown() override { fs::remove_all(folder_); }

    static std::string text(const fs::path& path) {
        std::ostringstream out;
        out << std::ifstream(path).rdbuf();
        return out.str();
    }

    fs::path folder_;
};

TEST_F(TwinTest, HasTheSameFilesAtAPathAsLong) {
    const Twin twin = std::move(Twin::create(folder_ / "suites").value());
    EXPECT_EQ(twin.path().parent_path(), folder_);
    EXPECT_EQ(twin.path().filename(), "~00000");
    EXPECT_EQ(text(twin.path() / "guest/program"), "bytes");
    // A copy, not another way to the same file.
    EXPECT_EQ(text(twin.path() / "link"), "linked");
    EXPECT_FALSE(fs::is_symlink(twin.path() / "link"));
}

TEST_F(TwinTest, GoesWithItsOwner) {
    fs::path path;
    {
        const Twin twin = std::move(Twin::create(folder_ / "suites").value());
        path = twin.path();
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_TRUE(fs::exists(folder_ / "suites/guest/program"));
}

TEST_F(TwinTest, LeavesOtherFoldersAlone) {
    const Twin first = std::move(Twin::create(folder_ / "suites").value());
    const Twin second = std::move(Twin::create((folder_ / "suites").string() + "/").value());
    EXPECT_EQ(second.path().filename(), "~00001");
}

TEST_F(TwinTest, TakesThePlaceOfOneWhoseOwnerWasKilled) {
    const pid_t child = fork();
    if (child == 0) {
        const auto twin = Twin::create(folder_ / "suites");
        std::ofstream(twin->path() / "left") << "over";
        kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(fs::exists(folder_ / "~00000/left"));
    const Twin twin = std::move(Twin::create(folder_ / "suites").value());
    EXPECT_EQ(twin.path().filename(), "~00000");
    EXPECT_FALSE(fs::exists(twin.path() / "left"));
    EXPECT_EQ(text(twin.path() / "guest/program"), "bytes");
}

TEST_F(TwinTest, LeavesFoldersAloneThatLookLikeOne) {
    fs::create_directory(folder_ / "~00000");
    std::ofstream(folder_ / "~00000/mine") << "kept";
    const Twin twin = std::move(Twin::create(folder_ / "suites").value());
    EXPECT_EQ(twin.path().filename(), "~00001");
    EXPECT_EQ(text(folder_ / "~00000/mine"), "kept");
}

TEST_F(TwinTest, OfNothingIsAnError) {
    EXPECT_THAT(Twin::create(folder_ / "nothing").error().message, HasSubstr("cannot copy"));
    EXPECT_FALSE(fs::exists(folder_ / "~000000"));
}

TEST_F(TwinTest, OfTooShortANameIsAnError) {
    fs::create_directory(folder_ / "s");
    EXPECT_THAT(Twin::create(folder_ / "s").error().message, HasSubstr("no free name"));
}

}  // namespace
}  // namespace harness::duel
