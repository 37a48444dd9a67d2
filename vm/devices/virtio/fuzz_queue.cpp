#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "vm/devices/virtio/features.h"
#include "vm/devices/virtio/queue.h"
#include "vm/mem/guest_ram.h"

namespace {

namespace virtio = vm::devices::virtio;
using vm::mem::PhysAddr;

constexpr PhysAddr kBase{0x8000'0000};
constexpr std::uint64_t kSize = 0x4000;

void require(bool condition) {
    if (not condition) {
        std::abort();
    }
}

// What a device may count on.
void check(const vm::mem::GuestRam& ram, const virtio::Chain& chain, std::uint16_t queue_size) {
    require(chain.head < queue_size);
    require(chain.readable.size() + chain.writable.size() <= queue_size);
    for (const auto& [buffers, bytes] : {std::pair{&chain.readable, chain.readable_bytes},
                                         std::pair{&chain.writable, chain.writable_bytes}}) {
        std::uint64_t sum = 0;
        for (const virtio::Buffer& buffer : *buffers) {
            require(buffer.length != 0 and ram.contains(buffer.address, buffer.length));
            sum += buffer.length;
        }
        require(sum == bytes);
    }
}

// Works as a device does that copies what it reads into what it may write.
void serve(virtio::Queue& queue, std::uint16_t queue_size) {
    // Twice as many requests as fit, as each may write a new one into the rings.
    for (unsigned served = 0; served < 2U * queue_size; ++served) {
        const auto chain = queue.pop();
        if (not chain) {
            break;
        }
        check(queue.ram(), *chain, queue_size);
        std::vector<std::byte> bytes(64);
        bytes.resize(virtio::gather(queue.ram(), chain->readable, 1, bytes));
        const std::size_t written = virtio::scatter(queue.ram(), chain->writable, 0, bytes);
        require(written <= chain->writable_bytes);
        queue.push(*chain, static_cast<std::uint32_t>(written));
    }
    static_cast<void>(queue.take_interrupt());
}

}  // namespace

// The input is the memory of a driver, behind where and how it started the queue: no content of memory makes
// the queue touch anything outside it, run for ever, or yield a chain that breaks the rules.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    struct Header {
        std::uint16_t size;
        std::uint16_t descriptors;
        std::uint16_t driver;
        std::uint16_t device;
        std::uint8_t features;
    } header;
    if (size < sizeof header) {
        return 0;
    }
    std::memcpy(&header, data, sizeof header);
    static auto ram = vm::mem::GuestRam::create(kBase, kSize);
    require(ram.has_value());
    const auto memory = std::as_bytes(std::span(data, size).subspan(sizeof header));
    require(ram->fill(kBase, kSize, std::byte{0}).has_value());
    require(ram->write_bytes(kBase, memory.first(std::min<std::size_t>(memory.size(), kSize))).has_value());

    const std::atomic<bool> halted{false};
    virtio::Queue queue(*ram, halted);
    queue.start({.size = header.size,
                 .descriptors = raw(kBase) + header.descriptors,
                 .driver = raw(kBase) + header.driver,
                 .device = raw(kBase) + header.device},
                (header.features & 1 ? virtio::feature::kIndirectDescriptors : 0) |
                    (header.features & 2 ? virtio::feature::kEventIndex : 0));
    if (queue.running()) {
        serve(queue, header.size);
    }
    return 0;
}
