#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// Supervisor-level software interrupts (RISC-V ACLINT specification 1.0, chapter 4): one register setssip of
// 32 bits for each hart. Writing 1 sends an edge that sets the hart's mip.SSIP; only the hart itself clears
// that.
class Sswi final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x4000;
    static constexpr unsigned kMaxHarts = 4095;

    // `send` is called from any hart's thread, several at once.
    Sswi(unsigned harts, std::function<void(unsigned hart)> send);

    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "sswi"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    bool is_register(std::uint64_t offset, unsigned size) const;

    unsigned harts_;
    std::function<void(unsigned)> send_;
    UnknownAccesses unknown_;
};

// `interrupt_controllers` are the phandles of the harts' own controllers, hart 0 first.
DeviceTreeNode sswi_node(mem::PhysAddr base, std::span<const std::uint32_t> interrupt_controllers);

}  // namespace vm::devices
