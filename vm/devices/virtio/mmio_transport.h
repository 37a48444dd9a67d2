#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/devices/virtio/device.h"
#include "vm/devices/virtio/queue.h"
#include "vm/mem/guest_ram.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices::virtio {

// Virtio over MMIO, the register layout of version 2 (Virtio 1.2, 4.2): initialisation, features, queues and
// interrupts of one device. Drivers of before the standard are refused: FEATURES_OK stays clear unless they
// accept VIRTIO_F_VERSION_1. A queue that its driver broke puts the device into DEVICE_NEEDS_RESET, and it
// does nothing until it is reset.
class MmioTransport final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x1000;

    // `interrupt` is called with the transport locked: it must not call back. Device and RAM outlive the
    // transport.
    MmioTransport(Device& device, mem::GuestRam& ram, std::function<void(bool raised)> interrupt);

    // Gives the device a turn on a queue, as if the driver had notified it: requests ended, or there is input
    // to fill waiting buffers with. From any thread.
    void serve(unsigned index);

    // Changes the device's configuration by calling `change` with the transport locked, and tells the driver.
    // From any thread.
    void change_config(const std::function<void()>& change);

    // From halt() to go_on() no request is begun, and a turn that is under way ends with its current one: so
    // a machine that ends gets its harts out of a device, whatever rings lie over one another or are filled
    // by others. What was asked for meanwhile is served then. From any thread; halt() does not wait.
    void halt() { halted_.store(true, std::memory_order_relaxed); }
    void go_on();

    // Registers are of 32 bits; the configuration space is read and written by any width.
    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return device_.name(); }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    struct QueueSlot {
        Queue queue;
        Queue::Rings rings;  // as the driver writes them, before the queue starts
        std::uint16_t max_size;
    };

    std::uint64_t read_register(std::uint64_t offset);
    void write_register(std::uint64_t offset, std::uint32_t value);
    std::uint64_t load_config(std::uint64_t offset, unsigned size);
    void store_config(std::uint64_t offset, unsigned size, std::uint64_t value);

    std::uint64_t offered_features() const;
    void write_driver_features(std::uint32_t value);
    void write_status(std::uint32_t value);
    void reset();
    bool active() const;
    void need_reset();

    QueueSlot* selected();
    // A 64-bit address of the selected queue by the offset of either half; nullptr for another offset.
    std::uint64_t* ring_address(std::uint64_t offset);
    void write_queue_register(std::uint64_t offset, std::uint32_t value);
    void write_queue_ready(std::uint32_t value);
    void serve_locked(unsigned index);

    void announce_config();
    void raise(std::uint32_t reasons);
    void update_interrupt();

    Device& device_;
    std::function<void(bool)> interrupt_;
    UnknownAccesses unknown_;
    std::atomic<bool> halted_{false};
    std::mutex mutex_;
    std::vector<QueueSlot> queues_;
    std::uint32_t status_ = 0;
    std::uint64_t driver_features_ = 0;
    std::uint32_t device_features_select_ = 0;
    std::uint32_t driver_features_select_ = 0;
    std::uint32_t queue_select_ = 0;
    std::uint32_t config_generation_ = 0;
    std::uint32_t interrupt_status_ = 0;
    bool raised_ = false;
};

DeviceTreeNode mmio_node(const Placement& placement);

}  // namespace vm::devices::virtio
