#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "vm/devices/virtio/device.h"

namespace vm::devices::virtio {

// The entropy device (Virtio 1.2, 5.4): fills each buffer of its one queue with random bytes.
class Rng final : public Device {
  public:
    // The most random bytes a request gets, and the most memory one costs: a driver may ask for 4 GiB at a
    // time, and for all of them at once.
    static constexpr std::size_t kMaxBytes = 4096;

    // `fill` makes all bytes of a span random.
    explicit Rng(std::function<void(std::span<std::byte>)> fill);

    std::string_view name() const override { return "virtio entropy"; }
    std::uint32_t id() const override { return 4; }
    std::span<const std::uint16_t> queue_sizes() const override;
    void serve(unsigned index, Queue& queue) override;

  private:
    std::function<void(std::span<std::byte>)> fill_;
};

}  // namespace vm::devices::virtio
