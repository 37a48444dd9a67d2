#include "vm/devices/mswi.h"

#include <utility>

#include "vm/base/check.h"

namespace vm::devices {
namespace {

// Four bytes a hart (ACLINT, chapter 3).
constexpr unsigned kRegisterBytes = 4;

}  // namespace

Mswi::Mswi(unsigned harts, std::function<void(unsigned, bool)> output)
    : output_(std::move(output)), raised_(harts) {
    VM_CHECK(harts <= kMaxHarts);
}

bool Mswi::is_register(std::uint64_t offset, unsigned size) const {
    return size == kRegisterBytes and offset / kRegisterBytes < raised_.size();
}

std::uint64_t Mswi::load(std::uint64_t offset, unsigned size) {
    if (not is_register(offset, size)) {
        return unknown_.note();
    }
    const std::lock_guard lock(mutex_);
    return raised_[offset / kRegisterBytes];
}

// Bits above the lowest are wired to zero.
void Mswi::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (not is_register(offset, size)) {
        unknown_.note();
        return;
    }
    const auto hart = static_cast<unsigned>(offset / kRegisterBytes);
    const std::uint8_t raised = value & 1;
    const std::lock_guard lock(mutex_);
    if (raised != raised_[hart]) {
        raised_[hart] = raised;
        output_(hart, raised != 0);
    }
}

}  // namespace vm::devices
