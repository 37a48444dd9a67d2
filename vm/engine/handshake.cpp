#include "vm/engine/handshake.h"

#include <algorithm>
#include <utility>

namespace vm::engine {

// What one ask_others() has put to members that run guest code.
struct Request {
    const std::function<void(Handshake::Member&)>& action;
    std::binary_semaphore& served;
    std::size_t unserved = 0;
};

Handshake::Member::Member(Handshake& handshake, std::function<void()> call)
    : handshake_(handshake), call_(std::move(call)) {
    const std::lock_guard lock(handshake_.mutex_);
    handshake_.members_.push_back(this);
}

Handshake::Member::~Member() {
    const std::lock_guard lock(handshake_.mutex_);
    handshake_.serve(*this);
    std::erase(handshake_.members_, this);
}

void Handshake::Member::enter() {
    const std::lock_guard lock(handshake_.mutex_);
    away_ = false;
}

void Handshake::Member::leave() {
    const std::lock_guard lock(handshake_.mutex_);
    handshake_.serve(*this);
    away_ = true;
}

void Handshake::Member::poll() {
    const std::lock_guard lock(handshake_.mutex_);
    handshake_.serve(*this);
}

void Handshake::serve(Member& member) {
    for (Request* request : std::exchange(member.requests_, {})) {
        request->action(member);
        if (--request->unserved == 0) {
            request->served.release();
        }
    }
}

// Each asker waits for itself alone: a condition variable of all of them makes whoever serves wait, with the
// lock held, until earlier waiters have run, which takes long where there are more threads than CPUs. A
// member that is away cannot come back while the lock is held, so the action is carried out for it here.
void Handshake::ask_others(Member& asker, const std::function<void(Member&)>& action) {
    Request request{action, asker.served_};
    std::unique_lock lock(mutex_);
    for (Member* member : members_) {
        if (member == &asker) {
            continue;
        }
        if (member->away_) {
            action(*member);
        } else {
            member->requests_.push_back(&request);
            ++request.unserved;
            member->call_();
        }
    }
    serve(asker);
    if (request.unserved == 0) {
        return;
    }
    const bool was_away = std::exchange(asker.away_, true);
    lock.unlock();
    asker.served_.acquire();
    lock.lock();
    asker.away_ = was_away;
}

}  // namespace vm::engine
