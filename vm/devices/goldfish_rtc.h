#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// The Goldfish real-time clock: nanoseconds since 1970 that the guest may set, and one alarm. It has no
// thread to wait in: the machine calls expire when the announced deadline has come.
class GoldfishRtc final : public mem::MmioDevice {
  public:
    static constexpr std::uint64_t kSize = 0x1000;

    struct Wiring {
        // Nanoseconds since 1970.
        std::function<std::uint64_t()> clock;
        // The following two are called with the device locked: they must not call back into it.
        std::function<void(bool raised)> interrupt;
        // When the alarm goes off by the clock above, or nothing when none is set.
        std::function<void(std::optional<std::uint64_t> deadline)> deadline_changed;
    };

    explicit GoldfishRtc(Wiring wiring);

    // What was last announced. From any thread.
    std::optional<std::uint64_t> next_deadline();
    // Lets the alarm go off if its time has come. From any thread, as often as one likes.
    void expire();

    // Registers are of 32 bits.
    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "rtc"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    std::uint64_t now() const { return wiring_.clock() + offset_; }
    void set_time(std::uint64_t time);
    void set_alarm();
    void clear_alarm();
    void check_alarm();
    void update_interrupt();

    Wiring wiring_;
    UnknownAccesses unknown_;
    std::mutex mutex_;
    std::uint64_t offset_ = 0;        // what the guest's time is ahead of the clock
    std::uint32_t latched_high_ = 0;  // of the time whose low half was read
    std::uint64_t alarm_ = 0;
    std::optional<std::uint64_t> deadline_;  // of an alarm that is set, by the clock
    bool enabled_ = false;
    bool pending_ = false;
    bool raised_ = false;
};

DeviceTreeNode rtc_node(const Placement& placement);

}  // namespace vm::devices
