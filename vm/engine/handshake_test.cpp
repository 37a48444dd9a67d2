#include "vm/engine/handshake.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace vm::engine {
namespace {

// A thread that runs guest code: it comes to poll whenever it is called.
class Runner {
  public:
    explicit Runner(Handshake& handshake) : member_(handshake, [this] { called_ = true; }) {}

    void run_until(const std::atomic<bool>& ended) {
        member_.enter();
        while (not ended) {
            if (called_.exchange(false)) {
                member_.poll();
            }
        }
        member_.leave();
    }
    Handshake::Member& member() { return member_; }

  private:
    std::atomic<bool> called_ = false;
    Handshake::Member member_;
};

TEST(Handshake, ActsForMembersThatAreAwayAtOnce) {
    Handshake handshake;
    Handshake::Member asker(handshake, [] {});
    Handshake::Member other(handshake, [] { FAIL() << "nobody to call"; });
    int acted = 0;
    handshake.ask_others(asker, [&](Handshake::Member& member) {
        EXPECT_EQ(&member, &other);
        ++acted;
    });
    EXPECT_EQ(acted, 1);
}

TEST(Handshake, WithoutOthersThereIsNothingToDo) {
    Handshake handshake;
    Handshake::Member asker(handshake, [] {});
    handshake.ask_others(asker, [](Handshake::Member&) { FAIL(); });
}

TEST(Handshake, ReturnsWhenARunningMemberHasBeenActedFor) {
    Handshake handshake;
    Runner runner(handshake);
    Handshake::Member asker(handshake, [] {});
    std::atomic<bool> ended = false;
    std::thread thread([&] { runner.run_until(ended); });
    for (int round = 0; round < 1000; ++round) {
        int acted = 0;  // no race: the action is over when ask_others returns
        handshake.ask_others(asker, [&](Handshake::Member& member) {
            EXPECT_EQ(&member, &runner.member());
            ++acted;
        });
        EXPECT_EQ(acted, 1);
    }
    ended = true;
    thread.join();
}

TEST(Handshake, MembersMayAskOneAnotherAtOnce) {
    constexpr int kRounds = 500;
    Handshake handshake;
    std::atomic<int> acted = 0;
    const auto ask = [&](Handshake::Member& member, std::atomic<bool>& called) {
        member.enter();
        for (int round = 0; round < kRounds; ++round) {
            handshake.ask_others(member, [&](Handshake::Member&) { ++acted; });
            if (called.exchange(false)) {
                member.poll();
            }
        }
        member.leave();
    };
    std::atomic<bool> first_called = false;
    std::atomic<bool> second_called = false;
    Handshake::Member first(handshake, [&] { first_called = true; });
    Handshake::Member second(handshake, [&] { second_called = true; });
    std::thread thread([&] { ask(first, first_called); });
    ask(second, second_called);
    thread.join();
    EXPECT_EQ(acted, 2 * kRounds);
}

TEST(Handshake, AMemberThatGoesIsServedFirst) {
    Handshake handshake;
    Handshake::Member asker(handshake, [] {});
    std::atomic<bool> called = false;
    std::atomic<int> acted = 0;
    std::thread thread;
    {
        Handshake::Member other(handshake, [&] { called = true; });
        other.enter();
        thread = std::thread([&] { handshake.ask_others(asker, [&](Handshake::Member&) { ++acted; }); });
        while (not called) {
        }
    }
    thread.join();
    EXPECT_EQ(acted, 1);
}

}  // namespace
}  // namespace vm::engine
