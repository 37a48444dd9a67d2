#include "vm/devices/uart16550.h"

#include <algorithm>
#include <utility>

namespace vm::devices {
namespace {

// Registers (PC16550D data sheet, table II); the first two are the divisor latch while LCR bit 7 is set.
constexpr std::uint64_t kData = 0;             // RBR when read, THR when written; DLL
constexpr std::uint64_t kInterruptEnable = 1;  // IER; DLM
constexpr std::uint64_t kIdentAndFifo = 2;     // IIR when read, FCR when written
constexpr std::uint64_t kLineControl = 3;      // LCR
constexpr std::uint64_t kModemControl = 4;     // MCR
constexpr std::uint64_t kLineStatus = 5;       // LSR
constexpr std::uint64_t kModemStatus = 6;      // MSR
constexpr std::uint64_t kScratch = 7;          // SCR

// IER (8.7).
constexpr std::uint8_t kEnableReceived = 0x01;
constexpr std::uint8_t kEnableTransmitEmpty = 0x02;
constexpr std::uint8_t kEnableLineStatus = 0x04;
constexpr std::uint8_t kEnableModemStatus = 0x08;
constexpr std::uint8_t kInterruptEnableBits = 0x0f;

// IIR (8.6, table IV), highest priority first.
constexpr std::uint8_t kCauseLineStatus = 0x06;
constexpr std::uint8_t kCauseReceived = 0x04;
constexpr std::uint8_t kCauseTimeOut = 0x0c;
constexpr std::uint8_t kCauseTransmitEmpty = 0x02;
constexpr std::uint8_t kCauseModemStatus = 0x00;
constexpr std::uint8_t kCauseNone = 0x01;
constexpr std::uint8_t kFifosEnabled = 0xc0;

// FCR (8.5).
constexpr std::uint8_t kFifoEnable = 0x01;
constexpr std::uint8_t kClearReceived = 0x02;
constexpr std::array<std::size_t, 4> kTriggerLevels{1, 4, 8, 14};

constexpr std::uint8_t kDivisorLatchAccess = 0x80;  // LCR (8.1)

// MCR (8.8).
constexpr std::uint8_t kDataTerminalReady = 0x01;
constexpr std::uint8_t kRequestToSend = 0x02;
constexpr std::uint8_t kOut1 = 0x04;
constexpr std::uint8_t kOut2 = 0x08;
constexpr std::uint8_t kLoop = 0x10;
constexpr std::uint8_t kModemControlBits = 0x1f;

// LSR (8.4).
constexpr std::uint8_t kDataReady = 0x01;
constexpr std::uint8_t kOverrun = 0x02;
constexpr std::uint8_t kTransmitEmpty = 0x60;  // the holding register and the shift register

// MSR (8.9): lines, and in the low half what changed since it was last read.
constexpr std::uint8_t kClearToSend = 0x10;
constexpr std::uint8_t kDataSetReady = 0x20;
constexpr std::uint8_t kRing = 0x40;
constexpr std::uint8_t kCarrier = 0x80;
constexpr std::uint8_t kLines = 0xf0;
constexpr std::uint8_t kChanges = 0x0f;
constexpr std::uint8_t kRingEnded = 0x04;

// Somebody is always at the other end of the line.
constexpr std::uint8_t kConnected = kClearToSend | kDataSetReady | kCarrier;

// In the loop the four outputs are the four inputs (8.8).
std::uint8_t looped_lines(std::uint8_t modem_control) {
    const auto line = [&](std::uint8_t output, std::uint8_t input) {
        return (modem_control & output) != 0 ? unsigned{input} : 0U;
    };
    return static_cast<std::uint8_t>(line(kDataTerminalReady, kDataSetReady) |
                                     line(kRequestToSend, kClearToSend) | line(kOut1, kRing) |
                                     line(kOut2, kCarrier));
}

// The low half of MSR for lines that go from `before` to `after`; of the ring only its end counts.
std::uint8_t modem_changes(std::uint8_t before, std::uint8_t after) {
    const unsigned changed = (before ^ after) & kLines & ~unsigned{kRing};
    const bool ring_ended = (before & kRing) != 0 and (after & kRing) == 0;
    return static_cast<std::uint8_t>(changed >> 4 | (ring_ended ? kRingEnded : 0U));
}

}  // namespace

void Uart16550::Fifo::push(std::byte byte) {
    bytes_[(first_ + count_) % kFifoBytes] = byte;
    ++count_;
}

std::byte Uart16550::Fifo::pop() {
    const std::byte byte = bytes_[first_];
    first_ = (first_ + 1) % kFifoBytes;
    --count_;
    return byte;
}

Uart16550::Uart16550(Outputs outputs) : outputs_(std::move(outputs)), modem_status_(kConnected) {}

bool Uart16550::divisor_latch_access() const { return (line_control_ & kDivisorLatchAccess) != 0; }
bool Uart16550::fifo_enabled() const { return (fifo_control_ & kFifoEnable) != 0; }
bool Uart16550::loops_back() const { return (modem_control_ & kLoop) != 0; }

std::size_t Uart16550::receive(std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    const std::size_t free = loops_back() ? 0 : capacity() - received_.count();
    const std::size_t taken = std::min(free, bytes.size());
    for (const std::byte byte : bytes.first(taken)) {
        received_.push(byte);
    }
    room_wanted_ = taken < bytes.size();
    update_interrupt();
    return taken;
}

std::uint64_t Uart16550::load(std::uint64_t offset, unsigned /*size*/) {
    std::unique_lock lock(mutex_);
    const std::uint64_t value = read_register(offset);
    update_interrupt();
    const bool room = take_wanted_room();
    lock.unlock();
    if (room) {
        outputs_.room();
    }
    return value;
}

void Uart16550::store(std::uint64_t offset, unsigned /*size*/, std::uint64_t value) {
    std::unique_lock lock(mutex_);
    const std::optional<std::byte> sent = write_register(offset, static_cast<std::uint8_t>(value));
    update_interrupt();
    const bool room = take_wanted_room();
    lock.unlock();
    if (sent) {
        outputs_.transmit({&*sent, 1});
    }
    if (room) {
        outputs_.room();
    }
}

std::uint64_t Uart16550::read_register(std::uint64_t offset) {
    switch (offset) {
        case kData:
            return divisor_latch_access() ? divisor_low_ : static_cast<std::uint8_t>(read_receive_buffer());
        case kInterruptEnable:
            return divisor_latch_access() ? divisor_high_ : interrupt_enable_;
        case kIdentAndFifo:
            return read_interrupt_identification();
        case kLineControl:
            return line_control_;
        case kModemControl:
            return modem_control_;
        case kLineStatus:
            return read_line_status();
        case kModemStatus:
            return read_modem_status();
        case kScratch:
            return scratch_;
        default:
            return unknown_.note();
    }
}

std::byte Uart16550::read_receive_buffer() { return received_.count() == 0 ? std::byte{0} : received_.pop(); }

// Reading it takes back the transmit interrupt, but only when that is the one it reports (8.6, table IV).
std::uint8_t Uart16550::read_interrupt_identification() {
    const std::uint8_t cause = interrupt_cause();
    if (cause == kCauseTransmitEmpty) {
        transmit_empty_pending_ = false;
    }
    return static_cast<std::uint8_t>(cause | (fifo_enabled() ? kFifosEnabled : 0));
}

std::uint8_t Uart16550::read_line_status() {
    const bool overrun = std::exchange(overrun_, false);
    const bool ready = received_.count() != 0;
    return static_cast<std::uint8_t>(kTransmitEmpty | (overrun ? kOverrun : 0) | (ready ? kDataReady : 0));
}

std::uint8_t Uart16550::read_modem_status() {
    return std::exchange(modem_status_, static_cast<std::uint8_t>(modem_status_ & kLines));
}

std::optional<std::byte> Uart16550::write_register(std::uint64_t offset, std::uint8_t value) {
    switch (offset) {
        case kData:
            if (not divisor_latch_access()) {
                return write_transmit(std::byte{value});
            }
            divisor_low_ = value;
            break;
        case kInterruptEnable:
            if (divisor_latch_access()) {
                divisor_high_ = value;
            } else {
                write_interrupt_enable(value);
            }
            break;
        case kIdentAndFifo:
            write_fifo_control(value);
            break;
        case kLineControl:
            line_control_ = value;
            break;
        case kModemControl:
            write_modem_control(value);
            break;
        case kLineStatus:
        case kModemStatus:
            break;  // read-only
        case kScratch:
            scratch_ = value;
            break;
        default:
            unknown_.note();
    }
    return std::nullopt;
}

// A byte that is looped back into a full FIFO is lost; without FIFOs it replaces the one before (8.4, bit 1).
std::optional<std::byte> Uart16550::write_transmit(std::byte value) {
    transmit_empty_pending_ = true;
    if (not loops_back()) {
        return value;
    }
    if (received_.count() >= capacity()) {
        overrun_ = true;
        if (fifo_enabled()) {
            return std::nullopt;
        }
        received_.clear();
    }
    received_.push(value);
    return std::nullopt;
}

// Enabling the transmit interrupt raises it at once, as the transmitter is always empty (8.6, table IV).
void Uart16550::write_interrupt_enable(std::uint8_t value) {
    const std::uint8_t enabled = value & ~unsigned{interrupt_enable_} & kInterruptEnableBits;
    interrupt_enable_ = value & kInterruptEnableBits;
    if ((enabled & kEnableTransmitEmpty) != 0) {
        transmit_empty_pending_ = true;
    }
}

// Switching FIFOs on or off empties them, and the other bits count only while bit 0 is set (8.5).
void Uart16550::write_fifo_control(std::uint8_t value) {
    const bool enable = (value & kFifoEnable) != 0;
    if (enable != fifo_enabled() or (enable and (value & kClearReceived) != 0)) {
        received_.clear();
    }
    fifo_control_ = enable ? value : 0;
}

void Uart16550::write_modem_control(std::uint8_t value) {
    modem_control_ = value & kModemControlBits;
    const std::uint8_t lines = loops_back() ? looped_lines(modem_control_) : kConnected;
    const unsigned changes = (modem_status_ & kChanges) | unsigned{modem_changes(modem_status_, lines)};
    modem_status_ = static_cast<std::uint8_t>(lines | changes);
}

std::uint8_t Uart16550::interrupt_cause() const {
    if ((interrupt_enable_ & kEnableLineStatus) != 0 and overrun_) {
        return kCauseLineStatus;
    }
    if ((interrupt_enable_ & kEnableReceived) != 0 and received_.count() != 0) {
        const std::size_t trigger = fifo_enabled() ? kTriggerLevels[fifo_control_ >> 6] : 1;
        return received_.count() >= trigger ? kCauseReceived : kCauseTimeOut;
    }
    if ((interrupt_enable_ & kEnableTransmitEmpty) != 0 and transmit_empty_pending_) {
        return kCauseTransmitEmpty;
    }
    if ((interrupt_enable_ & kEnableModemStatus) != 0 and (modem_status_ & kChanges) != 0) {
        return kCauseModemStatus;
    }
    return kCauseNone;
}

void Uart16550::update_interrupt() {
    const bool raised = interrupt_cause() != kCauseNone;
    if (raised != raised_) {
        raised_ = raised;
        outputs_.interrupt(raised);
    }
}

// Half a FIFO of room is waited for, so that the host is not woken for every byte.
bool Uart16550::take_wanted_room() {
    if (not room_wanted_ or loops_back() or received_.count() > capacity() / 2) {
        return false;
    }
    room_wanted_ = false;
    return true;
}

DeviceTreeNode uart_node(const Placement& placement) {
    // What baud rates are derived from; nothing here depends on it, but drivers refuse to start without.
    constexpr std::uint32_t kClockFrequency = 3'686'400;
    DeviceTreeNode node = device_node("serial", {"ns16550a"}, placement);
    node.properties.push_back({"clock-frequency", std::vector<std::uint32_t>{kClockFrequency}});
    return node;
}

}  // namespace vm::devices
