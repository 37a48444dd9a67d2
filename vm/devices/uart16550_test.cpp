#include "vm/devices/uart16550.h"

#include <atomic>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/devices/test_node.h"

namespace vm::devices {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kData = 0, kIer = 1, kIir = 2, kFcr = 2, kLcr = 3, kMcr = 4, kLsr = 5, kMsr = 6,
                        kScr = 7;

class Uart : public ::testing::Test {
  protected:
    std::uint64_t get(std::uint64_t offset) { return uart_.load(offset, 1); }
    void set(std::uint64_t offset, std::uint64_t value) { uart_.store(offset, 1, value); }

    std::size_t receive(std::string_view text) { return uart_.receive(std::as_bytes(std::span(text))); }
    std::string read(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            text += static_cast<char>(get(kData));
        }
        return text;
    }

    std::string sent_;
    unsigned rooms_ = 0;
    bool raised_ = false;
    Uart16550 uart_{{.interrupt = [this](bool raised) { raised_ = raised; },
                     .transmit =
                         [this](std::span<const std::byte> bytes) {
                             sent_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                         },
                     .room = [this] { ++rooms_; }}};
};

TEST_F(Uart, IsSilentAndReadyToSendAfterReset) {
    EXPECT_FALSE(raised_);
    EXPECT_EQ(get(kLsr), 0x60U);
    EXPECT_EQ(get(kIir), 0x01U);
    EXPECT_EQ(get(kMsr), 0xb0U);
    EXPECT_EQ(get(kIer), 0U);
}

TEST_F(Uart, TransmitsEachByteStored) {
    set(kData, 'h');
    set(kData, 'i');
    EXPECT_EQ(sent_, "hi");
    EXPECT_EQ(get(kLsr), 0x60U);
}

TEST_F(Uart, WiderStoresSendTheirLowByteAlone) {
    uart_.store(kData, 4, 0x41424344);
    EXPECT_EQ(sent_, "D");
}

TEST_F(Uart, DivisorLatchHidesDataAndInterruptEnable) {
    set(kLcr, 0x83);
    set(kData, 0x0c);
    set(kIer, 0x01);
    EXPECT_EQ(get(kData), 0x0cU);
    EXPECT_EQ(get(kIer), 0x01U);
    set(kLcr, 0x03);
    EXPECT_EQ(get(kIer), 0U);
    EXPECT_TRUE(sent_.empty());
}

TEST_F(Uart, ScratchAndLineControlKeepWhatIsWritten) {
    set(kScr, 0xa5);
    set(kLcr, 0x1b);
    EXPECT_EQ(get(kScr), 0xa5U);
    EXPECT_EQ(get(kLcr), 0x1bU);
}

TEST_F(Uart, WithoutFifosOneByteIsHeld) {
    EXPECT_EQ(receive("ab"), 1U);
    EXPECT_EQ(get(kLsr), 0x61U);
    EXPECT_EQ(get(kData), 'a');
    EXPECT_EQ(get(kLsr), 0x60U);
    EXPECT_EQ(get(kData), 0U);
}

TEST_F(Uart, FifoTakesSixteenBytesAndKeepsTheirOrder) {
    set(kFcr, 0x01);
    EXPECT_EQ(receive("0123456789abcdefXYZ"), 16U);
    EXPECT_EQ(receive("X"), 0U);
    EXPECT_EQ(read(16), "0123456789abcdef");
    EXPECT_EQ(get(kLsr), 0x60U);
}

TEST_F(Uart, FifoWrapsAround) {
    set(kFcr, 0x01);
    receive("0123456789");
    EXPECT_EQ(read(10), "0123456789");
    EXPECT_EQ(receive("abcdefghijklmnop"), 16U);
    EXPECT_EQ(read(16), "abcdefghijklmnop");
}

TEST_F(Uart, RoomIsAnnouncedOnceWhenHalfTheFifoIsFreeAndBytesWereLeft) {
    set(kFcr, 0x01);
    receive("0123456789abcdefX");
    read(7);
    EXPECT_EQ(rooms_, 0U);
    read(1);
    EXPECT_EQ(rooms_, 1U);
    read(8);
    EXPECT_EQ(rooms_, 1U);
}

TEST_F(Uart, NoRoomIsAnnouncedWhenAllWasTaken) {
    set(kFcr, 0x01);
    receive("0123456789abcdef");
    read(16);
    EXPECT_EQ(rooms_, 0U);
}

TEST_F(Uart, ClearingTheFifoMakesRoom) {
    set(kFcr, 0x01);
    receive("0123456789abcdefX");
    set(kFcr, 0x03);
    EXPECT_EQ(rooms_, 1U);
    EXPECT_EQ(get(kLsr), 0x60U);
}

TEST_F(Uart, SwitchingFifosOffEmptiesThem) {
    set(kFcr, 0x01);
    receive("abc");
    set(kFcr, 0x00);
    EXPECT_EQ(get(kLsr), 0x60U);
    EXPECT_EQ(receive("abc"), 1U);
}

TEST_F(Uart, ReceiveInterruptStandsWhileTheTriggerLevelIsReached) {
    set(kFcr, 0x41);  // four bytes
    set(kIer, 0x01);
    receive("abcd");
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0xc4U);
    read(1);
    EXPECT_EQ(get(kIir), 0xccU);
}

TEST_F(Uart, TimeOutInterruptReportsFewerBytesThanTheTriggerLevelUntilAllAreRead) {
    set(kFcr, 0xc1);  // fourteen bytes
    set(kIer, 0x01);
    receive("ab");
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0xccU);
    read(1);
    EXPECT_TRUE(raised_);
    read(1);
    EXPECT_FALSE(raised_);
    EXPECT_EQ(get(kIir), 0xc1U);
}

TEST_F(Uart, ReceiveInterruptIsSilentUntilEnabled) {
    receive("a");
    EXPECT_FALSE(raised_);
    set(kIer, 0x01);
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0x04U);
}

TEST_F(Uart, EnablingTheTransmitInterruptRaisesItAndReadingIirTakesItBack) {
    set(kIer, 0x02);
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0x02U);
    EXPECT_FALSE(raised_);
    EXPECT_EQ(get(kIir), 0x01U);
}

TEST_F(Uart, ASentByteRaisesTheTransmitInterruptAgain) {
    set(kIer, 0x02);
    get(kIir);
    set(kData, 'x');
    EXPECT_TRUE(raised_);
}

TEST_F(Uart, ReadingIirForAHigherCauseKeepsTheTransmitInterrupt) {
    set(kIer, 0x03);
    receive("a");
    EXPECT_EQ(get(kIir), 0x04U);
    read(1);
    EXPECT_EQ(get(kIir), 0x02U);
}

TEST_F(Uart, LoopbackReturnsBytesToTheGuestAlone) {
    set(kMcr, 0x10);
    set(kData, 'q');
    EXPECT_TRUE(sent_.empty());
    EXPECT_EQ(get(kLsr), 0x61U);
    EXPECT_EQ(get(kData), 'q');
}

TEST_F(Uart, LoopbackConnectsModemOutputsToInputs) {
    set(kMcr, 0x1a);  // what a driver looks for: RTS and OUT2 come back as CTS and DCD
    EXPECT_EQ(get(kMsr) & 0xf0, 0x90U);
    set(kMcr, 0x15);
    EXPECT_EQ(get(kMsr) & 0xf0, 0x60U);
    set(kMcr, 0x00);
    EXPECT_EQ(get(kMsr) & 0xf0, 0xb0U);
}

TEST_F(Uart, ModemChangesAreReportedOnceAndOfTheRingOnlyItsEnd) {
    set(kMcr, 0x1b);
    get(kMsr);
    set(kMcr, 0x1f);  // the ring begins
    EXPECT_EQ(get(kMsr) & 0x0f, 0U);
    set(kMcr, 0x19);  // it ends, and CTS falls
    EXPECT_EQ(get(kMsr) & 0x0f, 0x05U);
    EXPECT_EQ(get(kMsr) & 0x0f, 0U);
}

TEST_F(Uart, ModemStatusInterruptEndsWhenTheStatusIsRead) {
    set(kIer, 0x08);
    set(kMcr, 0x10);
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0x00U);
    get(kMsr);
    EXPECT_FALSE(raised_);
}

TEST_F(Uart, LoopbackIntoAFullFifoLosesTheByteAndSaysSo) {
    set(kFcr, 0x01);
    set(kMcr, 0x10);
    set(kIer, 0x04);
    for (char c = 'a'; c < 'a' + 17; ++c) {
        set(kData, static_cast<std::uint64_t>(c));
    }
    EXPECT_TRUE(raised_);
    EXPECT_EQ(get(kIir), 0xc6U);
    EXPECT_EQ(get(kLsr), 0x63U);
    EXPECT_FALSE(raised_);
    EXPECT_EQ(get(kLsr), 0x61U);
    EXPECT_EQ(read(16), "abcdefghijklmnop");
}

TEST_F(Uart, LoopbackWithoutFifosReplacesTheByteBefore) {
    set(kMcr, 0x10);
    set(kData, 'a');
    set(kData, 'b');
    EXPECT_EQ(get(kLsr), 0x63U);
    EXPECT_EQ(get(kData), 'b');
}

TEST_F(Uart, NothingIsTakenFromOutsideDuringLoopbackAndRoomIsAnnouncedAfterIt) {
    set(kMcr, 0x10);
    EXPECT_EQ(receive("a"), 0U);
    EXPECT_EQ(rooms_, 0U);
    set(kMcr, 0x00);
    EXPECT_EQ(rooms_, 1U);
}

TEST_F(Uart, UnknownOffsetsReadZeroAndAreCounted) {
    EXPECT_EQ(get(8), 0U);
    set(0x20, 1);
    EXPECT_EQ(uart_.unknown_accesses(), 2U);
}

TEST_F(Uart, ReadOnlyRegistersIgnoreWritesWithoutBeingUnknown) {
    set(kLsr, 0);
    set(kMsr, 0);
    EXPECT_EQ(get(kLsr), 0x60U);
    EXPECT_EQ(uart_.unknown_accesses(), 0U);
}

TEST(UartThreads, BytesFromAnotherThreadArriveCompleteAndInOrder) {
    std::string text;
    for (int i = 0; i < 2000; ++i) {
        text += static_cast<char>('a' + i % 26);
    }
    std::atomic<unsigned> interrupts{0};
    Uart16550 uart({.interrupt = [&](bool raised) { interrupts += raised ? 1 : 0; },
                    .transmit = [](std::span<const std::byte>) {},
                    .room = [] {}});
    uart.store(kFcr, 1, 0x81);
    uart.store(kIer, 1, 0x01);
    std::thread host([&] {
        std::span<const std::byte> left = std::as_bytes(std::span(text));
        while (not left.empty()) {
            left = left.subspan(uart.receive(left));
        }
    });
    std::string got;
    while (got.size() < text.size()) {
        if ((uart.load(kLsr, 1) & 1) != 0) {
            got += static_cast<char>(uart.load(kData, 1));
        }
    }
    host.join();
    EXPECT_EQ(got, text);
    EXPECT_GE(interrupts.load(), 1U);
}

TEST(UartThreads, TheRoomCallbackMayRefillTheFifo) {
    std::string text = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::span<const std::byte> left = std::as_bytes(std::span(text));
    Uart16550* fed = nullptr;
    Uart16550 uart({.interrupt = [](bool) {},
                    .transmit = [](std::span<const std::byte>) {},
                    .room = [&] { left = left.subspan(fed->receive(left)); }});
    fed = &uart;
    uart.store(kFcr, 1, 0x01);
    left = left.subspan(uart.receive(left));
    std::string got;
    while ((uart.load(kLsr, 1) & 1) != 0) {
        got += static_cast<char>(uart.load(kData, 1));
    }
    EXPECT_EQ(got, text);
}

TEST(UartNode, IsAnNs16550aWithAClock) {
    const DeviceTreeNode node = uart_node({mem::PhysAddr{0x10000000}, 0x100, 10, 3});
    EXPECT_EQ(node.name, "serial@10000000");
    EXPECT_THAT(strings(node, "compatible"), ElementsAre("ns16550a"));
    EXPECT_THAT(cells(node, "interrupts"), ElementsAre(10U));
    EXPECT_THAT(cells(node, "clock-frequency"), ElementsAre(3686400U));
}

}  // namespace
}  // namespace vm::devices
