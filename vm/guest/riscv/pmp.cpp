#include "vm/guest/riscv/pmp.h"

#include <algorithm>
#include <bit>

#include "vm/base/bits.h"

namespace vm::guest::riscv {
namespace {

// Fields of a configuration byte (Priv. 3.7.1, figure 34).
constexpr std::uint8_t kRead = 1;
constexpr std::uint8_t kWrite = 2;
constexpr std::uint8_t kExecute = 4;
constexpr std::uint8_t kLocked = 0x80;
constexpr std::uint8_t kConfigBits = 0x9f;
constexpr std::uint64_t kAddressBits = (std::uint64_t{1} << 54) - 1;

enum class Mode : std::uint8_t { off, top_of_range, four_bytes, power_of_two };

Mode mode(std::uint8_t config) { return static_cast<Mode>(bits(config, 3, 2)); }

std::uint8_t permission(mem::Access access) {
    switch (access) {
        case mem::Access::load:
            return kRead;
        case mem::Access::store:
            return kWrite;
        case mem::Access::fetch:
            return kExecute;
    }
    return 0;
}

std::uint8_t legal_config(std::uint64_t value) {
    auto config = static_cast<std::uint8_t>(value & kConfigBits);
    if ((config & kRead) == 0) {
        config &= static_cast<std::uint8_t>(~kWrite);
    }
    return config;
}

}  // namespace

std::uint64_t Pmp::config(unsigned first) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i) {
        value |= std::uint64_t{entries_[first + i].config} << (8 * i);
    }
    return value;
}

void Pmp::write_config(unsigned first, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) {
        Entry& entry = entries_[first + i];
        if ((entry.config & kLocked) == 0) {
            entry.config = legal_config(value >> (8 * i));
        }
    }
    update_ranges();
}

void Pmp::write_address(unsigned entry, std::uint64_t value) {
    if (not address_locked(entry)) {
        entries_[entry].address = value & kAddressBits;
        update_ranges();
    }
}

bool Pmp::address_locked(unsigned entry) const {
    if ((entries_[entry].config & kLocked) != 0) {
        return true;
    }
    if (entry + 1 == kEntries) {
        return false;
    }
    const std::uint8_t above = entries_[entry + 1].config;
    return (above & kLocked) != 0 and mode(above) == Mode::top_of_range;
}

void Pmp::update_ranges() {
    for (unsigned entry = 0; entry < kEntries; ++entry) {
        update_range(entry);
    }
}

// A range that ends where it begins, or before, matches nothing. (Priv. 3.7.1.1)
void Pmp::update_range(unsigned index) {
    Entry& entry = entries_[index];
    entry.active = true;
    switch (mode(entry.config)) {
        case Mode::off:
            entry.active = false;
            break;
        case Mode::top_of_range:
            entry.first = index == 0 ? 0 : entries_[index - 1].address << 2;
            entry.last = (entry.address << 2) - 1;
            entry.active = entry.first < entry.address << 2;
            break;
        case Mode::four_bytes:
            entry.first = entry.address << 2;
            entry.last = entry.first + 3;
            break;
        case Mode::power_of_two: {
            const int ones = std::countr_one(entry.address);
            const std::uint64_t size = std::uint64_t{8} << ones;
            entry.first = align_down(entry.address << 2, size);
            entry.last = entry.first + size - 1;
            break;
        }
    }
}

bool Pmp::allows(mem::PhysAddr address, std::uint64_t length, mem::Access access, Privilege privilege) const {
    const std::uint64_t first = raw(address);
    const std::uint64_t last = first + length - 1;
    const auto deciding = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.active and entry.first <= last and first <= entry.last;
    });
    if (deciding == entries_.end()) {
        return privilege == Privilege::machine;
    }
    if (first < deciding->first or last > deciding->last) {
        return false;
    }
    if (privilege == Privilege::machine and (deciding->config & kLocked) == 0) {
        return true;
    }
    return (deciding->config & permission(access)) != 0;
}

std::uint64_t Pmp::uniform_bytes(mem::PhysAddr address, std::uint64_t limit) const {
    std::uint64_t uniform = limit;
    for (const Entry& entry : entries_) {
        if (not entry.active) {
            continue;
        }
        if (entry.first > raw(address)) {
            uniform = std::min(uniform, entry.first - raw(address));
        } else if (entry.last >= raw(address) and entry.last - raw(address) < uniform) {
            uniform = entry.last - raw(address) + 1;
        }
    }
    return uniform;
}

}  // namespace vm::guest::riscv
