#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "vm/devices/virtio/chain.h"
#include "vm/mem/guest_ram.h"

namespace vm::devices::virtio {

// The device's side of a split virtqueue (Virtio 1.2, 2.7) in guest memory. Whatever the driver writes there
// is checked: a rule it breaks breaks the queue, which from then on yields nothing and takes nothing until it
// is started anew. One thread at a time (the transport locks).
class Queue {
  public:
    static constexpr std::uint16_t kMaxSize = 32768;

    // Where the driver put the three parts: descriptor table, available ring, used ring.
    struct Rings {
        std::uint16_t size = 0;  // descriptors
        std::uint64_t descriptors = 0;
        std::uint64_t driver = 0;
        std::uint64_t device = 0;
    };

    // While `halted` is true, pop finds nothing. The RAM and `halted` outlive the queue.
    Queue(mem::GuestRam& ram, const std::atomic<bool>& halted);

    // Begins at index 0 of both rings. Broken unless the size is a power of two up to kMaxSize and each part
    // is aligned and inside the RAM.
    void start(const Rings& rings, std::uint64_t features);
    // Forgets everything; pushing chains that are out changes nothing any more, not even after another start.
    void stop();
    bool running() const { return state_ == State::running; }
    bool broken() const { return state_ == State::broken; }

    // The next request, if there is one. Each is given back by push, in any order.
    std::optional<Chain> pop();

    // Gives a request back, after `written` bytes from the beginning of its writable buffers on were written.
    void push(const Chain& chain, std::uint32_t written);

    // Whether the driver wants an interrupt for what was pushed since this was last asked.
    bool take_interrupt();

    mem::GuestRam& ram() { return *ram_; }

  private:
    enum class State : std::uint8_t { stopped, running, broken };

    bool legal(const Rings& rings) const;
    bool something_available();
    std::uint16_t available_count() const;
    bool uses_event_index() const;

    // The rings were found to be inside the RAM.
    std::uint16_t read16(std::uint64_t address) const;
    void write16(std::uint64_t address, std::uint16_t value);
    void write32(std::uint64_t address, std::uint32_t value);

    mem::GuestRam* ram_;
    const std::atomic<bool>* halted_;
    State state_ = State::stopped;
    Rings rings_;
    std::uint64_t features_ = 0;
    // Indices run through all 16 bits; the place in a ring is the index modulo the size.
    std::uint16_t next_available_ = 0;
    std::uint16_t next_used_ = 0;
    std::uint16_t signalled_ = 0;  // next_used_ when an interrupt was last considered
    unsigned outstanding_ = 0;     // popped and not pushed
    std::uint32_t run_ = 0;        // how often it was stopped
};

}  // namespace vm::devices::virtio
