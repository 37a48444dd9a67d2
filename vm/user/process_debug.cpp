#include <csignal>
#include <utility>

#include "vm/user/process.h"

// What a process does for a debugger.
namespace vm::user {

void Process::obey(Debugger debugger) {
    program_.control = &debugger.control;
    program_.call_others = [this](const Thread& caller) {
        const std::lock_guard lock(mutex_);
        call_others(&caller);
    };
    state_.owns_descriptor = std::move(debugger.owns);
    forked_ = std::move(debugger.forked);
    first_.share();  // or nobody could stop it
    state_.shows_fatal_signals = [this] { return program_.control->connected(); };
    first_.host_signals().take_fatal(state_.shows_fatal_signals);
    first_.obey();
}

void Process::disobey() {
    const std::lock_guard lock(mutex_);
    forget_debugger();
    memory_.ram().watch({});
    first_.disobey();
    for (Worker& worker : workers_) {
        worker.thread->disobey();
    }
}

void Process::forget_debugger() {
    program_.control = nullptr;
    state_.owns_descriptor = nullptr;
    state_.shows_fatal_signals = nullptr;
    first_.host_signals().take_fatal({});
    forked_ = nullptr;
}

Thread* Process::thread(int number) {
    const std::lock_guard lock(mutex_);
    if (number == first_.number()) {
        return &first_;
    }
    for (Worker& worker : workers_) {
        if (not worker.done and worker.thread->number() == number) {
            return worker.thread.get();
        }
    }
    return nullptr;
}

void Process::call_threads() {
    const std::lock_guard lock(mutex_);
    call_others(nullptr);
}

void Process::kill() {
    const std::lock_guard lock(mutex_);
    if (not outcome_) {
        outcome_ = Outcome{Outcome::Kind::killed, SIGKILL};
        over_ = true;
        stop_others(nullptr);
    }
}

}  // namespace vm::user
