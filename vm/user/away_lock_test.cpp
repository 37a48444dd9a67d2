#include "vm/user/away_lock.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace vm::user {
namespace {

TEST(AwayLock, WhoeverWaitsForItHoldsNobodyUp) {
    engine::Handshake handshake;
    engine::Handshake::Member holder(handshake, [] {});
    std::mutex mutex;
    std::unique_lock held(mutex);
    std::atomic<bool> entered = false;
    std::thread waiter([&] {
        engine::Handshake::Member member(handshake, [] {});
        member.enter();
        entered = true;
        EXPECT_TRUE(lock_away(mutex, &member).owns_lock());
        member.leave();
    });
    while (not entered) {
        std::this_thread::yield();
    }
    // Would never return if the waiter did not leave: nothing calls it.
    handshake.ask_others(holder, [](engine::Handshake::Member&) {});
    held.unlock();
    waiter.join();
}

TEST(AwayLock, TheOnlyThreadNeedsNoHandshake) {
    std::mutex mutex;
    EXPECT_TRUE(lock_away(mutex, nullptr).owns_lock());
}

}  // namespace
}  // namespace vm::user
