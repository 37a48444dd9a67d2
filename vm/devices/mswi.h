#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// Machine-level software interrupts (RISC-V ACLINT specification 1.0, chapter 3): one register msip of 32
// bits for each hart. It is also the first part of a SiFive CLINT.
class Mswi final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x4000;
    static constexpr unsigned kMaxHarts = 4095;

    // `output` is called with the device locked, whenever a hart's line changes: it must not call back.
    Mswi(unsigned harts, std::function<void(unsigned hart, bool raised)> output);

    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "mswi"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    bool is_register(std::uint64_t offset, unsigned size) const;

    std::function<void(unsigned, bool)> output_;
    UnknownAccesses unknown_;
    std::mutex mutex_;
    std::vector<std::uint8_t> raised_;  // by hart
};

}  // namespace vm::devices
