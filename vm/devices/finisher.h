#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// How the guest asked to end.
struct FinishRequest {
    enum class Kind : std::uint8_t { pass, fail, reset };
    Kind kind;
    std::uint16_t code = 0;  // of fail

    friend bool operator==(const FinishRequest&, const FinishRequest&) = default;
};

// SiFive's test finisher: one register, through which a guest ends the machine or resets it.
class Finisher final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x1000;

    // `finish` is called in the thread of the hart that asks, which goes on running until it is stopped.
    explicit Finisher(std::function<void(FinishRequest)> finish);

    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "test finisher"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    std::function<void(FinishRequest)> finish_;
    UnknownAccesses unknown_;
};

// The finisher, and the two nodes beside it by which an operating system powers off and reboots. `phandle` is
// the one the finisher gets.
std::vector<DeviceTreeNode> finisher_nodes(mem::PhysAddr base, std::uint32_t phandle);

}  // namespace vm::devices
