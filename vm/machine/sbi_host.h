#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "vm/machine/sbi_call.h"
#include "vm/mem/address.h"

namespace vm::machine {

// States of a hart, as hart_get_status numbers them (SBI 2.0, 9, table 1).
enum class HartStatus : std::uint8_t {
    started = 0,
    stopped = 1,
    start_pending = 2,
    stop_pending = 3,
    suspended = 4,
    suspend_pending = 5,
    resume_pending = 6,
};

// Where a hart enters supervisor mode: translation and interrupts off, its own number in a0, `opaque` in a1
// (SBI 2.0, 9.1 and 9.4).
struct HartEntry {
    mem::PhysAddr address;
    std::uint64_t opaque;
};

// Retentive: the hart goes on behind the call. Non-retentive: it enters anew, with no register kept.
enum class HartSuspend : std::uint8_t { retentive, non_retentive };

enum class ResetType : std::uint8_t { shutdown = 0, cold_reboot = 1, warm_reboot = 2 };
enum class ResetReason : std::uint8_t { none = 0, system_failure = 1 };

// A fence on other harts (SBI 2.0, 8). FENCE.I has no range; a whole one has address 0 and size kWhole.
struct RemoteFence {
    enum class Kind : std::uint8_t { instruction, address_translation, address_space };
    static constexpr std::uint64_t kWhole = ~std::uint64_t{0};

    Kind kind;
    std::uint64_t address = 0;
    std::uint64_t size = kWhole;
    std::uint16_t asid = 0;  // of address_space

    friend bool operator==(const RemoteFence&, const RemoteFence&) = default;
};

// Counters that hardware counts, as CSRs show them: mcycle and minstret.
enum class HardwareCounter : std::uint8_t { cycle, instret };

// What the machine does for the firmware interface. Arguments were checked: harts exist, masks name only
// harts that exist, entries lie in RAM. Functions may be called from any hart's thread, each for its own hart
// where only one is concerned. What stops, suspends or resets takes effect after the caller's a0 and a1 were
// written.
class SbiHost {
  public:
    virtual ~SbiHost() = default;

    // Clears the hart's supervisor timer interrupt until the time CSR reaches `time`.
    virtual void set_timer(unsigned hart, std::uint64_t time) = 0;
    // Raises the supervisor software interrupt; stopped harts ignore it.
    virtual void send_ipi(HartMask harts) = 0;
    // Returns when the fence that `hart` asks for is done on every hart of the mask that runs.
    virtual void remote_fence(unsigned hart, HartMask harts, const RemoteFence& fence) = 0;

    // already_available where the hart is not stopped; of two that start the same hart one gets that.
    virtual SbiError hart_start(unsigned hart, const HartEntry& entry) = 0;
    virtual SbiError hart_stop(unsigned hart) = 0;
    virtual SbiError hart_suspend(unsigned hart, HartSuspend kind, const HartEntry& entry) = 0;
    virtual HartStatus hart_status(unsigned hart) = 0;

    virtual SbiError system_reset(ResetType type, ResetReason reason) = 0;

    // How many bytes were taken, or were there; neither waits.
    virtual std::size_t console_write(std::span<const std::byte> bytes) = 0;
    virtual std::size_t console_read(std::span<std::byte> bytes) = 0;

    // mcountinhibit's bit cleared or set, and a new value of the counter, of the calling hart.
    virtual void start_counter(unsigned hart, HardwareCounter counter) = 0;
    virtual void stop_counter(unsigned hart, HardwareCounter counter) = 0;
    virtual void write_counter(unsigned hart, HardwareCounter counter, std::uint64_t value) = 0;
};

}  // namespace vm::machine
