#include "vm/machine/board.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/virtio/test_driver.h"
#include "vm/machine/memory_map.h"

namespace vm::machine {
namespace {

using guest::riscv::Interrupt;
using mem::PhysAddr;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kTimers = 0x4000;  // of the CLINT: mtimecmp of hart 0
constexpr std::uint64_t kMtime = 0xbff8;

// A board of two harts that notes what comes out of it.
class BoardTest : public ::testing::Test {
  protected:
    using Line = std::tuple<unsigned, Interrupt, bool>;

    BoardWiring wiring() {
        return {
            .harts = 2,
            .ticks = [this] { return ticks_; },
            .wall_clock = [this] { return wall_clock_; },
            .random = [](std::span<std::byte>) {},
            .interrupt = [this](unsigned hart, Interrupt interrupt,
                                bool raised) { lines_.emplace_back(hart, interrupt, raised); },
            .deadline_changed = [this](std::optional<unsigned> hart) { deadlines_changed_.push_back(hart); },
            .transmit =
                [this](std::span<const std::byte> bytes) {
                    for (const std::byte byte : bytes) {
                        sent_ += static_cast<char>(byte);
                    }
                },
            .room = [this] { ++rooms_; },
            .finish = [this](devices::FinishRequest request) { finished_ = request; }};
    }
    std::uint64_t load(PhysAddr address, unsigned size) {
        const auto loaded = board_.bus().load(address, size);
        EXPECT_TRUE(loaded.has_value());
        return *loaded;
    }
    void store(PhysAddr address, unsigned size, std::uint64_t value) {
        EXPECT_TRUE(board_.bus().store(address, size, value).has_value());
    }

    std::uint64_t ticks_ = 1000;
    std::uint64_t wall_clock_ = 0x1122'3344'5566'7788;
    std::vector<Line> lines_;
    std::vector<std::optional<unsigned>> deadlines_changed_;
    std::string sent_;
    unsigned rooms_ = 0;
    std::optional<devices::FinishRequest> finished_;
    mem::GuestRam ram_ = mem::GuestRam::create(kRamBase, 0x10000).value();
    Board board_{ram_, wiring()};
};

TEST_F(BoardTest, TimeIsTheClocksAndReadAtMtime) {
    EXPECT_EQ(board_.time(), 1000U);
    EXPECT_EQ(load(kClintBase + kMtime, 8), 1000U);
}

TEST_F(BoardTest, DeadlineThatIsToComeRaisesTheLineWhenTimeIsKept) {
    store(kClintBase + kTimers + 8, 8, 2000);
    EXPECT_THAT(lines_, ElementsAre(Line(1, Interrupt::machine_timer, false)));
    EXPECT_THAT(deadlines_changed_, ElementsAre(1U));
    EXPECT_EQ(board_.timer_deadline(1), 2000U);
    lines_.clear();
    board_.keep_time(1);
    EXPECT_THAT(lines_, IsEmpty());
    ticks_ = 2000;
    board_.keep_time(0);
    EXPECT_THAT(lines_, IsEmpty());
    board_.keep_time(1);
    EXPECT_THAT(lines_, ElementsAre(Line(1, Interrupt::machine_timer, true)));
}

TEST_F(BoardTest, DeadlineThatHasPassedRaisesTheLineAtOnce) {
    store(kClintBase + kTimers, 8, 999);
    EXPECT_THAT(lines_, ElementsAre(Line(0, Interrupt::machine_timer, true)));
}

TEST_F(BoardTest, SoftwareInterruptsReachTheirHart) {
    store(kClintBase + 4, 4, 1);
    store(kClintBase + 4, 4, 0);
    store(kSswiBase, 4, 1);
    EXPECT_THAT(lines_, ElementsAre(Line(1, Interrupt::machine_software, true),
                                    Line(1, Interrupt::machine_software, false),
                                    Line(0, Interrupt::supervisor_software, true)));
}

TEST_F(BoardTest, UartSendsWhatIsStored) {
    store(kUartBase, 1, 'v');
    store(kUartBase, 1, 'm');
    EXPECT_EQ(sent_, "vm");
}

TEST_F(BoardTest, ReceivedByteInterruptsTheContextThatEnabledTheUart) {
    constexpr std::uint64_t kSupervisorOfHart1 = 3;
    store(kPlicBase + 4 * kUartInterrupt, 4, 1);                                     // priority
    store(kPlicBase + 0x2000 + 0x80 * kSupervisorOfHart1, 4, 1U << kUartInterrupt);  // enable
    store(kUartBase + 1, 1, 1);  // received data available
    const std::byte byte{'a'};
    EXPECT_EQ(board_.receive({&byte, 1}), 1U);
    EXPECT_THAT(lines_, ElementsAre(Line(1, Interrupt::supervisor_external, true)));
    EXPECT_EQ(load(kPlicBase + 0x20'0004 + 0x1000 * kSupervisorOfHart1, 4), kUartInterrupt);
    EXPECT_THAT(lines_, ElementsAre(Line(1, Interrupt::supervisor_external, true),
                                    Line(1, Interrupt::supervisor_external, false)));
    EXPECT_EQ(load(kUartBase, 1), std::uint64_t{'a'});
}

TEST_F(BoardTest, RoomIsAnnouncedWhenTheReceiverIsReadEmpty) {
    const std::array<std::byte, 2> bytes{std::byte{'a'}, std::byte{'b'}};
    EXPECT_EQ(board_.receive(bytes), 1U);
    EXPECT_EQ(rooms_, 0U);
    load(kUartBase, 1);
    EXPECT_EQ(rooms_, 1U);
}

TEST_F(BoardTest, FinisherHandsOnWhatTheGuestAsksFor) {
    store(kTestFinisherBase, 4, 0x0003'3333);
    EXPECT_EQ(finished_, (devices::FinishRequest{devices::FinishRequest::Kind::fail, 3}));
}

TEST_F(BoardTest, RtcReadsTheWallClockAndItsAlarmGoesOffWhenTimeIsKept) {
    EXPECT_EQ(load(kRtcBase, 4), 0x5566'7788U);
    EXPECT_EQ(load(kRtcBase + 4, 4), 0x1122'3344U);
    EXPECT_FALSE(board_.alarm_deadline());
    const std::uint64_t alarm = wall_clock_ + 100;
    store(kRtcBase + 0xc, 4, alarm >> 32);
    store(kRtcBase + 0x8, 4, alarm & 0xffff'ffff);
    EXPECT_EQ(board_.alarm_deadline(), alarm);
    EXPECT_EQ(deadlines_changed_.back(), std::nullopt);
    wall_clock_ = alarm;
    board_.keep_time(0);
    EXPECT_FALSE(board_.alarm_deadline());
}

// As its driver begins, with a request in the queue. (Virtio 1.2, 3.1.1, 4.2.2)
TEST_F(BoardTest, BoardThatIsHaltedServesNoQueueUntilItGoesOn) {
    constexpr PhysAddr kBuffer = kRamBase + 0xc000;
    devices::virtio::TestDriver driver(ram_, 8);
    const auto set = [this](std::uint64_t offset, std::uint64_t value) {
        store(virtio_base(0) + offset, 4, value & 0xffff'ffff);
    };
    set(0x024, 1);  // VIRTIO_F_VERSION_1
    set(0x020, 1);
    set(0x070, 11);
    set(0x038, 8);
    const auto rings = driver.rings();
    for (const auto& [offset, address] :
         {std::pair{0x080U, rings.descriptors}, {0x090U, rings.driver}, {0x0a0U, rings.device}}) {
        set(offset, address);
        set(offset + 4, address >> 32);
    }
    set(0x044, 1);
    set(0x070, 15);
    driver.describe(0, {raw(kBuffer), 8, devices::virtio::descriptor_flag::kWrite, 0});
    driver.offer(0);
    board_.halt();
    set(0x050, 0);
    EXPECT_EQ(driver.used_index(), 0U);
    board_.go_on();
    EXPECT_EQ(driver.used_index(), 1U);
}

TEST_F(BoardTest, EntropyDeviceIsBehindItsVirtioTransport) {
    EXPECT_EQ(load(virtio_base(0), 4), 0x7472'6976U);  // "virt"
    EXPECT_EQ(load(virtio_base(0) + 8, 4), 4U);
}

TEST_F(BoardTest, EveryDeviceHasANodeAndNoneIsTwice) {
    std::vector<std::string> names;
    for (const devices::DeviceTreeNode& node : board_.nodes()) {
        names.push_back(node.name);
    }
    EXPECT_THAT(
        names, ElementsAre("test@100000", "poweroff", "reboot", "rtc@101000", "clint@2000000", "sswi@2f00000",
                           "plic@c000000", "serial@10000000", "virtio_mmio@10001000"));
}

}  // namespace
}  // namespace vm::machine
