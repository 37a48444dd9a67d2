#include "vm/devices/goldfish_rtc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kTimeLow = 0x00, kTimeHigh = 0x04, kAlarmLow = 0x08, kAlarmHigh = 0x0c;
constexpr std::uint64_t kEnable = 0x10, kClearAlarm = 0x14, kStatus = 0x18, kClearInterrupt = 0x1c;

class Rtc : public ::testing::Test {
  protected:
    std::uint64_t get(std::uint64_t offset) { return rtc_.load(offset, 4); }
    void set(std::uint64_t offset, std::uint64_t value) { rtc_.store(offset, 4, value); }

    std::uint64_t time() {
        const std::uint64_t low = get(kTimeLow);
        return get(kTimeHigh) << 32 | low;
    }
    void set_time(std::uint64_t value) {
        set(kTimeHigh, value >> 32);
        set(kTimeLow, value & 0xffffffff);
    }
    void set_alarm(std::uint64_t value) {
        set(kAlarmHigh, value >> 32);
        set(kAlarmLow, value & 0xffffffff);
    }

    std::uint64_t clock_ = 0x1111'2222'3333'4444;
    bool raised_ = false;
    std::optional<std::uint64_t> announced_;
    GoldfishRtc rtc_{{.clock = [this] { return clock_; },
                      .interrupt = [this](bool raised) { raised_ = raised; },
                      .deadline_changed = [this](std::optional<std::uint64_t> at) { announced_ = at; }}};
};

TEST_F(Rtc, TellsTheClocksTime) { EXPECT_EQ(time(), clock_); }

TEST_F(Rtc, TheHighHalfIsOfTheMomentTheLowHalfWasRead) {
    clock_ = 0x1'ffff'ffff;
    EXPECT_EQ(get(kTimeLow), 0xffffffffU);
    clock_ = 0x2'0000'0000;
    EXPECT_EQ(get(kTimeHigh), 1U);
}

TEST_F(Rtc, TheGuestCanSetItsTimeForwardAndBack) {
    set_time(0x2222'0000'0000'0000);
    EXPECT_EQ(time(), 0x2222'0000'0000'0000U);
    set_time(5);
    clock_ += 10;
    EXPECT_EQ(time(), 15U);
}

TEST_F(Rtc, AnAlarmIsAnnouncedAndGoesOffAtItsTime) {
    set(kEnable, 1);
    set_alarm(clock_ + 100);
    EXPECT_EQ(announced_, clock_ + 100);
    EXPECT_EQ(get(kStatus), 1U);
    clock_ += 99;
    rtc_.expire();
    EXPECT_FALSE(raised_);
    clock_ += 1;
    rtc_.expire();
    EXPECT_TRUE(raised_);
    EXPECT_EQ(announced_, std::nullopt);
    EXPECT_EQ(get(kStatus), 0U);
}

TEST_F(Rtc, AnAlarmInThePastGoesOffAtOnce) {
    set(kEnable, 1);
    set_alarm(clock_ - 1);
    EXPECT_TRUE(raised_);
    EXPECT_EQ(rtc_.next_deadline(), std::nullopt);
}

TEST_F(Rtc, AlarmsAreInTheGuestsTime) {
    set_time(1000);
    set_alarm(1500);
    EXPECT_EQ(announced_, clock_ + 500);
}

TEST_F(Rtc, SettingTheTimeMovesTheAlarmThatIsSet) {
    set(kEnable, 1);
    set_time(1000);
    set_alarm(1500);
    set_time(1400);
    EXPECT_EQ(announced_, clock_ + 100);
    EXPECT_FALSE(raised_);
    set_time(1600);
    EXPECT_TRUE(raised_);
}

TEST_F(Rtc, AnAlarmThatTheClockCannotReachNeverGoesOff) {
    set_time(0);
    set_alarm(~std::uint64_t{0});
    EXPECT_EQ(announced_, ~std::uint64_t{0});
    rtc_.expire();
    EXPECT_EQ(get(kStatus), 1U);
}

TEST_F(Rtc, AClearedAlarmDoesNotGoOff) {
    set(kEnable, 1);
    set_alarm(clock_ + 100);
    set(kClearAlarm, 1);
    EXPECT_EQ(announced_, std::nullopt);
    clock_ += 200;
    rtc_.expire();
    EXPECT_FALSE(raised_);
}

TEST_F(Rtc, TheInterruptStandsUntilItIsCleared) {
    set(kEnable, 1);
    set_alarm(clock_);
    rtc_.expire();
    EXPECT_TRUE(raised_);
    set(kClearInterrupt, 1);
    EXPECT_FALSE(raised_);
}

TEST_F(Rtc, AnAlarmThatWentOffWhileInterruptsWereOffInterruptsWhenTheyAreOn) {
    set_alarm(clock_);
    EXPECT_FALSE(raised_);
    set(kEnable, 1);
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kEnable), 1U);
}

TEST_F(Rtc, TheAlarmReadsBack) {
    set_alarm(0x1234'5678'9abc'def0);
    EXPECT_EQ(get(kAlarmLow), 0x9abcdef0U);
    EXPECT_EQ(get(kAlarmHigh), 0x12345678U);
}

TEST_F(Rtc, UnknownOffsetsAndOtherWidthsReadZeroAndAreCounted) {
    EXPECT_EQ(get(0x20), 0U);
    set(0x24, 1);
    EXPECT_EQ(rtc_.load(kTimeLow, 8), 0U);
    rtc_.store(kEnable, 1, 1);
    EXPECT_EQ(rtc_.unknown_accesses(), 4U);
    EXPECT_EQ(get(kEnable), 0U);
}

TEST_F(Rtc, OneWayRegistersAreNotUnknown) {
    EXPECT_EQ(get(kClearAlarm), 0U);
    EXPECT_EQ(get(kClearInterrupt), 0U);
    set(kStatus, 1);
    EXPECT_EQ(rtc_.unknown_accesses(), 0U);
}

TEST(RtcNode, IsAGoldfishClock) {
    const DeviceTreeNode node = rtc_node({mem::PhysAddr{0x101000}, GoldfishRtc::kSize, 11, 3});
    EXPECT_EQ(node.name, "rtc@101000");
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("google,goldfish-rtc"));
}

}  // namespace
}  // namespace vm::devices
