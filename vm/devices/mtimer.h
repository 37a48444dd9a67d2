#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// Machine-level timer (RISC-V ACLINT specification 1.0, chapter 2), which is also the rest of a SiFive CLINT
// behind its Mswi: mtimecmp of each hart, and mtime. All times are ticks of mtime. The device has no clock of
// its own to wait on: the machine raises a hart's timer line while mtime() has reached next_deadline(hart),
// and lowers it when a later deadline is announced.
class Mtimer final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0xc000;  // to the end of a CLINT of 64 KiB
    static constexpr unsigned kMaxHarts = 4095;
    static constexpr std::uint64_t kTicksPerSecond = 10'000'000;
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};

    // `clock` counts ticks and never runs backwards; `deadline_changed` is called with the device locked, for
    // a write of mtimecmp, and for every hart when mtime is written; it may ask for mtime and next_deadline.
    Mtimer(unsigned harts, std::function<std::uint64_t()> clock,
           std::function<void(unsigned hart, std::uint64_t deadline)> deadline_changed);

    // What the time CSR reads, too. From any thread.
    std::uint64_t mtime() const { return clock_() + offset_.load(std::memory_order_relaxed); }
    // mtimecmp; kNever after reset. From any thread.
    std::uint64_t next_deadline(unsigned hart) const {
        return deadlines_[hart].load(std::memory_order_relaxed);
    }

    // Registers are of 64 bits, in one access or in halves.
    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "mtimer"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    bool is_register(std::uint64_t offset, unsigned size) const;
    std::uint64_t read_register(std::uint64_t offset) const;
    void write_register(std::uint64_t offset, std::uint64_t value);

    std::function<std::uint64_t()> clock_;
    std::function<void(unsigned, std::uint64_t)> deadline_changed_;
    UnknownAccesses unknown_;
    // Orders writers; readers take single values and need no lock.
    std::mutex mutex_;
    std::atomic<std::uint64_t> offset_{0};
    std::vector<std::atomic<std::uint64_t>> deadlines_;
};

}  // namespace vm::devices
