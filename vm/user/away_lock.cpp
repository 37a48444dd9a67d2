#include "vm/user/away_lock.h"

namespace vm::user {

std::unique_lock<std::mutex> lock_away(std::mutex& mutex, engine::Handshake::Member* member) {
    std::unique_lock lock(mutex, std::try_to_lock);
    if (not lock.owns_lock()) {
        if (member != nullptr) {
            member->leave();
        }
        lock.lock();
        if (member != nullptr) {
            member->enter();
        }
    }
    return lock;
}

}  // namespace vm::user
