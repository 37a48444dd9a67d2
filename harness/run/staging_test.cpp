#include "harness/run/staging.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StagingTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "stagingXXXXXX";
        folder_ = mkdtemp(name.data());
        write("bin/suites/cpu", "program");
        write("bin/vm", "machine");
        write("bin/suites/guest/hello", "guest");
        fs::permissions(folder_ / "bin/suites/cpu", fs::perms::owner_all);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const fs::path& path, const std::string& text) {
        fs::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path) << text;
    }

    static std::string read(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static ino_t inode(const fs::path& path) {
        struct stat status {};
        stat(path.c_str(), &status);
        return status.st_ino;
    }

    StagedProgram cpu() const { return {folder_ / "bin/suites/cpu", {"../vm", "guest", "not there"}}; }

    fs::path folder_;
};

TEST_F(StagingTest, CopiesAProgramWithWhatItNeeds) {
    const Staging staging = std::move(Staging::create().value());
    const fs::path copy = staging.copy("base", cpu()).value();
    EXPECT_EQ(copy.filename(), "cpu");
    EXPECT_EQ(read(copy), "program");
    EXPECT_EQ(fs::status(copy).permissions() & fs::perms::owner_exec, fs::perms::owner_exec);
    EXPECT_EQ(read(copy.parent_path() / "../vm"), "machine");
    EXPECT_EQ(read(copy.parent_path() / "guest/hello"), "guest");
}

TEST_F(StagingTest, LeavesNothingBehindWhereItCannotBeLocked) {
#ifdef __has_feature
#if __has_feature(undefined_behavior_sanitizer)
    GTEST_SKIP()
        << "the sanitizer opens a pipe to look at an object: without files, every object is wrong to it";
#endif
#endif
    const auto create = [this] {
        setenv("TMPDIR", folder_.c_str(), 1);
        fs::remove_all(folder_ / "bin");
        rlimit files{};
        getrlimit(RLIMIT_NOFILE, &files);
        const rlimit none{.rlim_cur = 0, .rlim_max = files.rlim_max};
        setrlimit(RLIMIT_NOFILE, &none);
        const auto staging = Staging::create();
        setrlimit(RLIMIT_NOFILE, &files);
        fmt::print(stderr, "{}", staging ? "made" : staging.error().message);
        std::_Exit(fs::is_empty(folder_) ? 0 : 1);
    };
    EXPECT_EXIT(create(), testing::ExitedWithCode(0), "in-use.*Too many open files");
}

TEST_F(StagingTest, PathsOfBothSidesHaveTheSameLength) {
    const Staging staging = std::move(Staging::create().value());
    EXPECT_EQ(staging.copy("base", cpu())->size(), staging.copy("head", cpu())->size());
}

TEST_F(StagingTest, ASecondCopyReplacesTheFirst) {
    const Staging staging = std::move(Staging::create().value());
    const std::string first = staging.copy("base", cpu()).value();
    write("bin/suites/cpu", "newer");
    EXPECT_EQ(staging.copy("base", cpu()).value(), first);
    EXPECT_EQ(read(first), "newer");
    EXPECT_NE(inode(first), inode(folder_ / "bin/suites/cpu"));
}

TEST_F(StagingTest, IsRemovedWhenItGoes) {
    std::optional<Staging> staging(std::move(Staging::create().value()));
    const fs::path folder = staging->folder();
    ASSERT_TRUE(staging->copy("base", cpu()).has_value());
    staging.reset();
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(StagingTest, RemovesWhatKilledRunsLeft) {
    setenv("TMPDIR", folder_.c_str(), 1);
    for (const char* name : {"vmbench-killed", "vmbench-used", "other"}) {
        write(fs::path(name) / "in-use", "");
        write(fs::path(name) / "base/program", "");
        fs::last_write_time(folder_ / name, fs::file_time_type::clock::now() - std::chrono::hours(1));
    }
    write("vmbench-young/in-use", "");
    const auto used = Turn::try_take(folder_ / "vmbench-used/in-use");
    const auto staging = Staging::create();
    unsetenv("TMPDIR");
    ASSERT_TRUE(staging.has_value());
    EXPECT_FALSE(fs::exists(folder_ / "vmbench-killed"));
    EXPECT_TRUE(fs::exists(folder_ / "vmbench-used/base/program"));
    EXPECT_TRUE(fs::exists(folder_ / "vmbench-young"));
    EXPECT_TRUE(fs::exists(folder_ / "other"));
    EXPECT_EQ(staging->folder().parent_path(), folder_);
}

TEST_F(StagingTest, RefusesFilesFurtherUp) {
    const Staging staging = std::move(Staging::create().value());
    const auto copy = staging.copy("base", {folder_ / "bin/suites/cpu", {"../../secret"}});
    EXPECT_THAT(copy.error().message, HasSubstr("'../../secret' is further up"));
}

TEST_F(StagingTest, SaysWhatCannotBeCopied) {
    const Staging staging = std::move(Staging::create().value());
    EXPECT_THAT(staging.copy("base", {folder_ / "nothing", {}}).error().message, HasSubstr("cannot copy"));
}

}  // namespace
}  // namespace harness::run
