#include "suites/common/booted_guest.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "suites/common/case.h"
#include "suites/common/slice_runner.h"

namespace suites::common {
namespace {

namespace fs = std::filesystem;
using harness::model::SliceAnswer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A shell script that behaves like a guest's console: it boots, echoes each line typed and answers it.
std::string console(const std::string& answer) {
    return "printf 'vm: first user-space line\\r\\nvm: end with poweroff -f\\r\\n~ # '\n"
           "while read command; do printf '%s\\r\\n' \"$command\"; case $command in dmesg*) ;; *) " +
           answer + ";; esac; printf '~ # '; done";
}

class FakeGuest : public ::testing::Test {
  protected:
    void SetUp() override {
        fs::create_directories(folder_);
        std::ofstream(folder_ / "files.cpio") << "files.";
        std::ofstream(folder_ / "crc.rv64") << "a program";
    }
    void TearDown() override { fs::remove_all(folder_); }

    // `script` gets the initial root file system as $0.
    GuestBoot boot(const std::string& script) const {
        return {.initramfs = folder_ / "files.cpio",
                .program = folder_ / "crc.rv64",
                .command =
                    [script](const std::string& initrd) {
                        return std::vector<std::string>{"/bin/sh", "-c", script, initrd};
                    },
                .boot_limit = seconds(60),
                .run_limit = seconds(60)};
    }
    // One slice of `iterations` runs that should print "right\n".
    static SliceAnswer run(BootedGuest& guest, std::int64_t iterations = 1) {
        const Case one = {.id = "one",
                          .body = [&](auto& state) { guest.run_and_check(state, "right\n"); },
                          .metrics = {time_metric()},
                          .tags = {},
                          .time_source = TimeSource::manual};
        return SliceRunner(one, 1).run({.number = 1, .iterations = iterations});
    }
    SliceAnswer run(const GuestBoot& what) const {
        BootedGuest guest(what);
        return run(guest);
    }

    const fs::path folder_ = fs::temp_directory_path() / fmt::format("booted_guest.{}", ::getpid());
};

TEST_F(FakeGuest, IsBootedOnceForAllRuns) {
    const std::string boots = folder_ / "boots";
    BootedGuest guest(boot("echo boot >>" + boots + "; " + console("printf 'right\\r\\n'")));
    EXPECT_FALSE(fs::exists(boots));
    EXPECT_EQ(run(guest, 3).error, "");
    EXPECT_EQ(run(guest, 2).error, "");
    EXPECT_EQ(fs::file_size(boots), std::string_view("boot\n").size());
}

TEST_F(FakeGuest, FindsTheProgramBehindItsInitialFiles) {
    const auto answer =
        run(boot("grep -q ^files.070701 $0 && grep -q crc.rv64 $0 && grep -q 'a program' $0 || exit 9; " +
                 console("[ $command = /crc.rv64 ] && printf 'right\\r\\n'")));
    EXPECT_EQ(answer.error, "");
}

TEST_F(FakeGuest, TimeIsWhatItsProcessUsesFromPromptToPrompt) {
    const std::string busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; ";
    // What it uses before and what it waits is not counted.
    const auto idle = run(boot(busy + console("sleep 0.1; printf 'right\\r\\n'")));
    const auto working = run(boot(console(busy + "printf 'right\\r\\n'")));
    ASSERT_EQ(idle.error, "");
    ASSERT_EQ(working.error, "");
    EXPECT_GT(working.cpu_ns, 2 * idle.cpu_ns);
}

TEST_F(FakeGuest, AWrongOutputFailsWithWhatWasPrinted) {
    EXPECT_THAT(run(boot(console("printf 'wrong\\r\\n'"))).error,
                AllOf(HasSubstr("/crc.rv64 printed 'wrong\n', not 'right\n'"),
                      HasSubstr("vm: end with poweroff -f\n")));
    EXPECT_THAT(run(boot(console("printf 'right\\r\\nright\\r\\n'"))).error, HasSubstr("not 'right\n'"));
}

TEST_F(FakeGuest, IsBootedAnewAfterAFailure) {
    BootedGuest guest(boot(
        console(fmt::format("printf 'right%s\\r\\n' $(cat {} 2>/dev/null)", (folder_ / "more").string()))));
    std::ofstream(folder_ / "more") << "more";
    EXPECT_THAT(run(guest).error, HasSubstr("printed 'rightmore\n'"));
    fs::remove(folder_ / "more");
    EXPECT_EQ(run(guest).error, "");
}

TEST_F(FakeGuest, AProgramThatNeverAnswersFailsInTime) {
    GuestBoot silent = boot(console("read nothing"));
    silent.run_limit = milliseconds(300);
    EXPECT_THAT(run(silent).error,
                AllOf(HasSubstr("no end of /crc.rv64 in time"), HasSubstr("~ # /crc.rv64")));
}

TEST_F(FakeGuest, AGuestThatDiesFailsWithItsLastWords) {
    EXPECT_THAT(
        run(boot(console("echo Kernel panic; exit 3"))).error,
        AllOf(HasSubstr("no end of /crc.rv64: it ended with exit code 3"), HasSubstr("Kernel panic")));
}

TEST_F(FakeGuest, ABootThatGivesNoShellFails) {
    GuestBoot silent = boot("echo No working init found; read nothing");
    silent.boot_limit = milliseconds(300);
    EXPECT_THAT(run(silent).error, AllOf(HasSubstr("no shell in time"), HasSubstr("No working init found")));
    EXPECT_THAT(run(boot("echo cannot open kernel; exit 2")).error,
                AllOf(HasSubstr("no shell: it ended with exit code 2"), HasSubstr("cannot open kernel")));
}

TEST_F(FakeGuest, FilesThatAreMissingAreNamed) {
    GuestBoot what = boot(console("printf 'right\\r\\n'"));
    what.program = folder_ / "missing.rv64";
    EXPECT_EQ(run(what).error, fmt::format("cannot read '{}'", what.program.string()));
}

}  // namespace
}  // namespace suites::common
