#include "vm/devices/virtio/queue.h"

#include <bit>
#include <utility>

#include "vm/base/check.h"
#include "vm/devices/virtio/features.h"

namespace vm::devices::virtio {
namespace {

constexpr std::uint64_t kDescriptorBytes = 16;

// The available ring, written by the driver (Virtio 1.2, 2.7.6): flags, index, heads, used_event.
constexpr std::uint64_t kAvailableFlags = 0;
constexpr std::uint64_t kAvailableIndex = 2;
constexpr std::uint64_t kAvailableRing = 4;
constexpr std::uint64_t kHeadBytes = 2;
constexpr std::uint16_t kNoInterrupt = 1;

// The used ring, written by the device (2.7.8): flags, index, elements of head and length, avail_event.
constexpr std::uint64_t kUsedIndex = 2;
constexpr std::uint64_t kUsedRing = 4;
constexpr std::uint64_t kElementBytes = 8;

constexpr std::uint64_t kEventBytes = 2;

// Alignments and sizes (2.7, table). Both rings end with the event field, even when it is not used.
constexpr std::uint64_t kDescriptorsAlignment = 16;
constexpr std::uint64_t kAvailableAlignment = 2;
constexpr std::uint64_t kUsedAlignment = 4;

std::uint64_t used_event(const Queue::Rings& rings) {
    return rings.driver + kAvailableRing + rings.size * kHeadBytes;
}

std::uint64_t avail_event(const Queue::Rings& rings) {
    return rings.device + kUsedRing + rings.size * kElementBytes;
}

}  // namespace

Queue::Queue(mem::GuestRam& ram, const std::atomic<bool>& halted) : ram_(&ram), halted_(&halted) {}

void Queue::start(const Rings& rings, std::uint64_t features) {
    stop();
    rings_ = rings;
    features_ = features;
    state_ = legal(rings) ? State::running : State::broken;
}

void Queue::stop() {
    state_ = State::stopped;
    rings_ = {};
    next_available_ = next_used_ = signalled_ = 0;
    outstanding_ = 0;
    ++run_;
}

bool Queue::legal(const Rings& rings) const {
    const auto inside = [&](std::uint64_t address, std::uint64_t length, std::uint64_t alignment) {
        return address % alignment == 0 and ram_->contains(mem::PhysAddr{address}, length);
    };
    return std::has_single_bit(rings.size) and rings.size <= kMaxSize and
           inside(rings.descriptors, rings.size * kDescriptorBytes, kDescriptorsAlignment) and
           inside(rings.driver, used_event(rings) + kEventBytes - rings.driver, kAvailableAlignment) and
           inside(rings.device, avail_event(rings) + kEventBytes - rings.device, kUsedAlignment);
}

std::optional<Chain> Queue::pop() {
    if (not running() or halted_->load(std::memory_order_relaxed) or not something_available()) {
        return std::nullopt;
    }
    const std::uint64_t place = next_available_ % rings_.size;
    const std::uint16_t head = read16(rings_.driver + kAvailableRing + place * kHeadBytes);
    const Indirection indirection =
        (features_ & feature::kIndirectDescriptors) != 0 ? Indirection::allowed : Indirection::refused;
    auto chain = read_chain(*ram_, {mem::PhysAddr{rings_.descriptors}, rings_.size}, head, indirection);
    // A driver owns as many chains as descriptors at most. One that makes the same chain available again and
    // again would otherwise let a device that keeps them for later grow without bound.
    if (not chain or outstanding_ == rings_.size) {
        state_ = State::broken;
        return std::nullopt;
    }
    ++next_available_;
    ++outstanding_;
    chain->run = run_;
    return chain;
}

// When nothing is there, the driver is asked to say so of the next it adds; what it added meanwhile must be
// seen here, as it will not say so (2.7.10). More than the queue can hold is a broken index.
bool Queue::something_available() {
    std::uint16_t count = available_count();
    if (count == 0 and uses_event_index()) {
        write16(avail_event(rings_), next_available_);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        count = available_count();
    }
    if (count > rings_.size) {
        state_ = State::broken;
        return false;
    }
    // What the ring and the descriptors say is read after the index that publishes it (2.7.13).
    std::atomic_thread_fence(std::memory_order_acquire);
    return count != 0;
}

std::uint16_t Queue::available_count() const {
    return static_cast<std::uint16_t>(read16(rings_.driver + kAvailableIndex) - next_available_);
}

bool Queue::uses_event_index() const { return (features_ & feature::kEventIndex) != 0; }

void Queue::push(const Chain& chain, std::uint32_t written) {
    if (not running() or chain.run != run_) {
        return;
    }
    VM_CHECK(outstanding_ != 0);
    --outstanding_;
    const std::uint64_t element = rings_.device + kUsedRing + next_used_ % rings_.size * kElementBytes;
    write32(element, chain.head);
    write32(element + 4, written);
    ++next_used_;
    // The element, and all that was written into its buffers, before the index that publishes it (2.7.8.2).
    std::atomic_thread_fence(std::memory_order_release);
    write16(rings_.device + kUsedIndex, next_used_);
}

bool Queue::take_interrupt() {
    if (not running() or next_used_ == signalled_) {
        return false;
    }
    const std::uint16_t before = std::exchange(signalled_, next_used_);
    // The index must be out before the driver's wish is read: the driver states its wish, then reads the
    // index, and one of both must see the other (2.7.7.2).
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (not uses_event_index()) {
        return (read16(rings_.driver + kAvailableFlags) & kNoInterrupt) == 0;
    }
    const std::uint16_t event = read16(used_event(rings_));
    const auto pushed = static_cast<std::uint16_t>(next_used_ - before);
    return static_cast<std::uint16_t>(next_used_ - event - 1) < pushed;
}

std::uint16_t Queue::read16(std::uint64_t address) const {
    const auto value = ram_->read<std::uint16_t>(mem::PhysAddr{address});
    VM_CHECK(value.has_value());
    return *value;
}

void Queue::write16(std::uint64_t address, std::uint16_t value) {
    VM_CHECK(ram_->write(mem::PhysAddr{address}, value).has_value());
}

void Queue::write32(std::uint64_t address, std::uint32_t value) {
    VM_CHECK(ram_->write(mem::PhysAddr{address}, value).has_value());
}

}  // namespace vm::devices::virtio
