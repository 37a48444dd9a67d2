#include "vm/debug/thread_control.h"

#include <array>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::debug {
namespace {

using ::testing::ElementsAre;
using Kind = ThreadAction::Kind;

constexpr ThreadId kFirst{1};
constexpr ThreadId kSecond{7};
constexpr Stop kInterrupt{.thread = kFirst, .signal = SIGINT};
constexpr Stop kTrapped{.thread = kSecond, .signal = SIGTRAP};

// Two threads that do nothing but come when they are called.
class ThreadControlTest : public ::testing::Test {
  protected:
    ThreadControlTest() {
        places_[0] = &control_.join(kFirst);
        places_[1] = &control_.join(kSecond);
    }
    ~ThreadControlTest() override { end(); }

    void start() {
        for (std::size_t index = 0; index < places_.size(); ++index) {
            threads_.emplace_back([this, index] {
                while (not ended_) {
                    if (places_[index]->calls()) {
                        const ThreadOrder order =
                            control_.hold(*places_[index], [this] { return ended_.load(); });
                        steps_[index] += order.kind == Kind::step;
                    }
                    std::this_thread::yield();
                }
            });
        }
    }
    void end() {
        ended_ = true;
        control_.look_again();
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }
    void wait_for_reports(std::size_t count) {
        std::unique_lock lock(mutex_);
        reported_.wait(lock, [&] { return reports_.size() == count; });
    }
    ThreadOrder order(std::size_t index) {
        return control_.hold(*places_[index], [] { return false; });
    }

    std::mutex mutex_;
    std::condition_variable reported_;
    std::vector<Stop> reports_;  // guarded while threads run
    std::atomic<bool> ended_ = false;
    std::array<std::atomic<int>, 2> steps_{};
    ThreadControl control_{{[this](const Stop& stop) {
                                const std::scoped_lock lock(mutex_);
                                reports_.push_back(stop);
                                reported_.notify_all();
                            },
                            [] { return true; }}};
    std::array<ThreadControl::Place*, 2> places_{};
    std::vector<std::thread> threads_;
};

TEST_F(ThreadControlTest, ThreadsStandFromTheBeginningAndNobodyIsTold) {
    start();
    EXPECT_FALSE(control_.stop(kInterrupt));
    EXPECT_TRUE(places_[0]->calls());
    end();
    EXPECT_TRUE(reports_.empty());
}

TEST_F(ThreadControlTest, StopIsReportedOnceWhenAllThreadsHaveCome) {
    start();
    control_.resume_all();
    control_.stop(kInterrupt);
    wait_for_reports(1);
    EXPECT_EQ(reports_.front(), kInterrupt);
    control_.stop(kInterrupt);
    control_.resume_all();
    control_.stop(kTrapped);
    wait_for_reports(2);
    EXPECT_EQ(reports_.back(), kTrapped);
}

TEST_F(ThreadControlTest, ThreadThatStaysIsThereForTheNextStop) {
    start();
    const std::vector<ThreadAction> actions{{kFirst, Kind::stay, 0}, {kSecond, Kind::step, 0}};
    for (std::size_t round = 1; round <= 50; ++round) {
        control_.resume(actions);
        control_.stop(kTrapped);
        wait_for_reports(round);
    }
    EXPECT_EQ(steps_[0], 0);
}

TEST_F(ThreadControlTest, OrdersReachTheirThreads) {
    const std::vector<ThreadAction> actions{{kFirst, Kind::go, SIGUSR1}, {kSecond, Kind::step, 0}};
    control_.resume(actions);
    const ThreadOrder first = order(0);
    EXPECT_EQ(first.kind, Kind::go);
    EXPECT_EQ(first.signal, SIGUSR1);
    const ThreadOrder second = order(1);
    EXPECT_EQ(second.kind, Kind::step);
    EXPECT_EQ(second.signal, 0);
    EXPECT_FALSE(places_[0]->calls());
    EXPECT_FALSE(places_[1]->calls());
}

TEST_F(ThreadControlTest, WithoutADebuggerSignalsAreTheThreadsOwn) {
    control_.resume_all();
    EXPECT_EQ(order(0).signal, std::nullopt);
}

TEST_F(ThreadControlTest, EndedTargetHoldsNobody) {
    start();
    end();
    EXPECT_TRUE(reports_.empty());
}

TEST_F(ThreadControlTest, ThreadThatComesWhileOthersRunFetchesAnOrderAndGoes) {
    control_.resume_all();
    ThreadControl::Place& third = control_.join(ThreadId{9});
    EXPECT_THAT(control_.threads(), ElementsAre(kFirst, kSecond, ThreadId{9}));
    EXPECT_TRUE(third.calls());
    EXPECT_EQ(control_.hold(third, [] { return false; }).kind, Kind::go);
}

TEST_F(ThreadControlTest, ThreadThatComesWhileOthersAreCalledIsWaitedFor) {
    control_.resume_all();
    control_.stop(kInterrupt);
    ThreadControl::Place& third = control_.join(ThreadId{9});
    start();
    std::thread thread([&] { control_.hold(third, [this] { return ended_.load(); }); });
    wait_for_reports(1);
    EXPECT_EQ(reports_.front(), kInterrupt);
    end();
    thread.join();
}

TEST_F(ThreadControlTest, LastThreadThatIsWaitedForMayEndInstead) {
    control_.resume_all();
    control_.stop(kTrapped);
    std::thread thread([this] { control_.hold(*places_[0], [this] { return ended_.load(); }); });
    control_.leave(*places_[1]);
    wait_for_reports(1);
    EXPECT_EQ(reports_.front(), signal_stop(kFirst, SIGTRAP));
    EXPECT_THAT(control_.threads(), ElementsAre(kFirst));
    ended_ = true;
    control_.look_again();
    thread.join();
}

TEST_F(ThreadControlTest, NobodyIsToldOfATargetWithoutThreads) {
    control_.resume_all();
    control_.stop(kInterrupt);
    control_.leave(*places_[0]);
    control_.leave(*places_[1]);
    EXPECT_TRUE(reports_.empty());
}

TEST_F(ThreadControlTest, StopThatOneMachineDidNotReachHoldsTheNext) {
    control_.resume_all();
    control_.stop(breakpoint_stop(kSecond, Stop::Reason::software_breakpoint));
    control_.begin();
    places_[0] = &control_.join(kFirst);
    places_[1] = &control_.join(kSecond);
    start();
    wait_for_reports(1);
    EXPECT_EQ(reports_.front(), kTrapped);
}

TEST_F(ThreadControlTest, BreakpointsAreFoundByAddressAndKind) {
    control_.set_breakpoints({{BreakpointKind::software, 0x1000, 4},
                              {BreakpointKind::hardware, 0x1004, 4},
                              {BreakpointKind::write_watch, 0x1008, 4}});
    EXPECT_EQ(control_.version(), 1U);
    EXPECT_EQ(control_.break_at(0x1000), Stop::Reason::software_breakpoint);
    EXPECT_EQ(control_.break_at(0x1004), Stop::Reason::hardware_breakpoint);
    EXPECT_EQ(control_.break_at(0x1008), std::nullopt);
}

}  // namespace
}  // namespace vm::debug
