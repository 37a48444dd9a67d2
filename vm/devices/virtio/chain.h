#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vm/mem/guest_ram.h"

namespace vm::devices::virtio {

// Bytes of guest memory, at least one and all inside the RAM.
struct Buffer {
    mem::PhysAddr address;
    std::uint32_t length;

    friend bool operator==(const Buffer&, const Buffer&) = default;
};

// One request of the driver: what the device may read, and after it what the device may write.
struct Chain {
    std::uint16_t head = 0;
    std::uint32_t run = 0;  // of the queue, which takes back only what this run of it gave out
    std::vector<Buffer> readable;
    std::vector<Buffer> writable;
    std::uint32_t readable_bytes = 0;
    std::uint32_t writable_bytes = 0;
};

// Where a queue's descriptors lie: 16 bytes each, inside the RAM.
struct DescriptorTable {
    mem::PhysAddr address;
    std::uint16_t count;
};

enum class Indirection : std::uint8_t { refused, allowed };

// Follows the chain that begins at descriptor `head` (Virtio 1.2, 2.7.5 to 2.7.7). The table is the driver's
// and may hold anything, and change meanwhile, so each descriptor is read once. Nothing when the chain breaks
// a rule:
// - an index beyond its table, or an indirect table that is empty, nested, of a broken length or outside RAM,
// - more descriptors than the queue has, which ends loops and bounds what a driver makes the host allocate,
// - bytes outside the RAM, or 2^32 of them or more, which the count of written bytes could not hold,
// - a buffer to read behind one to write.
// Empty buffers are left out.
std::optional<Chain> read_chain(const mem::GuestRam& ram, DescriptorTable table, std::uint16_t head,
                                Indirection indirection);

// Copies out of buffers, from byte `offset` of all of them on, until `to` is full or the buffers end. Returns
// how many bytes were copied.
std::size_t gather(const mem::GuestRam& ram, std::span<const Buffer> buffers, std::uint64_t offset,
                   std::span<std::byte> to);

// The same into buffers. Decoded code in them counts as overwritten.
std::size_t scatter(mem::GuestRam& ram, std::span<const Buffer> buffers, std::uint64_t offset,
                    std::span<const std::byte> from);

}  // namespace vm::devices::virtio
