#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vm/devices/virtio/queue.h"

namespace vm::devices::virtio {

// What makes a virtio device the one it is; the transport does what all have in common. It calls with itself
// locked, so one call at a time, and must not be called back from here.
class Device {
  public:
    virtual ~Device() = default;

    virtual std::string_view name() const = 0;
    // Virtio 1.2, chapter 5.
    virtual std::uint32_t id() const = 0;
    // The device's own feature bits, offered beside those the transport offers.
    virtual std::uint64_t features() const { return 0; }
    // The most descriptors each queue may have, powers of two; as many entries as queues.
    virtual std::span<const std::uint16_t> queue_sizes() const = 0;

    // The configuration space as the driver sees it.
    virtual std::span<const std::byte> config() const { return {}; }
    // The driver writes bytes inside it. False if none of them can be written.
    virtual bool store_config(std::uint32_t /*offset*/, std::span<const std::byte> /*bytes*/) {
        return false;
    }

    // The driver has set itself up and accepted these features.
    virtual void start(std::uint64_t /*features*/) {}
    // The driver filled a queue, or whoever finishes requests asked for the device's turn
    // (MmioTransport::serve): pops what it can work on and pushes what is done.
    virtual void serve(unsigned index, Queue& queue) = 0;
    // Back to the state before start. Chains that were popped and not pushed are the driver's again: work on
    // them must have ended when this returns, without waiting for a thread that is about to call
    // MmioTransport::serve.
    virtual void reset() {}
};

}  // namespace vm::devices::virtio
