#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace vm::guest::riscv {

// Interrupts of a hart, numbered by their bits in mip (Priv. 3.1.9).
enum class Interrupt : std::uint8_t {
    supervisor_software = 1,
    machine_software = 3,
    supervisor_timer = 5,
    machine_timer = 7,
    supervisor_external = 9,
    machine_external = 11
};

// mip, mie, mideleg and what S sees of them. Devices raise and lower lines from any thread; everything else
// belongs to the hart's own.
class InterruptFile {
  public:
    InterruptFile() = default;
    // For a hart that no device knows yet.
    InterruptFile(InterruptFile&& other) noexcept;

    // Level of an input; answers whether it was another one before. Supervisor software is an edge: raising
    // it sets the bit that software clears, and lowering it does nothing. (ACLINT, SSWI)
    bool set_line(Interrupt interrupt, bool raised);

    // What mip reads; STIP is `timer_due` where the hart compares time itself (Sstc), else as M wrote it.
    std::uint64_t pending(std::optional<bool> timer_due) const;
    // What a read-modify-write of mip starts from: SEIP without the line of the interrupt controller. (3.1.9)
    std::uint64_t pending_for_update(std::optional<bool> timer_due) const;
    // `affected` are the bits that the instruction sets or clears: others raised meanwhile must not be lost.
    void write_pending(std::uint64_t value, std::uint64_t affected, bool timer_writable);
    // sip: S may clear and set SSIP alone, where it was delegated. (12.1.3)
    std::uint64_t supervisor_pending(std::optional<bool> timer_due) const;
    void write_supervisor_pending(std::uint64_t value, std::uint64_t affected);

    std::uint64_t enabled() const { return enabled_; }
    void write_enabled(std::uint64_t value);
    std::uint64_t supervisor_enabled() const { return enabled_ & delegated_; }
    void write_supervisor_enabled(std::uint64_t value);

    std::uint64_t delegated() const { return delegated_; }
    void write_delegated(std::uint64_t value);

    // The most urgent of `candidates` (bits of mip), which are not none. (3.1.9, table of priorities)
    static Interrupt most_urgent(std::uint64_t candidates);

  private:
    std::atomic<std::uint64_t> lines_ = 0;
    std::atomic<std::uint64_t> software_ = 0;  // SSIP, STIP and SEIP as written, or SSIP as raised
    std::uint64_t enabled_ = 0;
    std::uint64_t delegated_ = 0;
};

}  // namespace vm::guest::riscv
