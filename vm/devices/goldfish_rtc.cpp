#include "vm/devices/goldfish_rtc.h"

#include <limits>
#include <utility>

#include "vm/devices/halves.h"

namespace vm::devices {
namespace {

// Registers (Goldfish virtual hardware, real-time clock).
constexpr std::uint64_t kTimeLow = 0x00;  // reading it latches the high half
constexpr std::uint64_t kTimeHigh = 0x04;
constexpr std::uint64_t kAlarmLow = 0x08;  // writing it sets the alarm
constexpr std::uint64_t kAlarmHigh = 0x0c;
constexpr std::uint64_t kInterruptEnable = 0x10;
constexpr std::uint64_t kClearAlarm = 0x14;
constexpr std::uint64_t kAlarmStatus = 0x18;
constexpr std::uint64_t kClearInterrupt = 0x1c;

constexpr unsigned kRegisterBytes = 4;

}  // namespace

GoldfishRtc::GoldfishRtc(Wiring wiring) : wiring_(std::move(wiring)) {}

std::optional<std::uint64_t> GoldfishRtc::next_deadline() {
    const std::lock_guard lock(mutex_);
    return deadline_;
}

void GoldfishRtc::expire() {
    const std::lock_guard lock(mutex_);
    check_alarm();
    update_interrupt();
}

std::uint64_t GoldfishRtc::load(std::uint64_t offset, unsigned size) {
    if (size != kRegisterBytes) {
        return unknown_.note();
    }
    const std::lock_guard lock(mutex_);
    switch (offset) {
        case kTimeLow: {
            const std::uint64_t time = now();
            latched_high_ = high_half(time);
            return low_half(time);
        }
        case kTimeHigh:
            return latched_high_;
        case kAlarmLow:
            return low_half(alarm_);
        case kAlarmHigh:
            return high_half(alarm_);
        case kInterruptEnable:
            return enabled_ ? 1 : 0;
        case kAlarmStatus:
            return deadline_ ? 1 : 0;
        case kClearAlarm:
        case kClearInterrupt:
            return 0;  // write-only
        default:
            return unknown_.note();
    }
}

void GoldfishRtc::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (size != kRegisterBytes) {
        unknown_.note();
        return;
    }
    const std::lock_guard lock(mutex_);
    switch (offset) {
        case kTimeLow:
            set_time(with_low_half(now(), value));
            break;
        case kTimeHigh:
            set_time(with_high_half(now(), value));
            break;
        case kAlarmLow:
            alarm_ = with_low_half(alarm_, value);
            set_alarm();
            break;
        case kAlarmHigh:
            alarm_ = with_high_half(alarm_, value);
            break;
        case kInterruptEnable:
            enabled_ = (value & 1) != 0;
            break;
        case kClearAlarm:
            clear_alarm();
            break;
        case kClearInterrupt:
            pending_ = false;
            break;
        case kAlarmStatus:
            break;  // read-only
        default:
            unknown_.note();
    }
    update_interrupt();
}

// An alarm that is set is one in the guest's time, so that it moves with it.
void GoldfishRtc::set_time(std::uint64_t time) {
    offset_ = time - wiring_.clock();
    if (deadline_) {
        set_alarm();
    }
}

// A deadline beyond what the clock can count never comes.
void GoldfishRtc::set_alarm() {
    const std::uint64_t clock = wiring_.clock();
    const std::uint64_t time = clock + offset_;
    const std::uint64_t wait = alarm_ > time ? alarm_ - time : 0;
    const std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
    deadline_ = wait <= end - clock ? clock + wait : end;
    wiring_.deadline_changed(deadline_);
    check_alarm();
}

void GoldfishRtc::clear_alarm() {
    if (deadline_) {
        deadline_.reset();
        wiring_.deadline_changed(std::nullopt);
    }
}

void GoldfishRtc::check_alarm() {
    if (deadline_ and wiring_.clock() >= *deadline_) {
        pending_ = true;
        clear_alarm();
    }
}

void GoldfishRtc::update_interrupt() {
    const bool raised = enabled_ and pending_;
    if (raised != raised_) {
        raised_ = raised;
        wiring_.interrupt(raised);
    }
}

DeviceTreeNode rtc_node(const Placement& placement) {
    return device_node("rtc", {"google,goldfish-rtc"}, placement);
}

}  // namespace vm::devices
