#include "vm/devices/virtio/chain.h"

#include <algorithm>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"

namespace vm::devices::virtio {
namespace {

// Flags of a descriptor (Virtio 1.2, 2.7.5).
constexpr std::uint64_t kNext = 1;
constexpr std::uint64_t kWrite = 2;
constexpr std::uint64_t kIndirect = 4;

constexpr std::uint64_t kDescriptorBytes = 16;

struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint64_t flags;
    std::uint16_t next;
};

// The table was found to be inside the RAM, and index inside the table.
Descriptor read_descriptor(const mem::GuestRam& ram, const DescriptorTable& table, std::uint16_t index) {
    const mem::PhysAddr at = table.address + index * kDescriptorBytes;
    const auto address = ram.read<std::uint64_t>(at);
    const auto rest = ram.read<std::uint64_t>(at + 8);
    VM_CHECK(address.has_value() and rest.has_value());
    return {*address, static_cast<std::uint32_t>(*rest), bits(*rest, 32, 16),
            static_cast<std::uint16_t>(bits(*rest, 48, 16))};
}

class ChainReader {
  public:
    ChainReader(const mem::GuestRam& ram, DescriptorTable table, Indirection indirection)
        : ram_(ram), table_(table), max_descriptors_(table.count), indirection_(indirection) {}

    std::optional<Chain> read(std::uint16_t head) {
        chain_.head = head;
        std::uint16_t index = head;
        while (index < table_.count) {
            const Descriptor descriptor = read_descriptor(ram_, table_, index);
            if ((descriptor.flags & kIndirect) != 0) {
                if (not enter_indirect(descriptor)) {
                    return std::nullopt;
                }
                index = 0;
                continue;
            }
            if (not add(descriptor)) {
                return std::nullopt;
            }
            if ((descriptor.flags & kNext) == 0) {
                return std::move(chain_);
            }
            index = descriptor.next;
        }
        return std::nullopt;
    }

  private:
    // The table of an indirect descriptor replaces the queue's for the rest of the chain, so that it ends the
    // chain: it may not be followed by another descriptor, nor contain an indirect one (2.7.5.3.1).
    bool enter_indirect(const Descriptor& descriptor) {
        const bool legal = indirection_ == Indirection::allowed and (descriptor.flags & kNext) == 0 and
                           descriptor.length % kDescriptorBytes == 0;
        const std::uint64_t count = descriptor.length / kDescriptorBytes;
        const mem::PhysAddr address{descriptor.address};
        if (not legal or count == 0 or count > max_descriptors_ or
            not ram_.contains(address, descriptor.length)) {
            return false;
        }
        indirection_ = Indirection::refused;
        table_ = {address, static_cast<std::uint16_t>(count)};
        return true;
    }

    bool add(const Descriptor& descriptor) {
        const bool writable = (descriptor.flags & kWrite) != 0;
        writable_seen_ = writable_seen_ or writable;
        bytes_ += descriptor.length;
        if (++descriptors_ > max_descriptors_ or bytes_ > UINT32_MAX or writable != writable_seen_) {
            return false;
        }
        if (descriptor.length == 0) {
            return true;
        }
        const Buffer buffer{mem::PhysAddr{descriptor.address}, descriptor.length};
        if (not ram_.contains(buffer.address, buffer.length)) {
            return false;
        }
        (writable ? chain_.writable : chain_.readable).push_back(buffer);
        (writable ? chain_.writable_bytes : chain_.readable_bytes) += buffer.length;
        return true;
    }

    const mem::GuestRam& ram_;
    DescriptorTable table_;
    unsigned max_descriptors_;
    Indirection indirection_;
    Chain chain_;
    unsigned descriptors_ = 0;
    std::uint64_t bytes_ = 0;
    bool writable_seen_ = false;
};

// Calls copy(address, position, count) for each piece of the buffers that bytes [offset, offset + length) lie
// in, with the piece's position in that range. Returns how many bytes of the range there are.
template <class Copy>
std::size_t for_pieces(std::span<const Buffer> buffers, std::uint64_t offset, std::size_t length, Copy copy) {
    std::size_t done = 0;
    for (const Buffer& buffer : buffers) {
        if (offset >= buffer.length) {
            offset -= buffer.length;
            continue;
        }
        if (done == length) {
            break;
        }
        const std::size_t count = std::min<std::size_t>(buffer.length - offset, length - done);
        VM_CHECK(copy(buffer.address + offset, done, count).has_value());
        done += count;
        offset = 0;
    }
    return done;
}

}  // namespace

std::optional<Chain> read_chain(const mem::GuestRam& ram, DescriptorTable table, std::uint16_t head,
                                Indirection indirection) {
    return ChainReader(ram, table, indirection).read(head);
}

std::size_t gather(const mem::GuestRam& ram, std::span<const Buffer> buffers, std::uint64_t offset,
                   std::span<std::byte> to) {
    return for_pieces(buffers, offset, to.size(),
                      [&](mem::PhysAddr address, std::size_t position, std::size_t count) {
                          return ram.read_bytes(address, to.subspan(position, count));
                      });
}

std::size_t scatter(mem::GuestRam& ram, std::span<const Buffer> buffers, std::uint64_t offset,
                    std::span<const std::byte> from) {
    return for_pieces(buffers, offset, from.size(),
                      [&](mem::PhysAddr address, std::size_t position, std::size_t count) {
                          return ram.write_bytes(address, from.subspan(position, count));
                      });
}

}  // namespace vm::devices::virtio
