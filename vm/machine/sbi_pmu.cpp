#include "vm/machine/sbi_pmu.h"

#include <bit>

#include "vm/base/check.h"

namespace vm::machine {
namespace {

// Functions (SBI 2.0, 11.5 to 11.11).
enum Function : std::uint64_t {
    kNumCounters = 0,
    kCounterInfo = 1,
    kConfigure = 2,
    kStart = 3,
    kStop = 4,
    kReadFirmware = 5,
    kReadFirmwareHigh = 6,
};

// Flags of kConfigure, kStart and kStop.
constexpr std::uint64_t kSkipMatch = 1;
constexpr std::uint64_t kClearValue = 2;
constexpr std::uint64_t kAutoStart = 4;
constexpr std::uint64_t kConfigureFlags = 0xff;
constexpr std::uint64_t kSetInitialValue = 1;
constexpr std::uint64_t kInitialSnapshot = 2;
constexpr std::uint64_t kReset = 1;
constexpr std::uint64_t kTakeSnapshot = 2;

// Event numbers: the type in bits 19 to 16, a code below (SBI 2.0, 11).
constexpr std::uint64_t kCpuCycles = 0x0'0001;
constexpr std::uint64_t kInstructions = 0x0'0002;
constexpr std::uint64_t kFirmwareType = 0xf'0000;
constexpr std::uint64_t kFirstFirmwareEvent =
    kFirmwareType + static_cast<std::uint64_t>(FirmwareEvent::set_timer);

// What kCounterInfo answers: CSR number, width less one from bit 12 on, kind in the highest bit (11.6).
constexpr std::uint64_t kFirstCsr = 0xc00;
constexpr std::uint64_t kInfoWidth = std::uint64_t{63} << 12;
constexpr std::uint64_t kInfoFirmware = std::uint64_t{1} << 63;

bool is_firmware(std::size_t counter) { return counter >= SbiPmu::kFirstFirmware; }

bool is_firmware_event(std::uint64_t event) { return event - kFirstFirmwareEvent < SbiPmu::kFirmwareEvents; }

bool can_count(std::size_t counter, std::uint64_t event) {
    switch (counter) {
        case SbiPmu::kCycle:
            return event == kCpuCycles;
        case SbiPmu::kInstret:
            return event == kInstructions;
        default:
            return is_firmware(counter) and is_firmware_event(event);
    }
}

// Of a counter that was configured, and so is none of those that count nothing.
HardwareCounter hardware(std::size_t counter) {
    return counter == SbiPmu::kCycle ? HardwareCounter::cycle : HardwareCounter::instret;
}

}  // namespace

struct SbiPmu::CounterSet {
    std::uint64_t base;
    std::uint64_t mask;

    // a0 and a1 of the call; nothing where they name a counter that does not exist.
    static std::optional<CounterSet> of(const SbiCall& call) {
        const std::uint64_t base = call.args[0];
        const std::uint64_t mask = call.args[1];
        const auto width = static_cast<unsigned>(std::bit_width(mask));
        if (base >= kCounters or width > kCounters - base) {
            return std::nullopt;
        }
        return CounterSet{base, mask};
    }

    template <class Visit>
    void each(Visit visit) const {
        for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
            visit(base + static_cast<unsigned>(std::countr_zero(rest)));
        }
    }
};

SbiPmu::SbiPmu(SbiHost& host, unsigned harts) : host_(host), harts_(harts) {}

SbiReturn SbiPmu::call(const SbiCall& call) {
    switch (call.function) {
        case kNumCounters:
            return {SbiError::success, kCounters};
        case kCounterInfo:
            return counter_info(call);
        case kConfigure:
            return configure(call);
        case kStart:
            return start(call);
        case kStop:
            return stop(call);
        case kReadFirmware:
            return read_firmware(call);
        case kReadFirmwareHigh:
            // Registers hold whole counters, so the upper half is nothing. (SBI 2.0, 11.11)
            return {read_firmware(call).error, 0};
        default:
            return {SbiError::not_supported};
    }
}

void SbiPmu::count(unsigned hart, FirmwareEvent event) {
    const auto index = static_cast<std::size_t>(event) - static_cast<std::size_t>(FirmwareEvent::set_timer);
    VM_CHECK(hart < harts_.size() and index < kFirmwareEvents);
    harts_[hart].totals[index].fetch_add(1, std::memory_order_relaxed);
}

SbiReturn SbiPmu::counter_info(const SbiCall& call) const {
    const std::uint64_t index = call.args[0];
    if (index == kCycle or index == kInstret) {
        return {SbiError::success, kInfoWidth | (kFirstCsr + index)};
    }
    if (is_firmware(index) and index < kCounters) {
        return {SbiError::success, kInfoFirmware};
    }
    return {SbiError::invalid_param};
}

SbiReturn SbiPmu::configure(const SbiCall& call) {
    const auto set = CounterSet::of(call);
    const std::uint64_t flags = call.args[2];
    if (not set or (flags & ~kConfigureFlags) != 0) {
        return {SbiError::invalid_param};
    }
    const auto index = find_counter(harts_[call.hart], *set, call);
    if (not index) {
        return {SbiError::not_supported};
    }
    Counter& counter = harts_[call.hart].counters[*index];
    const bool runs_on = counter.started or (flags & kAutoStart) != 0;
    if (counter.started) {
        stop_counter(call.hart, *index);
    }
    if (can_count(*index, call.args[3])) {
        counter.event = call.args[3];
    }
    if ((flags & kClearValue) != 0) {
        set_value(call.hart, *index, 0);
    }
    if (runs_on) {
        start_counter(call.hart, *index);
    }
    return {SbiError::success, *index};
}

// The first counter that is free and can count the event; without a match the first of all, which the caller
// knows, as long as it has an event, this one or an earlier. (SBI 2.0, 11.7)
std::optional<std::size_t> SbiPmu::find_counter(const Hart& hart, const CounterSet& set,
                                                const SbiCall& call) const {
    if ((call.args[2] & kSkipMatch) != 0) {
        const std::size_t index = set.base + static_cast<unsigned>(std::countr_zero(set.mask));
        const bool known =
            set.mask != 0 and (can_count(index, call.args[3]) or hart.counters[index].event.has_value());
        return known ? std::optional(index) : std::nullopt;
    }
    std::optional<std::size_t> found;
    set.each([&](std::size_t index) {
        if (not found and not hart.counters[index].started and can_count(index, call.args[3])) {
            found = index;
        }
    });
    return found;
}

SbiReturn SbiPmu::start(const SbiCall& call) {
    const auto set = CounterSet::of(call);
    const std::uint64_t flags = call.args[2];
    if (not set or (flags & ~(kSetInitialValue | kInitialSnapshot)) != 0) {
        return {SbiError::invalid_param};
    }
    if ((flags & kInitialSnapshot) != 0) {
        return {SbiError::no_shared_memory};
    }
    SbiError error = SbiError::success;
    set->each([&](std::size_t index) {
        const Counter& counter = harts_[call.hart].counters[index];
        if (not counter.event) {
            error = SbiError::invalid_param;
        } else if (counter.started) {
            error = SbiError::already_started;
        } else {
            if ((flags & kSetInitialValue) != 0) {
                set_value(call.hart, index, call.args[3]);
            }
            start_counter(call.hart, index);
        }
    });
    return {error};
}

SbiReturn SbiPmu::stop(const SbiCall& call) {
    const auto set = CounterSet::of(call);
    const std::uint64_t flags = call.args[2];
    if (not set or (flags & ~(kReset | kTakeSnapshot)) != 0) {
        return {SbiError::invalid_param};
    }
    if ((flags & kTakeSnapshot) != 0) {
        return {SbiError::no_shared_memory};
    }
    SbiError error = SbiError::success;
    set->each([&](std::size_t index) {
        Counter& counter = harts_[call.hart].counters[index];
        if (counter.started) {
            stop_counter(call.hart, index);
        } else {
            error = SbiError::already_stopped;
        }
        if ((flags & kReset) != 0) {
            counter.event.reset();
        }
    });
    return {error};
}

SbiReturn SbiPmu::read_firmware(const SbiCall& call) const {
    const std::uint64_t index = call.args[0];
    if (index >= kCounters or not is_firmware(index)) {
        return {SbiError::invalid_param};
    }
    const Hart& hart = harts_[call.hart];
    const Counter& counter = hart.counters[index];
    return {SbiError::success, counter.started ? total(hart, counter) + counter.value : counter.value};
}

std::uint64_t SbiPmu::total(const Hart& hart, const Counter& counter) const {
    VM_CHECK(counter.event and is_firmware_event(*counter.event));
    return hart.totals[*counter.event - kFirstFirmwareEvent].load(std::memory_order_relaxed);
}

void SbiPmu::start_counter(unsigned hart, std::size_t index) {
    Counter& counter = harts_[hart].counters[index];
    counter.started = true;
    if (is_firmware(index)) {
        counter.value -= total(harts_[hart], counter);
    } else {
        host_.start_counter(hart, hardware(index));
    }
}

void SbiPmu::stop_counter(unsigned hart, std::size_t index) {
    Counter& counter = harts_[hart].counters[index];
    counter.started = false;
    if (is_firmware(index)) {
        counter.value += total(harts_[hart], counter);
    } else {
        host_.stop_counter(hart, hardware(index));
    }
}

void SbiPmu::set_value(unsigned hart, std::size_t index, std::uint64_t value) {
    if (is_firmware(index)) {
        harts_[hart].counters[index].value = value;
    } else {
        host_.write_counter(hart, hardware(index), value);
    }
}

}  // namespace vm::machine
