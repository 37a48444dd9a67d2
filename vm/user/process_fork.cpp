// The program's fork: all of the host process, of whose threads the child has but one.

#include <cerrno>
#include <memory>
#include <mutex>

#include <unistd.h>

#include "vm/user/away_lock.h"
#include "vm/user/map_change.h"
#include "vm/user/process.h"

namespace vm::user {

// Every lock is held meanwhile, so that the child finds nothing half done, and nothing locked by somebody who
// is not there. They are taken in the order in which they are nested elsewhere.
SysValue Process::fork(Thread& parent, const NewThread& wanted) {
    int child = 0;
    int error = 0;
    bool others_mark = false;  // code, see UserMemory::share_code
    {
        const MapChange no_change(parent.kernel());
        const auto nobody_asks = lock_away(program_.asking, parent.kernel().member);
        const std::scoped_lock own(mutex_, program_.tracing, state_.limits);
        if (program_.stop.load(std::memory_order_relaxed)) {
            return kRestartAlways;  // the program has ended, or goes on later
        }
        const auto actions = parent.kernel().actions->hold();
        const auto members = handshake_.hold();
        const auto memory = memory_.ram().hold();
        const auto code = program_.code != nullptr ? program_.code->hold() : std::unique_lock<std::mutex>();
        auto* const observer = program_.native ? program_.native->code.observer : nullptr;
        const auto unobserved = observer != nullptr ? observer->hold() : std::unique_lock<std::mutex>();
        others_mark = program_.marking != 0;
        child = ::fork();
        error = errno;
        if (child == 0) {
            become_child(parent);
            parent.become_child(wanted);
        }
    }
    if (child > 0 and wanted.parent_tid != 0) {
        static_cast<void>(memory_.put(wanted.parent_tid, child));
    }
    if (child == 0) {
        memory_.ram().watch({});  // who watched is not here
        if (others_mark) {
            memory_.ram().protect_marked_code();
        }
        // What is compiled is shared with the parent, which goes on writing it.
        if (program_.code != nullptr) {
            program_.code = native::make_program_code(*program_.native).value_or(nullptr);
            parent.compile_hot_code();
        }
    }
    return child == -1 ? -error : child;
}

// The objects of threads that are not here are kept as they are, and never destroyed: nobody is left who
// could end them.
void Process::become_child(const Thread& only) {
    // NOLINTNEXTLINE(cppcoreguidelines-*)
    static auto& gone = *new std::list<Worker>();
    for (auto at = workers_.begin(); at != workers_.end();) {
        const auto next = std::next(at);
        if (at->thread.get() != &only) {
            gone.splice(gone.end(), workers_, at);
        }
        at = next;
    }
    if (forked_) {
        forked_();
        forget_debugger();
    }
    first_gone_ = first_gone_ or &only != &first_;
    leader_ = &only;
    leader_exit_ = 0;
    program_.marking = 0;  // by them
    alive_ = 1;
    running_ = 1;
}

}  // namespace vm::user
