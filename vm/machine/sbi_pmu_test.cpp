#include "vm/machine/sbi_pmu.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/machine/test_sbi_host.h"

namespace vm::machine {
namespace {

enum Function : std::uint64_t { kNumber, kInfo, kConfigure, kStart, kStop, kRead, kReadHigh, kSharedMemory };

constexpr std::uint64_t kCycles = 1, kInstructions = 2, kCacheReferences = 3;
constexpr std::uint64_t kSetTimer = 0xf'0005, kIpiSent = 0xf'0006, kIllegalInstruction = 0xf'0004;
constexpr std::uint64_t kSkipMatch = 1, kClear = 2, kAutoStart = 4;
constexpr std::uint64_t kAll = (1 << SbiPmu::kCounters) - 1;
constexpr SbiReturn kInvalidParam{SbiError::invalid_param};

class SbiPmuTest : public ::testing::Test {
  protected:
    SbiReturn call(std::uint64_t function, std::array<std::uint64_t, 6> args = {}) {
        return pmu.call({sbi_extension::kPmu, function, args, hart});
    }
    SbiReturn configure(std::uint64_t event, std::uint64_t flags = 0) {
        return call(kConfigure, {0, kAll, flags, event});
    }
    std::uint64_t read(std::uint64_t counter) { return call(kRead, {counter}).value; }

    testing::TestSbiHost host;
    SbiPmu pmu{host, 2};
    unsigned hart = 0;
};

TEST_F(SbiPmuTest, TellsHowManyCountersThereAreAndWhatTheyAre) {
    EXPECT_EQ(call(kNumber).value, 12U);
    EXPECT_EQ(call(kInfo, {0}).value, 0x3fc00U);
    EXPECT_EQ(call(kInfo, {2}).value, 0x3fc02U);
    EXPECT_EQ(call(kInfo, {3}).value, std::uint64_t{1} << 63);
    EXPECT_EQ(call(kInfo, {1}), kInvalidParam);
    EXPECT_EQ(call(kInfo, {12}), kInvalidParam);
    EXPECT_EQ(call(kInfo, {~std::uint64_t{0}}), kInvalidParam);
}

TEST_F(SbiPmuTest, EachEventFindsACounterThatCanCountIt) {
    EXPECT_EQ(configure(kCycles), (SbiReturn{SbiError::success, 0}));
    EXPECT_EQ(configure(kInstructions), (SbiReturn{SbiError::success, 2}));
    EXPECT_EQ(configure(kSetTimer, kAutoStart), (SbiReturn{SbiError::success, 3}));
    EXPECT_EQ(configure(kSetTimer), (SbiReturn{SbiError::success, 4}));
}

TEST_F(SbiPmuTest, EventsThatNothingHereCountsAreNotSupported) {
    for (const std::uint64_t event : {std::uint64_t{0}, kCacheReferences, kIllegalInstruction,
                                      std::uint64_t{0xf'000e}, ~std::uint64_t{0}}) {
        EXPECT_EQ(configure(event), SbiReturn{SbiError::not_supported}) << event;
    }
}

TEST_F(SbiPmuTest, CounterOutsideTheCallersSetIsNotUsed) {
    EXPECT_EQ(call(kConfigure, {1, 0b111, 0, kCycles}), SbiReturn{SbiError::not_supported});
    EXPECT_EQ(call(kConfigure, {4, 0b10, 0, kIpiSent}), (SbiReturn{SbiError::success, 5}));
}

TEST_F(SbiPmuTest, SetsWithCountersThatDoNotExistAreRefused) {
    for (const std::uint64_t function : {kConfigure, kStart, kStop}) {
        EXPECT_EQ(call(function, {0, kAll + 1, 0, kCycles}), kInvalidParam);
        EXPECT_EQ(call(function, {12, 1, 0, kCycles}), kInvalidParam);
        EXPECT_EQ(call(function, {~std::uint64_t{0}, 0b11, 0, kCycles}), kInvalidParam);
    }
}

TEST_F(SbiPmuTest, ReservedFlagsAreRefused) {
    EXPECT_EQ(configure(kCycles, 0x100), kInvalidParam);
    EXPECT_EQ(call(kStart, {0, 1, 4}), kInvalidParam);
    EXPECT_EQ(call(kStop, {0, 1, 4}), kInvalidParam);
}

TEST_F(SbiPmuTest, HardwareCounterIsStartedWithItsValueAndStopped) {
    configure(kInstructions);
    EXPECT_EQ(call(kStart, {2, 1, 1, 500}), SbiReturn{});
    EXPECT_EQ(host.counters[HardwareCounter::instret], 500U);
    EXPECT_TRUE(host.running[HardwareCounter::instret]);
    EXPECT_EQ(call(kStop, {2, 1}), SbiReturn{});
    EXPECT_FALSE(host.running[HardwareCounter::instret]);
}

TEST_F(SbiPmuTest, CounterThatWasNeverStartedIsNotStopped) {
    EXPECT_EQ(call(kStop, {0, kAll, 1}), SbiReturn{SbiError::already_stopped});
    EXPECT_FALSE(host.running.contains(HardwareCounter::cycle));
}

TEST_F(SbiPmuTest, StartingTwiceIsAnErrorAndStartsTheOthersOfTheSet) {
    configure(kCycles, kAutoStart);
    configure(kInstructions);
    EXPECT_EQ(call(kStart, {0, 0b101}), SbiReturn{SbiError::already_started});
    EXPECT_TRUE(host.running[HardwareCounter::instret]);
}

TEST_F(SbiPmuTest, CounterWithoutAnEventCannotStart) {
    EXPECT_EQ(call(kStart, {0, 1}), kInvalidParam);
    configure(kCycles, kAutoStart);
    EXPECT_EQ(call(kStop, {0, 1, 1}), SbiReturn{});
    EXPECT_EQ(call(kStart, {0, 1}), kInvalidParam);
}

TEST_F(SbiPmuTest, FirmwareCounterCountsOnlyWhileStarted) {
    pmu.count(0, FirmwareEvent::set_timer);
    configure(kSetTimer, kAutoStart);
    pmu.count(0, FirmwareEvent::set_timer);
    pmu.count(0, FirmwareEvent::ipi_sent);
    EXPECT_EQ(read(3), 1U);
    EXPECT_EQ(call(kStop, {3, 1}), SbiReturn{});
    pmu.count(0, FirmwareEvent::set_timer);
    EXPECT_EQ(read(3), 1U);
    EXPECT_EQ(call(kStart, {3, 1}), SbiReturn{});
    pmu.count(0, FirmwareEvent::set_timer);
    EXPECT_EQ(read(3), 2U);
}

TEST_F(SbiPmuTest, FirmwareCounterStartsFromAGivenValueAndIsClearedOnRequest) {
    configure(kSetTimer);
    EXPECT_EQ(call(kStart, {3, 1, 1, 100}), SbiReturn{});
    pmu.count(0, FirmwareEvent::set_timer);
    EXPECT_EQ(read(3), 101U);
    EXPECT_EQ(call(kConfigure, {3, 1, kSkipMatch | kClear, 0}), (SbiReturn{SbiError::success, 3}));
    EXPECT_EQ(read(3), 0U);
    pmu.count(0, FirmwareEvent::set_timer);
    EXPECT_EQ(read(3), 1U);
}

TEST_F(SbiPmuTest, SkippingTheMatchTakesTheFirstCounterOfTheSet) {
    EXPECT_EQ(call(kConfigure, {0, 0b100, kSkipMatch | kAutoStart, kInstructions}),
              (SbiReturn{SbiError::success, 2}));
    EXPECT_TRUE(host.running[HardwareCounter::instret]);
    EXPECT_EQ(call(kConfigure, {4, 0b110, kSkipMatch, kSetTimer}), (SbiReturn{SbiError::success, 5}));
}

TEST_F(SbiPmuTest, SkippingTheMatchNeedsACounterWithAnEvent) {
    EXPECT_EQ(configure(0, kSkipMatch), SbiReturn{SbiError::not_supported});
    EXPECT_EQ(call(kConfigure, {1, 1, kSkipMatch, kCycles}), SbiReturn{SbiError::not_supported});
    EXPECT_EQ(call(kConfigure, {0, 0, kSkipMatch, kCycles}), SbiReturn{SbiError::not_supported});
    configure(kCycles);
    EXPECT_EQ(configure(0, kSkipMatch | kAutoStart), (SbiReturn{SbiError::success, 0}));
    EXPECT_TRUE(host.running[HardwareCounter::cycle]);
}

TEST_F(SbiPmuTest, CounterThatGetsAnotherEventKeepsItsValueAndRunsOn) {
    pmu.count(0, FirmwareEvent::ipi_sent);
    pmu.count(0, FirmwareEvent::ipi_sent);
    configure(kSetTimer, kAutoStart);
    pmu.count(0, FirmwareEvent::set_timer);
    EXPECT_EQ(call(kConfigure, {3, 1, kSkipMatch, kIpiSent}), (SbiReturn{SbiError::success, 3}));
    EXPECT_EQ(read(3), 1U);
    pmu.count(0, FirmwareEvent::ipi_sent);
    EXPECT_EQ(read(3), 2U);
}

TEST_F(SbiPmuTest, EachHartHasCountersOfItsOwn) {
    configure(kSetTimer, kAutoStart);
    pmu.count(1, FirmwareEvent::set_timer);
    EXPECT_EQ(read(3), 0U);
    hart = 1;
    EXPECT_EQ(call(kStart, {3, 1}), kInvalidParam);
}

TEST_F(SbiPmuTest, OnlyFirmwareCountersAreReadByCall) {
    EXPECT_EQ(call(kRead, {2}), kInvalidParam);
    EXPECT_EQ(call(kRead, {12}), kInvalidParam);
    EXPECT_EQ(call(kReadHigh, {12}), kInvalidParam);
    EXPECT_EQ(call(kReadHigh, {3}), SbiReturn{});
}

TEST_F(SbiPmuTest, SnapshotsAreNotSupported) {
    EXPECT_EQ(call(kSharedMemory, {0x8000'0000, 0, 0}), SbiReturn{SbiError::not_supported});
    configure(kCycles);
    EXPECT_EQ(call(kStart, {0, 1, 2}), SbiReturn{SbiError::no_shared_memory});
    EXPECT_EQ(call(kStop, {0, 1, 2}), SbiReturn{SbiError::no_shared_memory});
}

}  // namespace
}  // namespace vm::machine
