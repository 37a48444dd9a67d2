#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vm/machine/sbi_call.h"
#include "vm/machine/sbi_host.h"

namespace vm::machine {

// Firmware events, by their codes (SBI 2.0, 11.4), that this firmware sees. It emulates no load, store or
// instruction, so no counter offers the events of those.
enum class FirmwareEvent : std::uint8_t {
    set_timer = 5,
    ipi_sent = 6,
    ipi_received = 7,
    fence_i_sent = 8,
    fence_i_received = 9,
    sfence_vma_sent = 10,
    sfence_vma_received = 11,
    sfence_vma_asid_sent = 12,
    sfence_vma_asid_received = 13,
};

// The performance monitoring extension (SBI 2.0, 11). Counter 0 is mcycle and counts cycles only, counter 2
// minstret and counts instructions only: supervisors take the distance of their CSRs for their numbers.
// Counter 1, where time would be, counts nothing; those behind count any firmware event each. Fences and
// interrupts count as received when they are sent. No filter by privilege (the INH flags are hints), no
// overflow interrupt, no snapshots in shared memory.
//
// The mcycle and minstret of a hart run from reset on, seen or not; they stop only when a started counter is
// stopped.
class SbiPmu {
  public:
    SbiPmu(SbiHost& host, unsigned harts);

    SbiReturn call(const SbiCall& call);

    // From any thread.
    void count(unsigned hart, FirmwareEvent event);

    static constexpr std::size_t kCycle = 0;
    static constexpr std::size_t kInstret = 2;
    static constexpr std::size_t kFirstFirmware = 3;
    static constexpr std::size_t kFirmwareEvents = 9;
    static constexpr std::size_t kCounters = kFirstFirmware + kFirmwareEvents;

  private:
    struct Counter {
        std::optional<std::uint64_t> event;  // what it is configured for
        bool started = false;
        // Of a firmware counter: its value while stopped; while started what to add to the event's total.
        std::uint64_t value = 0;
    };
    // Counters belong to their hart's thread, totals to all.
    struct Hart {
        std::array<Counter, kCounters> counters;
        std::array<std::atomic<std::uint64_t>, kFirmwareEvents> totals{};
    };
    // Counters named by a base and a mask, lowest first.
    struct CounterSet;

    SbiReturn counter_info(const SbiCall& call) const;
    SbiReturn configure(const SbiCall& call);
    SbiReturn start(const SbiCall& call);
    SbiReturn stop(const SbiCall& call);
    SbiReturn read_firmware(const SbiCall& call) const;

    std::optional<std::size_t> find_counter(const Hart& hart, const CounterSet& set,
                                            const SbiCall& call) const;
    void start_counter(unsigned hart, std::size_t index);
    void stop_counter(unsigned hart, std::size_t index);
    // Of a counter that is stopped.
    void set_value(unsigned hart, std::size_t index, std::uint64_t value);
    std::uint64_t total(const Hart& hart, const Counter& counter) const;

    SbiHost& host_;
    std::vector<Hart> harts_;
};

}  // namespace vm::machine
