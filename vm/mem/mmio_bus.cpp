#include "vm/mem/mmio_bus.h"

#include <algorithm>

#include "vm/base/check.h"

namespace vm::mem {

Result<void> MmioBus::attach(PhysAddr base, std::uint64_t size, MmioDevice& device) {
    const std::uint64_t last = raw(base) + (size - 1);
    if (size == 0 or last < raw(base)) {
        return fail("device '{}' cannot have {} bytes at {:#x}: that is no range of addresses", device.name(),
                    size, raw(base));
    }
    const auto above = std::find_if(attached_.begin(), attached_.end(),
                                    [&](const Attached& other) { return raw(other.last) >= raw(base); });
    if (above != attached_.end() and raw(above->first) <= last) {
        return fail("device '{}' at {:#x} to {:#x} overlaps '{}' at {:#x} to {:#x}", device.name(), raw(base),
                    last, above->device->name(), raw(above->first), raw(above->last));
    }
    attached_.insert(above, {base, PhysAddr{last}, &device});
    return {};
}

const MmioBus::Attached* MmioBus::find(PhysAddr address, unsigned size) const {
    VM_CHECK(size == 1 or size == 2 or size == 4 or size == 8);
    const auto above = std::upper_bound(
        attached_.begin(), attached_.end(), raw(address),
        [](std::uint64_t wanted, const Attached& other) { return wanted < raw(other.first); });
    if (raw(address) % size != 0 or above == attached_.begin()) {
        return nullptr;
    }
    const Attached& found = *(above - 1);
    const bool inside = raw(address) <= raw(found.last) and size - 1 <= raw(found.last) - raw(address);
    return inside ? &found : nullptr;
}

AccessResult<std::uint64_t> MmioBus::load(PhysAddr address, unsigned size) const {
    const Attached* const found = find(address, size);
    if (found == nullptr) {
        return {};
    }
    return {found->device->load(raw(address) - raw(found->first), size), true};
}

AccessResult<void> MmioBus::store(PhysAddr address, unsigned size, std::uint64_t value) const {
    const Attached* const found = find(address, size);
    if (found == nullptr) {
        return {};
    }
    found->device->store(raw(address) - raw(found->first), size, value);
    return {true};
}

}  // namespace vm::mem
