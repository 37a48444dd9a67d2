#include "vm/machine/board.h"

#include "vm/base/check.h"
#include "vm/devices/clint_node.h"
#include "vm/machine/device_tree.h"
#include "vm/machine/memory_map.h"

namespace vm::machine {
namespace {

using guest::riscv::Interrupt;

constexpr unsigned kRandomSlot = 0;

// The board's convention: two contexts of the PLIC a hart.
constexpr unsigned contexts(unsigned harts) { return 2 * harts; }
constexpr Interrupt external_of(unsigned context) {
    return context % 2 == 0 ? Interrupt::machine_external : Interrupt::supervisor_external;
}

devices::Placement placement(mem::PhysAddr base, std::uint64_t size, std::uint32_t interrupt) {
    return {base, size, interrupt, phandle::kPlic};
}

}  // namespace

Board::Board(mem::GuestRam& ram, const BoardWiring& wiring)
    : wiring_(wiring),
      plic_(contexts(wiring.harts),
            [this](unsigned context, bool raised) {
                wiring_.interrupt(context / 2, external_of(context), raised);
            }),
      finisher_(wiring.finish),
      rtc_({wiring.wall_clock, [this](bool raised) { plic_.set_line(kRtcInterrupt, raised); },
            [this](std::optional<std::uint64_t>) { wiring_.deadline_changed(std::nullopt); }}),
      software_(wiring.harts,
                [this](unsigned hart, bool raised) {
                    wiring_.interrupt(hart, Interrupt::machine_software, raised);
                }),
      timer_(wiring.harts, wiring.ticks,
             [this](unsigned hart, std::uint64_t deadline) { set_timer_line(hart, deadline); }),
      supervisor_software_(
          wiring.harts,
          [this](unsigned hart) { wiring_.interrupt(hart, Interrupt::supervisor_software, true); }),
      uart_({[this](bool raised) { plic_.set_line(kUartInterrupt, raised); }, wiring.transmit, wiring.room}),
      random_(wiring.random),
      random_transport_(random_, ram,
                        [this](bool raised) { plic_.set_line(virtio_interrupt(kRandomSlot), raised); }) {
    attach_all();
}

void Board::attach_all() {
    const auto attach = [this](mem::PhysAddr base, std::uint64_t size, mem::MmioDevice& device) {
        VM_CHECK(bus_.attach(base, size, device).has_value());
    };
    attach(kTestFinisherBase, devices::Finisher::kSize, finisher_);
    attach(kRtcBase, devices::GoldfishRtc::kSize, rtc_);
    attach(kClintBase, devices::Mswi::kSize, software_);
    attach(kClintBase + devices::kClintTimerOffset, devices::Mtimer::kSize, timer_);
    attach(kSswiBase, devices::Sswi::kSize, supervisor_software_);
    attach(kPlicBase, devices::Plic::size(contexts(wiring_.harts)), plic_);
    attach(kUartBase, devices::Uart16550::kSize, uart_);
    attach(virtio_base(kRandomSlot), devices::virtio::MmioTransport::kSize, random_transport_);
}

// Called with the timer locked: mtime() takes no lock.
void Board::set_timer_line(unsigned hart, std::uint64_t deadline) {
    wiring_.interrupt(hart, Interrupt::machine_timer, timer_.mtime() >= deadline);
    wiring_.deadline_changed(hart);
}

void Board::keep_time(unsigned hart) {
    if (timer_.mtime() >= timer_.next_deadline(hart)) {
        wiring_.interrupt(hart, Interrupt::machine_timer, true);
        if (timer_.mtime() < timer_.next_deadline(hart)) {  // another hart wrote a later one meanwhile
            wiring_.interrupt(hart, Interrupt::machine_timer, false);
        }
    }
    rtc_.expire();
}

std::vector<devices::DeviceTreeNode> Board::nodes() const {
    std::vector<std::uint32_t> controllers;
    for (unsigned hart = 0; hart < wiring_.harts; ++hart) {
        controllers.push_back(phandle::cpu_interrupts(hart));
    }
    std::vector<devices::DeviceTreeNode> nodes =
        devices::finisher_nodes(kTestFinisherBase, phandle::kTestFinisher);
    nodes.push_back(devices::rtc_node(placement(kRtcBase, devices::GoldfishRtc::kSize, kRtcInterrupt)));
    nodes.push_back(devices::clint_node(kClintBase, controllers));
    nodes.push_back(devices::sswi_node(kSswiBase, controllers));
    nodes.push_back(devices::plic_node(kPlicBase, phandle::kPlic, controllers));
    nodes.push_back(devices::uart_node(placement(kUartBase, devices::Uart16550::kSize, kUartInterrupt)));
    nodes.push_back(devices::virtio::mmio_node(placement(
        virtio_base(kRandomSlot), devices::virtio::MmioTransport::kSize, virtio_interrupt(kRandomSlot))));
    return nodes;
}

}  // namespace vm::machine
