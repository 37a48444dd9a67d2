#include "harness/run/progress.h"

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

namespace harness::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Position middle() { return {2, 6, 12, 24, 1, seconds(70), "memory/read"}; }

// What is written to the file that `use` gets.
template <class Use>
std::string written(Use use) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* file = open_memstream(&text, &size);
    use(file);
    std::fclose(file);
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    return {text, size};
}

TEST(BarText, SaysHowFarHowLongAndWhat) {
    EXPECT_EQ(bar_text(middle(), 200),
              "[############............] 12/24, 1 failed, 1m10s left, round 2 of 6: memory/read");
}

TEST(BarText, FitsTheTerminal) {
    EXPECT_EQ(bar_text(middle(), 20).size(), 19U);
    EXPECT_EQ(bar_text(middle(), 0), "");
}

TEST(BarText, CallsRoundZeroTheWarmUp) {
    EXPECT_EQ(bar_text({0, 6, 0, 24, 0, seconds(240), "a/b"}, 200),
              "[........................] 0/24, 4m00s left, warm-up: a/b");
}

TEST(BarText, OfNothingToDoIsEmptyNotBroken) {
    EXPECT_EQ(bar_text({0, 0, 0, 0, 0, seconds(0), ""}, 200),
              "[........................] 0/0, 0.0s left, warm-up: ");
}

TEST(Progress, RewritesOneLineOnATerminal) {
    EXPECT_EQ(written([](std::FILE* file) {
                  Progress progress(file, Progress::Style::bar);
                  progress.step(middle());
                  progress.say("failed: x");
                  progress.clear();
              }),
              "\r\x1b[K[############............] 12/24, 1 failed, 1m10s left, round 2 of 6: "
              "memory/re\r\x1b[Kfailed: x\n");
}

TEST(Progress, WritesALineARoundElsewhere) {
    EXPECT_EQ(written([](std::FILE* file) {
                  Progress progress(file, Progress::Style::lines);
                  progress.step(middle());
                  progress.round_done(middle());
              }),
              "round 2 of 6 done: 12 of 24 processes, 1 failed, about 1m10s left\n");
}

TEST(Progress, CanBeSilent) {
    EXPECT_EQ(written([](std::FILE* file) {
                  Progress progress(file, Progress::Style::silent);
                  progress.step(middle());
                  progress.round_done(middle());
                  progress.say("failed: x");
              }),
              "");
}

TEST(ShortDuration, ChoosesItsUnits) {
    EXPECT_EQ(short_duration(milliseconds(-5)), "0.0s");
    EXPECT_EQ(short_duration(milliseconds(1250)), "1.2s");
    EXPECT_EQ(short_duration(milliseconds(9960)), "10s");
    EXPECT_EQ(short_duration(seconds(190)), "3m10s");
    EXPECT_EQ(short_duration(seconds(7260)), "2h01m");
}

}  // namespace
}  // namespace harness::run
