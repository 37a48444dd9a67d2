#include "vm/devices/mtimer.h"

#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/devices/halves.h"

namespace vm::devices {
namespace {

// Eight bytes a hart from offset 0 (ACLINT, chapter 2), and mtime where a CLINT has it: 0xbff8 there.
constexpr unsigned kRegisterBytes = 8;
constexpr std::uint64_t kMtime = 0x7ff8;

}  // namespace

Mtimer::Mtimer(unsigned harts, std::function<std::uint64_t()> clock,
               std::function<void(unsigned, std::uint64_t)> deadline_changed)
    : clock_(std::move(clock)), deadline_changed_(std::move(deadline_changed)), deadlines_(harts) {
    VM_CHECK(harts <= kMaxHarts);
    for (std::atomic<std::uint64_t>& deadline : deadlines_) {
        deadline.store(kNever, std::memory_order_relaxed);
    }
}

bool Mtimer::is_register(std::uint64_t offset, unsigned size) const {
    const std::uint64_t whole = align_down(offset, kRegisterBytes);
    return size >= 4 and (whole == kMtime or whole / kRegisterBytes < deadlines_.size());
}

std::uint64_t Mtimer::read_register(std::uint64_t offset) const {
    return offset == kMtime ? mtime() : next_deadline(static_cast<unsigned>(offset / kRegisterBytes));
}

std::uint64_t Mtimer::load(std::uint64_t offset, unsigned size) {
    if (not is_register(offset, size)) {
        return unknown_.note();
    }
    const std::uint64_t value = read_register(align_down(offset, kRegisterBytes));
    if (size == kRegisterBytes) {
        return value;
    }
    return offset % kRegisterBytes == 0 ? low_half(value) : high_half(value);
}

void Mtimer::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (not is_register(offset, size)) {
        unknown_.note();
        return;
    }
    const std::uint64_t whole = align_down(offset, kRegisterBytes);
    const std::lock_guard lock(mutex_);
    if (size == kRegisterBytes) {
        write_register(whole, value);
    } else if (offset == whole) {
        write_register(whole, with_low_half(read_register(whole), value));
    } else {
        write_register(whole, with_high_half(read_register(whole), value));
    }
}

void Mtimer::write_register(std::uint64_t offset, std::uint64_t value) {
    if (offset != kMtime) {
        const auto hart = static_cast<unsigned>(offset / kRegisterBytes);
        deadlines_[hart].store(value, std::memory_order_relaxed);
        deadline_changed_(hart, value);
        return;
    }
    offset_.store(value - clock_(), std::memory_order_relaxed);
    for (unsigned hart = 0; hart < deadlines_.size(); ++hart) {
        deadline_changed_(hart, next_deadline(hart));
    }
}

}  // namespace vm::devices
