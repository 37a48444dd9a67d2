#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "vm/base/result.h"
#include "vm/mem/access_result.h"
#include "vm/mem/address.h"

namespace vm::mem {

// What answers loads and stores where there is no RAM. It sees offsets into its own range, naturally aligned
// accesses of 1, 2, 4 or 8 bytes that end inside the range, and nothing of who makes them. Several hart
// threads call at once, so each device locks for itself.
class MmioDevice {
  public:
    virtual ~MmioDevice() = default;

    // The value in the low `size` bytes, zero above.
    virtual std::uint64_t load(std::uint64_t offset, unsigned size) = 0;
    // Bits of value above `size` bytes mean nothing.
    virtual void store(std::uint64_t offset, unsigned size, std::uint64_t value) = 0;
    // For messages and the monitor.
    virtual std::string_view name() const = 0;
    // How many accesses met no register; such loads give 0 and such stores change nothing.
    virtual std::uint64_t unknown_accesses() const { return 0; }
};

// The ranges of physical addresses at which devices answer. Everything is attached before the harts run; from
// then on loads and stores may come from any thread.
class MmioBus {
  public:
    struct Attached {
        PhysAddr first;
        PhysAddr last;
        MmioDevice* device;
    };

    // Refuses a range that is empty, wraps or overlaps another. The device outlives the bus.
    Result<void> attach(PhysAddr base, std::uint64_t size, MmioDevice& device);

    // Refused, and to become an access fault: an address where nothing is, an access that leaves its device,
    // and one that is not naturally aligned, which no I/O range here supports (Priv. 3.6.2). size is 1, 2, 4
    // or 8.
    AccessResult<std::uint64_t> load(PhysAddr address, unsigned size) const;
    AccessResult<void> store(PhysAddr address, unsigned size, std::uint64_t value) const;

    // In order of address.
    std::span<const Attached> attached() const { return attached_; }

  private:
    const Attached* find(PhysAddr address, unsigned size) const;

    std::vector<Attached> attached_;
};

}  // namespace vm::mem
