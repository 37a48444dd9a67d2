#include "vm/machine/sbi.h"

#include <array>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_sbi_host.h"

namespace vm::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Kind = RemoteFence::Kind;

constexpr std::uint64_t kRam = 0x8000'0000;
constexpr std::uint64_t kRamSize = 0x4000;
constexpr std::uint64_t kEveryBit = ~std::uint64_t{0};
constexpr SbiReturn kNotSupported{SbiError::not_supported};
constexpr SbiReturn kInvalidParam{SbiError::invalid_param};

class SbiTest : public ::testing::Test {
  protected:
    SbiReturn call(std::uint64_t extension, std::uint64_t function, std::array<std::uint64_t, 6> args = {}) {
        return sbi.call({extension, function, args, hart});
    }

    void in_memory(std::uint64_t address, std::string_view text) {
        ASSERT_TRUE(ram.write_bytes(mem::PhysAddr{address}, std::as_bytes(std::span(text))));
    }

    testing::TestSbiHost host;
    mem::GuestRam ram = mem::GuestRam::create(mem::PhysAddr{kRam}, kRamSize).value();
    Sbi sbi{host, ram, {.harts = 4, .vendor = 11, .architecture = 12, .implementation = 13}};
    unsigned hart = 0;
};

using SbiBase = SbiTest;
using SbiTime = SbiTest;
using SbiIpi = SbiTest;
using SbiRfence = SbiTest;
using SbiHsm = SbiTest;
using SbiReset = SbiTest;
using SbiConsole = SbiTest;
using SbiLegacy = SbiTest;

TEST_F(SbiBase, SpecificationIsTwoPointZero) {
    EXPECT_EQ(call(sbi_extension::kBase, 0), (SbiReturn{SbiError::success, 0x0200'0000}));
}

TEST_F(SbiBase, IdentityIsThatOfTheCsrs) {
    EXPECT_EQ(call(sbi_extension::kBase, 4).value, 11U);
    EXPECT_EQ(call(sbi_extension::kBase, 5).value, 12U);
    EXPECT_EQ(call(sbi_extension::kBase, 6).value, 13U);
}

TEST_F(SbiBase, ProbingFindsWhatIsServedAndNothingElse) {
    for (const auto extension :
         {sbi_extension::kBase, sbi_extension::kTime, sbi_extension::kIpi, sbi_extension::kRfence,
          sbi_extension::kHsm, sbi_extension::kSystemReset, sbi_extension::kDebugConsole, sbi_extension::kPmu,
          sbi_extension::kLegacyConsolePutchar}) {
        EXPECT_EQ(call(sbi_extension::kBase, 3, {extension}), (SbiReturn{SbiError::success, 1})) << extension;
    }
    constexpr std::uint64_t kLegacySendIpi = 4;
    constexpr std::uint64_t kSystemSuspend = 0x5355'5350;
    EXPECT_EQ(call(sbi_extension::kBase, 3, {kLegacySendIpi}), (SbiReturn{SbiError::success, 0}));
    EXPECT_EQ(call(sbi_extension::kBase, 3, {kSystemSuspend}), (SbiReturn{SbiError::success, 0}));
}

TEST_F(SbiBase, UnknownExtensionsAndFunctionsAreNotSupported) {
    EXPECT_EQ(call(0x1234'5678, 0), kNotSupported);
    EXPECT_EQ(call(kEveryBit, 0), kNotSupported);
    EXPECT_EQ(call(sbi_extension::kBase, 7), kNotSupported);
    for (const auto extension : {sbi_extension::kTime, sbi_extension::kIpi, sbi_extension::kSystemReset}) {
        EXPECT_EQ(call(extension, 1), kNotSupported);
    }
    EXPECT_EQ(call(sbi_extension::kHsm, 4), kNotSupported);
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 3), kNotSupported);
}

TEST_F(SbiTime, TimerIsSetForTheCallingHart) {
    hart = 2;
    EXPECT_EQ(call(sbi_extension::kTime, 0, {1234}), SbiReturn{});
    EXPECT_THAT(host.timers, ElementsAre(Pair(2, 1234)));
}

TEST_F(SbiIpi, MaskCountsFromItsBase) {
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0b101, 1}), SbiReturn{});
    EXPECT_THAT(host.ipis, ElementsAre(0b1010));
}

TEST_F(SbiIpi, BaseOfAllOnesMeansEveryHartWhateverTheMask) {
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0, kEveryBit}), SbiReturn{});
    EXPECT_THAT(host.ipis, ElementsAre(0b1111));
}

TEST_F(SbiIpi, HartThatDoesNotExistIsRefusedAndNobodyIsInterrupted) {
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0b10001, 0}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {1, 4}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0b110, kEveryBit - 1}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {kEveryBit, 1}), kInvalidParam);
    EXPECT_THAT(host.ipis, IsEmpty());
}

TEST_F(SbiIpi, EmptyMaskNamesNobodyWhichIsNoError) {
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0, 3}), SbiReturn{});
    EXPECT_EQ(call(sbi_extension::kIpi, 0, {0, 4}), kInvalidParam);
    EXPECT_THAT(host.ipis, ElementsAre(0));
}

TEST(SbiHarts, SixtyFourHartsFitAMask) {
    testing::TestSbiHost host;
    mem::GuestRam ram = mem::GuestRam::create(mem::PhysAddr{kRam}, kRamSize).value();
    Sbi sbi{host, ram, {.harts = 64}};
    EXPECT_EQ(sbi.call({sbi_extension::kIpi, 0, {kEveryBit, 0}, 63}), SbiReturn{});
    EXPECT_EQ(sbi.call({sbi_extension::kIpi, 0, {1, 63}, 63}), SbiReturn{});
    EXPECT_EQ(sbi.call({sbi_extension::kIpi, 0, {0, kEveryBit}, 63}), SbiReturn{});
    EXPECT_THAT(host.ipis, ElementsAre(kEveryBit, std::uint64_t{1} << 63, kEveryBit));
}

TEST_F(SbiRfence, FenceIHasNoRange) {
    EXPECT_EQ(call(sbi_extension::kRfence, 0, {0b11, 0, 0x1000, 0x1000}), SbiReturn{});
    EXPECT_THAT(host.fences, ElementsAre(Pair(0b11, RemoteFence{Kind::instruction})));
}

TEST_F(SbiRfence, RangeIsHandedOn) {
    EXPECT_EQ(call(sbi_extension::kRfence, 1, {1, 2, 0x1000, 0x3000}), SbiReturn{});
    EXPECT_THAT(host.fences,
                ElementsAre(Pair(0b100, RemoteFence{Kind::address_translation, 0x1000, 0x3000})));
}

TEST_F(SbiRfence, NoSizeAndTheLargestSizeMeanTheWholeAddressSpace) {
    EXPECT_EQ(call(sbi_extension::kRfence, 1, {1, 0, 0, 0}), SbiReturn{});
    EXPECT_EQ(call(sbi_extension::kRfence, 2, {1, 0, 0x1000, kEveryBit, 7}), SbiReturn{});
    EXPECT_THAT(host.fences,
                ElementsAre(Pair(1, RemoteFence{Kind::address_translation}),
                            Pair(1, RemoteFence{Kind::address_space, 0, RemoteFence::kWhole, 7})));
}

TEST_F(SbiRfence, RangeToTheLastAddressIsValidAndOneBeyondIsNot) {
    EXPECT_EQ(call(sbi_extension::kRfence, 1, {1, 0, kEveryBit - 0xfff, 0x1000}), SbiReturn{});
    EXPECT_EQ(call(sbi_extension::kRfence, 1, {1, 0, kEveryBit - 0xfff, 0x1001}),
              SbiReturn{SbiError::invalid_address});
    EXPECT_EQ(host.fences.size(), 1U);
}

TEST_F(SbiRfence, AsidThatSatpCannotHoldIsRefused) {
    EXPECT_EQ(call(sbi_extension::kRfence, 2, {1, 0, 0, 0, 0x1'0000}), kInvalidParam);
    EXPECT_THAT(host.fences, IsEmpty());
}

TEST_F(SbiRfence, HartThatDoesNotExistIsRefused) {
    EXPECT_EQ(call(sbi_extension::kRfence, 0, {1, 4}), kInvalidParam);
}

TEST_F(SbiRfence, HypervisorFencesAreNotSupported) {
    for (std::uint64_t function = 3; function < 8; ++function) {
        EXPECT_EQ(call(sbi_extension::kRfence, function, {1, 0}), kNotSupported);
    }
}

TEST_F(SbiHsm, HartStartsWhereTheCallerSays) {
    EXPECT_EQ(call(sbi_extension::kHsm, 0, {3, kRam + 0x200, 77}), SbiReturn{});
    ASSERT_TRUE(host.started.contains(3));
    EXPECT_EQ(raw(host.started[3].address), kRam + 0x200);
    EXPECT_EQ(host.started[3].opaque, 77U);
}

TEST_F(SbiHsm, StartRefusesHartsThatDoNotExistAndEntriesThatCannotBeFetched) {
    EXPECT_EQ(call(sbi_extension::kHsm, 0, {4, kRam, 0}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kHsm, 0, {kEveryBit, kRam, 0}), kInvalidParam);
    for (const std::uint64_t entry : {std::uint64_t{0}, kRam - 2, kRam + 1, kRam + kRamSize, kEveryBit - 1}) {
        EXPECT_EQ(call(sbi_extension::kHsm, 0, {1, entry, 0}), SbiReturn{SbiError::invalid_address}) << entry;
    }
    EXPECT_THAT(host.started, IsEmpty());
}

TEST_F(SbiHsm, HartThatRunsAlreadyIsTheHostsAnswer) {
    host.answer = SbiError::already_available;
    EXPECT_EQ(call(sbi_extension::kHsm, 0, {1, kRam, 0}), SbiReturn{SbiError::already_available});
}

TEST_F(SbiHsm, StopConcernsTheCaller) {
    hart = 3;
    EXPECT_EQ(call(sbi_extension::kHsm, 1), SbiReturn{});
    EXPECT_THAT(host.stopped, ElementsAre(3));
}

TEST_F(SbiHsm, StatusIsAValueAndOfAnUnknownHartAnError) {
    host.status = HartStatus::suspended;
    EXPECT_EQ(call(sbi_extension::kHsm, 2, {3}), (SbiReturn{SbiError::success, 4}));
    EXPECT_EQ(call(sbi_extension::kHsm, 2, {4}), kInvalidParam);
}

TEST_F(SbiHsm, RetentiveSuspendNeedsNoEntry) {
    hart = 1;
    EXPECT_EQ(call(sbi_extension::kHsm, 3, {0, 1, 1}), SbiReturn{});
    ASSERT_TRUE(host.suspended);
    EXPECT_EQ(host.suspended->hart, 1U);
    EXPECT_EQ(host.suspended->kind, HartSuspend::retentive);
}

TEST_F(SbiHsm, NonRetentiveSuspendResumesAtItsEntry) {
    constexpr std::uint64_t kSignExtended = 0xffff'ffff'8000'0000;
    EXPECT_EQ(call(sbi_extension::kHsm, 3, {kSignExtended, kRam + 2, 5}), SbiReturn{});
    ASSERT_TRUE(host.suspended);
    EXPECT_EQ(host.suspended->kind, HartSuspend::non_retentive);
    EXPECT_EQ(raw(host.suspended->entry.address), kRam + 2);
    EXPECT_EQ(call(sbi_extension::kHsm, 3, {0x8000'0000, 0, 5}), SbiReturn{SbiError::invalid_address});
}

TEST_F(SbiHsm, ReservedSuspendTypesAreRefused) {
    for (const std::uint64_t type : {1U, 0x1000'0000U, 0x8000'0001U, 0xffff'ffffU}) {
        EXPECT_EQ(call(sbi_extension::kHsm, 3, {type, kRam}), kInvalidParam);
    }
    EXPECT_FALSE(host.suspended);
}

TEST_F(SbiReset, TypesAndReasonsAreHandedOn) {
    EXPECT_EQ(call(sbi_extension::kSystemReset, 0, {2, 1}), SbiReturn{});
    EXPECT_EQ(host.reset, std::pair(ResetType::warm_reboot, ResetReason::system_failure));
}

TEST_F(SbiReset, ReservedTypesAndReasonsAreRefused) {
    EXPECT_EQ(call(sbi_extension::kSystemReset, 0, {3, 0}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kSystemReset, 0, {0xf000'0000, 0}), kInvalidParam);
    EXPECT_EQ(call(sbi_extension::kSystemReset, 0, {0, 2}), kInvalidParam);
    EXPECT_FALSE(host.reset);
}

TEST_F(SbiConsole, WritesWhatLiesInMemory) {
    in_memory(kRam + 0x100, "hello");
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 0, {5, kRam + 0x100, 0}), (SbiReturn{SbiError::success, 5}));
    EXPECT_EQ(host.written, "hello");
}

TEST_F(SbiConsole, ConsoleWithLittleRoomTakesAPart) {
    in_memory(kRam, "hello");
    host.console_room = 2;
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 0, {5, kRam, 0}), (SbiReturn{SbiError::success, 2}));
    EXPECT_EQ(host.written, "he");
}

TEST_F(SbiConsole, OneCallMovesAtMostAPage) {
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 0, {kRamSize, kRam, 0}),
              (SbiReturn{SbiError::success, 4096}));
}

TEST_F(SbiConsole, RangesOutsideTheMemoryAreRefused) {
    for (const std::uint64_t function : {0U, 1U}) {
        EXPECT_EQ(call(sbi_extension::kDebugConsole, function, {1, kRam - 1, 0}), kInvalidParam);
        EXPECT_EQ(call(sbi_extension::kDebugConsole, function, {2, kRam + kRamSize - 1, 0}), kInvalidParam);
        EXPECT_EQ(call(sbi_extension::kDebugConsole, function, {kEveryBit, kRam + 1, 0}), kInvalidParam);
        EXPECT_EQ(call(sbi_extension::kDebugConsole, function, {1, kRam, 1}), kInvalidParam);
    }
    EXPECT_EQ(host.written, "");
}

TEST_F(SbiConsole, ReadsWhatWasTypedAndNoMoreThanAskedFor) {
    host.typed = "abc";
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 1, {2, kRam, 0}), (SbiReturn{SbiError::success, 2}));
    EXPECT_EQ(*ram.read<std::uint32_t>(mem::PhysAddr{kRam}), 0x6261U);
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 1, {8, kRam, 0}), (SbiReturn{SbiError::success, 1}));
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 1, {8, kRam, 0}), (SbiReturn{SbiError::success, 0}));
}

TEST_F(SbiConsole, ReadingOverDecodedCodeMakesItStale) {
    ram.mark_code(mem::PhysAddr{kRam}, 4);
    const std::uint64_t before = ram.code_generation();
    host.typed = "x";
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 1, {1, kRam, 0}).value, 1U);
    EXPECT_NE(ram.code_generation(), before);
}

TEST_F(SbiConsole, ByteThatTheConsoleDoesNotTakeFails) {
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 2, {'x'}), SbiReturn{});
    EXPECT_EQ(host.written, "x");
    host.console_room = 0;
    EXPECT_EQ(call(sbi_extension::kDebugConsole, 2, {'y'}), SbiReturn{SbiError::failed});
}

TEST_F(SbiLegacy, ConsoleCallsTakeAndGiveOneCharacter) {
    EXPECT_EQ(call(sbi_extension::kLegacyConsolePutchar, 0, {'v'}), SbiReturn{});
    EXPECT_EQ(host.written, "v");
    host.typed = "\xff";
    EXPECT_EQ(call(sbi_extension::kLegacyConsoleGetchar, 0).error, static_cast<SbiError>(0xff));
    EXPECT_EQ(call(sbi_extension::kLegacyConsoleGetchar, 0).error, SbiError::failed);
}

TEST_F(SbiLegacy, SetTimerAndShutdownAreServed) {
    EXPECT_EQ(call(sbi_extension::kLegacySetTimer, 0, {5}), SbiReturn{});
    EXPECT_THAT(host.timers, ElementsAre(Pair(0, 5)));
    EXPECT_EQ(call(sbi_extension::kLegacyShutdown, 0), SbiReturn{});
    EXPECT_EQ(host.reset, std::pair(ResetType::shutdown, ResetReason::none));
}

TEST_F(SbiLegacy, CallsWithMasksInVirtualMemoryAreNotSupported) {
    for (std::uint64_t extension = 3; extension < 8; ++extension) {
        EXPECT_EQ(call(extension, 0), kNotSupported);
    }
}

TEST_F(SbiLegacy, OnlyLegacyCallsLeaveA1Alone) {
    EXPECT_TRUE(is_legacy({.extension = sbi_extension::kLegacyShutdown}));
    EXPECT_FALSE(is_legacy({.extension = sbi_extension::kBase}));
}

TEST_F(SbiTest, FirmwareCountersSeeCallsOfOtherHarts) {
    constexpr std::uint64_t kConfigure = 2, kRead = 5, kAutoStart = 4, kIpiReceived = 0xf'0007;
    hart = 1;
    const SbiReturn counter = call(sbi_extension::kPmu, kConfigure, {3, 1, kAutoStart, kIpiReceived});
    ASSERT_EQ(counter, (SbiReturn{SbiError::success, 3}));
    hart = 0;
    call(sbi_extension::kIpi, 0, {0b110, 0});
    hart = 1;
    EXPECT_EQ(call(sbi_extension::kPmu, kRead, {3}), (SbiReturn{SbiError::success, 1}));
}

}  // namespace
}  // namespace vm::machine
