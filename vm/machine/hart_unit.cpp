#include "vm/machine/hart_unit.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "vm/base/check.h"
#include "vm/guest/riscv/trace.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/native/audit.h"

namespace vm::machine {
namespace {

using engine::ExitReason;
using guest::riscv::Csr;
using guest::riscv::CsrFile;
using guest::riscv::HartKind;
using guest::riscv::Interrupt;
using guest::riscv::Privilege;

// Between two looks at the clock: 40 us on a fast host, which bounds how late a timer fires.
constexpr std::uint64_t kSlice = 20'000;
constexpr std::uint64_t kCompiledSlice = 100'000;

// Integer registers of the calling convention.
constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;

std::uint64_t page_count(std::uint64_t address, std::uint64_t size) {
    return ((address + (size - 1)) >> mem::kPageShift) - (address >> mem::kPageShift) + 1;
}

}  // namespace

HartUnit::HartUnit(unsigned number, mem::GuestRam& ram, const mem::MmioBus& bus, engine::Handshake& handshake,
                   Machine machine)
    : number_(number),
      machine_(std::move(machine)),
      hart_(CsrFile(HartKind::machine, number, machine_.time)),
      memory_(ram, bus, hart_.csrs),
      interpreter_(hart_, memory_),
      member_(handshake, *this) {}

void HartUnit::prepare_supervisor(std::function<void(HartUnit&)> serve) {
    machine_.environment_call = std::move(serve);
    constexpr std::uint64_t kDelegated = 0xb1ff;  // all but environment calls from S and M
    constexpr std::uint64_t kSstcAndSvadu = std::uint64_t{5} << 61;
    const auto write = [this](Csr csr, std::uint64_t value) {
        VM_CHECK(hart_.csrs.write(static_cast<std::uint16_t>(csr), value).has_value());
    };
    write(Csr::medeleg, kDelegated);
    write(Csr::mideleg, 0x222);
    write(Csr::mcounteren, 0x7);
    write(Csr::menvcfg, kSstcAndSvadu);
    write(Csr::stimecmp, ~std::uint64_t{0});
    write(Csr::pmpaddr0, (std::uint64_t{1} << 54) - 1);
    write(Csr::pmpcfg0, 0x1f);
    status_.store(HartStatus::stopped, std::memory_order_release);
}

void HartUnit::compile_hot_code(std::shared_ptr<jit::CodeCache> code, const native::Options& options) {
    native_ = native::compile_hot_code(interpreter_, std::move(code), options.threshold);
    if (options.audit != nullptr) {
        auditor_ = native::audited(hart_, memory_, *native_, *options.audit);
        interpreter_.set_native(auditor_.get(), options.threshold);
    }
}

void HartUnit::share_code(engine::Handshake& handshake) {
    memory_.share_code([this, &handshake](mem::PhysAddr page) {
        handshake.ask_others(member_, [page](engine::Handshake::Member& other) {
            unit_of(other).memory_.forget_stores(page);
        });
    });
}

bool HartUnit::run(std::uint64_t budget) {
    member_.enter();
    if (held()) {
        stand();  // a debugger may be looking already
    }
    const bool spent = not machine_.ended() and spend(budget);
    member_.leave();
    return spent;
}

bool HartUnit::spend(std::uint64_t budget) {
    const std::uint64_t first = hart_.csrs.instret;
    while (not machine_.ended()) {
        if (called_.exchange(false, std::memory_order_acquire)) {
            member_.poll();
        }
        if (held()) {
            stand();
            continue;
        }
        if (status() != HartStatus::started) {
            follow_status();
            continue;
        }
        const std::uint64_t done = hart_.csrs.instret - first;
        if (done >= budget) {
            return true;
        }
        if (stepping_) {
            step();
            continue;
        }
        advance(budget - done);
    }
    return false;
}

void HartUnit::called() {
    called_.store(true, std::memory_order_release);
    interpreter_.request_attention();
}

void HartUnit::look_again() {
    {
        const std::lock_guard lock(mutex_);
        look_ = true;
    }
    changed_.notify_all();
    interpreter_.request_attention();
}

void HartUnit::raise(Interrupt interrupt, bool raised) {
    // A line that stands already calls nobody: it would keep the hart from the handler that lowers it.
    if (hart_.csrs.set_interrupt_line(interrupt, raised) and raised) {
        look_again();
    }
}

bool HartUnit::start(const HartEntry& entry) {
    auto expected = HartStatus::stopped;
    if (not status_.compare_exchange_strong(expected, HartStatus::start_pending, std::memory_order_acq_rel)) {
        return false;
    }
    {
        const std::lock_guard lock(mutex_);
        start_ = entry;
    }
    look_again();
    return true;
}

void HartUnit::suspend(HartSuspend kind, const HartEntry& entry) {
    resume_ = kind == HartSuspend::non_retentive ? std::optional(entry) : std::nullopt;
    status_.store(HartStatus::suspend_pending, std::memory_order_release);
}

// A hart that does not run guest code is away, so that nobody waits for it. The time is asked for before the
// condition, which so sees all that was due already: a deadline behind which nothing waits is no reason to
// wake up. A debugger that wants the hart to stand ends the sleep, too: a wait for an interrupt may end for
// any reason. (Priv. 3.3.3)
template <class Condition>
void HartUnit::sleep_until(Condition condition) {
    member_.leave();
    while (not machine_.ended()) {
        const std::uint64_t left = machine_.time_left(number_, hart_.csrs.timer_deadline());
        machine_.keep_time(number_);
        if (condition() or held()) {
            break;
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::nanoseconds(left), [this] { return look_; });
        look_ = false;
    }
    member_.enter();
}

void HartUnit::follow_status() {
    switch (status()) {
        case HartStatus::stop_pending:
            status_.store(HartStatus::stopped, std::memory_order_release);
            if (machine_.stopped) {
                machine_.stopped();
            }
            break;
        case HartStatus::start_pending:
        case HartStatus::stopped: {
            std::optional<HartEntry> entry;
            sleep_until([&] {
                const std::lock_guard lock(mutex_);
                entry = std::exchange(start_, std::nullopt);
                return entry.has_value();
            });
            if (entry) {
                begin(*entry);
            }
            break;
        }
        case HartStatus::suspend_pending:
        case HartStatus::suspended:
            status_.store(HartStatus::suspended, std::memory_order_release);
            sleep_until([this] { return hart_.csrs.interrupt_wakes(); });
            if (hart_.csrs.interrupt_wakes()) {
                status_.store(HartStatus::started, std::memory_order_release);
                if (const auto entry = std::exchange(resume_, std::nullopt)) {
                    begin(*entry);
                }
            }
            break;
        case HartStatus::resume_pending:
        case HartStatus::started:
            break;
    }
}

void HartUnit::begin(const HartEntry& entry) {
    hart_.csrs.enter_supervisor_mode();
    hart_.pc = raw(entry.address);
    hart_.x[kA0] = number_;
    hart_.x[kA1] = entry.opaque;
    hart_.csrs.waiting = false;
    last_trap_.reset();
    status_.store(HartStatus::started, std::memory_order_release);
}

void HartUnit::advance(std::uint64_t budget) {
    machine_.keep_time(number_);
    if (const auto interrupt = hart_.csrs.pending_interrupt()) {
        return take_trap(*interrupt);
    }
    const std::uint64_t slice = native_ != nullptr ? kCompiledSlice : kSlice;
    const engine::Exit exit = budget <= slice ? interpreter_.run(budget) : interpreter_.run_about(slice);
    if (control_ != nullptr and stops(exit)) {
        return;
    }
    if (exit.reason == ExitReason::trap) {
        return follow_trap(exit.trap);
    }
    if (std::exchange(hart_.csrs.waiting, false) and not hart_.csrs.interrupt_wakes()) {
        sleep_until([this] { return hart_.csrs.interrupt_wakes(); });
    }
}

void HartUnit::follow_trap(const engine::Trap& trap) {
    if (trap.cause == native::kDifference) {
        return machine_.stuck(native::kDifferenceMessage);
    }
    const bool served = machine_.environment_call and trap.cause == guest::riscv::cause::kEcallFromS;
    served ? machine_.environment_call(*this) : take_trap(trap);
}

// A trap that equals the one before, at the handler's first instruction and with nothing retired in between,
// will repeat for ever: only trap entry has changed any state, and it changes no more. What begin() and a
// debugger do retires nothing either, so that they have the last trap forgotten.
void HartUnit::take_trap(const engine::Trap& trap) {
    const TrapEntry entry{trap, hart_.pc, hart_.csrs.instret};
    const auto describe = [&](std::string_view what) {
        return fmt::format("hart {}: {}: {}, value {:#x}, at {:#x}", number_, what,
                           guest::riscv::describe_cause(trap.cause), trap.value, entry.pc);
    };
    if (last_trap_ == entry) {
        return machine_.stuck(describe("the trap handler itself traps"));
    }
    last_trap_ = entry;
    hart_.pc = hart_.csrs.enter_trap(trap, hart_.pc);
    if (machine_.environment_call and hart_.csrs.privilege() == Privilege::machine) {
        machine_.stuck(describe("a trap that only firmware could handle"));
    }
}

void HartUnit::fence_others(engine::Handshake& handshake, HartMask harts, const RemoteFence& fence) {
    handshake.ask_others(member_, [&](engine::Handshake::Member& other) {
        HartUnit& unit = unit_of(other);
        if ((harts >> unit.number_ & 1) != 0) {
            unit.fence(fence);
        }
    });
}

// A fence.i is carried out by each hart as it goes on: it looks for overwritten code then.
void HartUnit::fence(const RemoteFence& fence) {
    constexpr std::uint64_t kMostPages = 64;  // beyond which forgetting everything is cheaper
    if (fence.kind == RemoteFence::Kind::instruction) {
        return;
    }
    const bool all_spaces = fence.kind == RemoteFence::Kind::address_translation;
    const std::uint64_t pages =
        fence.size == RemoteFence::kWhole ? kMostPages + 1 : page_count(fence.address, fence.size);
    if (pages > kMostPages) {
        return interpreter_.translation_fence({true, all_spaces, 0, fence.asid});
    }
    for (std::uint64_t page = 0; page < pages; ++page) {
        interpreter_.translation_fence(
            {false, all_spaces, fence.address + page * mem::kPageSize, fence.asid});
    }
}

}  // namespace vm::machine
