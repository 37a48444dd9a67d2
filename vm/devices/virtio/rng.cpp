#include "vm/devices/virtio/rng.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vm::devices::virtio {

Rng::Rng(std::function<void(std::span<std::byte>)> fill) : fill_(std::move(fill)) {}

std::span<const std::uint16_t> Rng::queue_sizes() const {
    static constexpr std::array<std::uint16_t, 1> kSizes{64};
    return kSizes;
}

// Buffers may be left partly empty (5.4.6.2).
void Rng::serve(unsigned /*index*/, Queue& queue) {
    std::array<std::byte, kMaxBytes> random;
    while (const auto chain = queue.pop()) {
        const std::size_t size = std::min<std::size_t>(chain->writable_bytes, random.size());
        fill_(std::span(random).first(size));
        scatter(queue.ram(), chain->writable, 0, std::span(random).first(size));
        queue.push(*chain, static_cast<std::uint32_t>(size));
    }
}

}  // namespace vm::devices::virtio
