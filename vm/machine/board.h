#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/finisher.h"
#include "vm/devices/goldfish_rtc.h"
#include "vm/devices/mswi.h"
#include "vm/devices/mtimer.h"
#include "vm/devices/plic.h"
#include "vm/devices/sswi.h"
#include "vm/devices/uart16550.h"
#include "vm/devices/virtio/mmio_transport.h"
#include "vm/devices/virtio/rng.h"
#include "vm/guest/riscv/interrupt_file.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/mmio_bus.h"

namespace vm::machine {

// What the board is wired to.
struct BoardWiring {
    unsigned harts = 1;
    // Ticks of the timebase (kTimebaseFrequency) since the machine began, and nanoseconds since 1970.
    std::function<std::uint64_t()> ticks;
    std::function<std::uint64_t()> wall_clock;
    std::function<void(std::span<std::byte>)> random;
    // Called from any thread, with devices locked: must not call back into the board.
    std::function<void(unsigned hart, guest::riscv::Interrupt interrupt, bool raised)> interrupt;
    // Another deadline than before, of a hart's timer or (no hart) of the clock's alarm: whoever sleeps until
    // one looks again.
    std::function<void(std::optional<unsigned> hart)> deadline_changed;
    // What the guest sends to the console, and that there is room again for what it is sent.
    std::function<void(std::span<const std::byte>)> transmit;
    std::function<void()> room;
    std::function<void(devices::FinishRequest)> finish;
};

// The devices of the board and the lines between them; addresses as QEMU's `virt` has them (memory_map.h).
// The one place where devices are attached.
class Board {
  public:
    // The RAM outlives the board.
    Board(mem::GuestRam& ram, const BoardWiring& wiring);
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    const mem::MmioBus& bus() const { return bus_; }
    // What the time CSR reads.
    std::uint64_t time() const { return timer_.mtime(); }
    // When the timer line of a hart rises, in ticks of time().
    std::uint64_t timer_deadline(unsigned hart) const { return timer_.next_deadline(hart); }
    // Lets go off what waits for time that has come: the hart's timer line, and the clock's alarm.
    void keep_time(unsigned hart);
    // When keep_time has something to do for the clock, in nanoseconds since 1970; nothing when it has not.
    std::optional<std::uint64_t> alarm_deadline() { return rtc_.next_deadline(); }

    // Between the two no device begins requests of its queues. See MmioTransport::halt.
    void halt() { random_transport_.halt(); }
    void go_on() { random_transport_.go_on(); }

    // Bytes for the console; how many of the first were taken. See Uart16550::receive.
    std::size_t receive(std::span<const std::byte> bytes) { return uart_.receive(bytes); }

    // What the kernel is told of the devices, to go below /soc.
    std::vector<devices::DeviceTreeNode> nodes() const;

  private:
    void attach_all();
    void set_timer_line(unsigned hart, std::uint64_t deadline);

    BoardWiring wiring_;
    mem::MmioBus bus_;
    devices::Plic plic_;
    devices::Finisher finisher_;
    devices::GoldfishRtc rtc_;
    devices::Mswi software_;
    devices::Mtimer timer_;
    devices::Sswi supervisor_software_;
    devices::Uart16550 uart_;
    devices::virtio::Rng random_;
    devices::virtio::MmioTransport random_transport_;
};

}  // namespace vm::machine
