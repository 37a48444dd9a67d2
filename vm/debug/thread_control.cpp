#include "vm/debug/thread_control.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace vm::debug {

std::vector<ThreadId> ThreadControl::threads() const {
    const std::scoped_lock lock(mutex_);
    std::vector<ThreadId> all;
    for (const Place& place : places_) {
        all.push_back(place.thread_);
    }
    return all;
}

ThreadControl::Place& ThreadControl::join(ThreadId thread) {
    const std::scoped_lock lock(mutex_);
    Place& place = places_.emplace_back(thread);
    place.held_ = stand_ or stop_;
    place.there_ = stand_;
    return place;
}

void ThreadControl::leave(Place& place) {
    const std::scoped_lock lock(mutex_);
    places_.remove_if([&](const Place& each) { return &each == &place; });
    report_when_all_stand();
}

// A stop that the machine before did not live to see is one of the new machine, which has not been where that
// one was.
void ThreadControl::begin() {
    const std::scoped_lock lock(mutex_);
    if (stop_ and stop_->reason != Stop::Reason::signal) {
        stop_ = signal_stop(stop_->thread, SIGTRAP);
    }
    places_.clear();
}

// A thread may be called again before it has woken up to go; then it arrives without having left.
ThreadOrder ThreadControl::hold(Place& place, const std::function<bool()>& ended) {
    std::unique_lock lock(mutex_);
    while (place.held_ and not ended()) {
        arrive(place);
        changed_.wait(lock);
    }
    place.calls_.store(false, std::memory_order_relaxed);
    return std::exchange(place.order_, {});
}

void ThreadControl::arrive(Place& place) {
    if (not std::exchange(place.there_, true)) {
        report_when_all_stand();
    }
}

// The thread that an interruption was to be told of may have ended before it came to stand.
void ThreadControl::report_when_all_stand() {
    const auto there = [](const Place& place) { return place.there_; };
    if (not stop_ or places_.empty() or not std::all_of(places_.begin(), places_.end(), there)) {
        return;
    }
    Stop stop = *std::exchange(stop_, std::nullopt);
    if (std::none_of(places_.begin(), places_.end(),
                     [&](const Place& place) { return place.thread_ == stop.thread; })) {
        stop.thread = places_.front().thread_;
    }
    stand_ = true;
    debugger_.report(stop);
}

void ThreadControl::look_again() {
    { const std::scoped_lock lock(mutex_); }  // whoever has looked sleeps already
    changed_.notify_all();
}

bool ThreadControl::stop(const Stop& stop) {
    const std::scoped_lock lock(mutex_);
    if (stand_ or stop_) {
        return false;
    }
    stop_ = stop;
    for (Place& place : places_) {
        place.held_ = true;
        place.calls_.store(true, std::memory_order_release);
    }
    return true;
}

void ThreadControl::release(Place& place, const ThreadOrder& order) {
    place.held_ = false;
    place.there_ = false;
    place.order_ = order;
    place.calls_.store(true, std::memory_order_release);
}

void ThreadControl::resume(std::span<const ThreadAction> actions) {
    {
        const std::scoped_lock lock(mutex_);
        stand_ = false;
        for (const ThreadAction& action : actions) {
            const auto place = std::find_if(places_.begin(), places_.end(),
                                            [&](const Place& each) { return each.thread_ == action.thread; });
            if (place != places_.end() and action.kind != ThreadAction::Kind::stay) {
                release(*place, {action.kind, action.signal});
            }
        }
    }
    changed_.notify_all();
}

void ThreadControl::resume_all() {
    {
        const std::scoped_lock lock(mutex_);
        stand_ = false;
        for (Place& place : places_) {
            release(place, {});
        }
    }
    changed_.notify_all();
}

void ThreadControl::set_breakpoints(std::vector<Breakpoint> breakpoints) {
    breakpoints_ = std::move(breakpoints);
    ++version_;
}

std::optional<Stop::Reason> ThreadControl::break_at(std::uint64_t pc) const {
    for (const Breakpoint& each : breakpoints_) {
        if (each.address == pc and each.kind == BreakpointKind::software) {
            return Stop::Reason::software_breakpoint;
        }
        if (each.address == pc and each.kind == BreakpointKind::hardware) {
            return Stop::Reason::hardware_breakpoint;
        }
    }
    return std::nullopt;
}

}  // namespace vm::debug
