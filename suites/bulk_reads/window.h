#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/mem/guest_ram.h"

namespace suites::bulk_reads {

enum class Way { from_guest, to_guest };

// Guest RAM and a host buffer to copy between. Requests start at addresses that move by one page and one
// cache line from call to call, so that neither source nor relative alignment repeats at once.
class Window {
  public:
    static constexpr vm::mem::PhysAddr kBase{0x80000000};
    // Small requests move within half of a first-level cache, the largest within 1 MiB.
    static constexpr std::uint64_t kSmallestSpan = 16 * 1024;
    static constexpr std::uint64_t kLargestSpan = 1024 * 1024;

    // For requests of `size` bytes, a multiple of 8. Throws std::runtime_error when the host has no memory:
    // nothing can be measured then.
    explicit Window(std::uint64_t size);

    // Offset of the request after the one at `offset`.
    std::uint64_t next(std::uint64_t offset) const {
        return (offset + vm::mem::kPageSize + 64) & (span_ - 1);
    }

    vm::mem::GuestRam& ram() { return ram_; }
    std::vector<std::byte>& buffer() { return buffer_; }

    // Fills the side copied from with words known from their place, and the other with bytes that are none of
    // them.
    void prepare(Way way);

    // Brings both sides into the caches.
    void touch() const;

    // Number of the first 8 bytes that a copy from or to this offset did not leave as the source has them;
    // the number of words when all are right.
    std::uint64_t first_wrong_word(Way way, std::uint64_t offset) const;

  private:
    std::uint64_t span_;  // a power of two: offsets are below it, and a request from any of them fits the RAM
    vm::mem::GuestRam ram_;
    std::vector<std::byte> buffer_;
    bool ram_filled_ = false;
    bool buffer_filled_ = false;
};

}  // namespace suites::bulk_reads
