#include "vm/user/thread.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

class ThreadTest : public ::testing::Test {
  protected:
    AddressSpace memory_ = *AddressSpace::create();
    ProcessState state_{.memory = memory_};
    engine::Handshake handshake_;
    Thread::Program program_{.state = state_, .handshake = handshake_};
    Thread thread_{program_};
};

TEST_F(ThreadTest, AClonesRegistersAreItsParentsButForWhatItAskedFor) {
    ASSERT_TRUE(thread_.attach());
    thread_.hart().pc = 0x1'0000;
    thread_.hart().x[2] = 0x1000;
    thread_.hart().x[4] = 0x2000;
    thread_.hart().x[9] = 9;
    thread_.hart().x[10] = 10;
    thread_.hart().f[3] = 3;
    thread_.hart().csrs.frm = 2;
    const Thread like_it(program_, thread_, {});
    EXPECT_EQ(like_it.hart().pc, 0x1'0004U);
    EXPECT_EQ(like_it.hart().x[2], 0x1000U);
    EXPECT_EQ(like_it.hart().x[4], 0x2000U);
    EXPECT_EQ(like_it.hart().x[9], 9U);
    EXPECT_EQ(like_it.hart().x[10], 0U);
    EXPECT_EQ(like_it.hart().f[3], 3U);
    EXPECT_EQ(like_it.hart().csrs.frm, 2);
    EXPECT_EQ(like_it.hart().csrs.instret, 0U);
    const Thread other(program_, thread_, {.stack = 0x3000, .tls = 0x4000});
    EXPECT_EQ(other.hart().x[2], 0x3000U);
    EXPECT_EQ(other.hart().x[4], 0x4000U);
}

// What a fork of the process holds, so that nobody waits in the handshake.
TEST_F(ThreadTest, AThreadAsksTheOthersWhenItIsItsTurnAndIsAwayUntilThen) {
    ASSERT_TRUE(thread_.attach());
    thread_.share();
    engine::Handshake::Member other(handshake_, [] {});
    std::atomic<bool> entered = false;
    std::atomic<bool> asked = false;
    std::unique_lock held(program_.asking);
    std::thread asker([&] {
        Thread beside(program_, thread_, {});
        beside.attach(thread_);
        engine::Handshake::Member& member = *beside.kernel().member;
        member.enter();
        entered = true;
        beside.kernel().others_let_go();
        asked = true;
        member.leave();
        beside.detach();
    });
    while (not entered) {
        std::this_thread::yield();
    }
    handshake_.ask_others(other, [](engine::Handshake::Member&) {});  // waits until it is away
    EXPECT_FALSE(asked);
    held.unlock();
    asker.join();
    EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace vm::user
