#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// National Semiconductor PC16550D, with registers of one byte at consecutive offsets. Its line is infinitely
// fast: a byte is transmitted when it is stored, and four character times without traffic have always passed,
// so the time-out interrupt stands whenever the receive FIFO holds fewer bytes than the trigger level asks
// for.
class Uart16550 final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x100;
    static constexpr std::size_t kFifoBytes = 16;

    struct Outputs {
        // Called with the device locked: must not call back into it.
        std::function<void(bool raised)> interrupt;
        // What the guest sends, called in the thread of the hart that sent it. Harts that send at once are
        // not kept apart.
        std::function<void(std::span<const std::byte>)> transmit;
        // After receive took less than it was given: now it takes more. May call receive, and may itself be
        // called before that receive has returned to its caller.
        std::function<void()> room;
    };

    explicit Uart16550(Outputs outputs);

    // Bytes for the guest, from any thread. Returns how many of the first were taken; whatever is left the
    // caller keeps until `room` is called. Nothing is lost, and while the guest loops the line back to itself
    // (MCR bit 4) nothing is taken.
    std::size_t receive(std::span<const std::byte> bytes);

    // An access of any width concerns the one register at its offset, as if it were of one byte.
    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "uart"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    // The receive FIFO; the receive buffer register alone when FIFOs are off.
    class Fifo {
      public:
        std::size_t count() const { return count_; }
        void push(std::byte byte);
        std::byte pop();
        void clear() { count_ = 0; }

      private:
        std::array<std::byte, kFifoBytes> bytes_{};
        std::size_t first_ = 0;
        std::size_t count_ = 0;
    };

    bool divisor_latch_access() const;
    bool fifo_enabled() const;
    bool loops_back() const;
    std::size_t capacity() const { return fifo_enabled() ? kFifoBytes : 1; }

    std::uint64_t read_register(std::uint64_t offset);
    std::byte read_receive_buffer();
    std::uint8_t read_interrupt_identification();
    std::uint8_t read_line_status();
    std::uint8_t read_modem_status();

    // What is to be transmitted, if the store was one to the transmit register.
    std::optional<std::byte> write_register(std::uint64_t offset, std::uint8_t value);
    std::optional<std::byte> write_transmit(std::byte value);
    void write_interrupt_enable(std::uint8_t value);
    void write_fifo_control(std::uint8_t value);
    void write_modem_control(std::uint8_t value);

    std::uint8_t interrupt_cause() const;
    void update_interrupt();
    bool take_wanted_room();

    Outputs outputs_;
    UnknownAccesses unknown_;
    std::mutex mutex_;
    Fifo received_;
    std::uint8_t interrupt_enable_ = 0;
    std::uint8_t fifo_control_ = 0;
    std::uint8_t line_control_ = 0;
    std::uint8_t modem_control_ = 0;
    std::uint8_t modem_status_;
    std::uint8_t scratch_ = 0;
    std::uint8_t divisor_low_ = 0;
    std::uint8_t divisor_high_ = 0;
    bool overrun_ = false;
    bool transmit_empty_pending_ = false;
    bool raised_ = false;
    bool room_wanted_ = false;
};

DeviceTreeNode uart_node(const Placement& placement);

}  // namespace vm::devices
