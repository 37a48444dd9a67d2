#include "vm/guest/riscv/interrupt_file.h"

#include "vm/base/bits.h"
#include "vm/base/check.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t mask(Interrupt interrupt) {
    return std::uint64_t{1} << static_cast<unsigned>(interrupt);
}

constexpr std::uint64_t kSsip = mask(Interrupt::supervisor_software);
constexpr std::uint64_t kStip = mask(Interrupt::supervisor_timer);
constexpr std::uint64_t kSeip = mask(Interrupt::supervisor_external);
constexpr std::uint64_t kSupervisor = kSsip | kStip | kSeip;
constexpr std::uint64_t kAll = kSupervisor | mask(Interrupt::machine_software) |
                               mask(Interrupt::machine_timer) | mask(Interrupt::machine_external);

void replace(std::atomic<std::uint64_t>& word, std::uint64_t field, std::uint64_t value) {
    word.fetch_or(field & value, std::memory_order_acq_rel);
    word.fetch_and(~field | value, std::memory_order_acq_rel);
}

}  // namespace

InterruptFile::InterruptFile(InterruptFile&& other) noexcept
    : lines_(other.lines_.load(std::memory_order_relaxed)),
      software_(other.software_.load(std::memory_order_relaxed)),
      enabled_(other.enabled_),
      delegated_(other.delegated_) {}

bool InterruptFile::set_line(Interrupt interrupt, bool raised) {
    const std::uint64_t line = mask(interrupt);
    if (interrupt == Interrupt::supervisor_software) {
        return raised and (software_.fetch_or(line, std::memory_order_acq_rel) & line) == 0;
    }
    const std::uint64_t before = raised ? lines_.fetch_or(line, std::memory_order_acq_rel)
                                        : lines_.fetch_and(~line, std::memory_order_acq_rel);
    return ((before & line) != 0) != raised;
}

std::uint64_t InterruptFile::pending(std::optional<bool> timer_due) const {
    return pending_for_update(timer_due) | lines_.load(std::memory_order_acquire);
}

std::uint64_t InterruptFile::pending_for_update(std::optional<bool> timer_due) const {
    const std::uint64_t lines = lines_.load(std::memory_order_acquire) & ~kSeip;
    const std::uint64_t software = software_.load(std::memory_order_acquire);
    if (not timer_due) {
        return lines | software;
    }
    return lines | (software & ~kStip) | (*timer_due ? kStip : 0);
}

void InterruptFile::write_pending(std::uint64_t value, std::uint64_t affected, bool timer_writable) {
    replace(software_, (timer_writable ? kSupervisor : kSsip | kSeip) & affected, value);
}

std::uint64_t InterruptFile::supervisor_pending(std::optional<bool> timer_due) const {
    return pending(timer_due) & delegated_;
}

void InterruptFile::write_supervisor_pending(std::uint64_t value, std::uint64_t affected) {
    replace(software_, kSsip & delegated_ & affected, value);
}

void InterruptFile::write_enabled(std::uint64_t value) { enabled_ = value & kAll; }

void InterruptFile::write_supervisor_enabled(std::uint64_t value) {
    enabled_ = (enabled_ & ~delegated_) | (value & delegated_);
}

void InterruptFile::write_delegated(std::uint64_t value) { delegated_ = value & kSupervisor; }

Interrupt InterruptFile::most_urgent(std::uint64_t candidates) {
    for (const Interrupt interrupt :
         {Interrupt::machine_external, Interrupt::machine_software, Interrupt::machine_timer,
          Interrupt::supervisor_external, Interrupt::supervisor_software}) {
        if ((candidates & mask(interrupt)) != 0) {
            return interrupt;
        }
    }
    VM_CHECK((candidates & kStip) != 0);
    return Interrupt::supervisor_timer;
}

}  // namespace vm::guest::riscv
