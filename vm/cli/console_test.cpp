#include "vm/cli/console.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vm::cli {
namespace {

// A machine that takes as many bytes at a time as it has room for.
class ConsoleTest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(pipe(ends_.data()), 0); }
    void TearDown() override {
        console_.reset();
        close(ends_[0]);
        if (ends_[1] >= 0) {
            close(ends_[1]);
        }
    }

    void start(Console::Source source) {
        console_ = Console::create(ends_[0], source,
                                   {[this](std::span<const std::byte> bytes) { return receive(bytes); },
                                    [this] {
                                        const std::lock_guard lock(mutex_);
                                        stopped_ = true;
                                        changed_.notify_all();
                                    }})
                       .value();
        console_->begin();
    }
    void type(const std::string& text) {
        ASSERT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void give_room(std::size_t bytes) {
        {
            const std::lock_guard lock(mutex_);
            room_ += bytes;
        }
        console_->room();
    }
    // Everything taken so far, once it is that long.
    std::string received(std::size_t bytes) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return taken_.size() >= bytes; });
        return taken_;
    }
    void wait_for_stop() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopped_; });
    }

    std::array<int, 2> ends_{-1, -1};
    std::unique_ptr<Console> console_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string taken_;
    std::size_t room_ = 0;
    bool stopped_ = false;

  private:
    std::size_t receive(std::span<const std::byte> bytes) {
        const std::lock_guard lock(mutex_);
        const std::size_t count = std::min(bytes.size(), room_);
        taken_.append(reinterpret_cast<const char*>(bytes.data()), count);
        room_ -= count;
        changed_.notify_all();
        return count;
    }
};

TEST_F(ConsoleTest, BytesWaitForRoomAndNoneIsLost) {
    start(Console::Source::file);
    std::string sent;
    for (int i = 0; i < 1000; ++i) {
        sent += static_cast<char>('a' + i % 26);
    }
    type(sent);
    for (std::size_t taken = 0; taken < sent.size(); taken += 8) {
        give_room(8);
        ASSERT_EQ(received(taken + 8), sent.substr(0, taken + 8));
    }
}

TEST_F(ConsoleTest, PersonsEscapeKeyStopsTheMachine) {
    start(Console::Source::person);
    give_room(100);
    type("ab\1xc");
    wait_for_stop();
    EXPECT_EQ(received(2), "ab");
}

TEST_F(ConsoleTest, FilesEscapeKeyIsOneOfItsBytes) {
    start(Console::Source::file);
    give_room(100);
    type("\1x");
    EXPECT_EQ(received(2), "\1x");
}

TEST_F(ConsoleTest, EndOfInputIsNotTheEndOfTheMachine) {
    start(Console::Source::file);
    give_room(1);
    type("a");
    EXPECT_EQ(received(1), "a");
    close(std::exchange(ends_[1], -1));
    console_.reset();
    EXPECT_FALSE(stopped_);
}

TEST_F(ConsoleTest, GoesAwayWhileBytesWaitForRoom) {
    start(Console::Source::file);
    type("abc");
    console_.reset();
    EXPECT_EQ(taken_, "");
}

TEST_F(ConsoleTest, PersonQuitsAMachineThatTakesNothing) {
    start(Console::Source::person);
    type("abc");
    type("\1x");
    wait_for_stop();
    EXPECT_EQ(taken_, "");
}

TEST_F(ConsoleTest, SignalStopsAMachineThatTakesNothing) {
    start(Console::Source::file);
    type("abc");
    kill(getpid(), SIGTERM);
    wait_for_stop();
}

TEST_F(ConsoleTest, SignalThatCameBeforeTheConsoleIsHeard) {
    Console::hold_signals();
    kill(getpid(), SIGTERM);
    start(Console::Source::file);
    wait_for_stop();
}

TEST_F(ConsoleTest, SignalThatEndsStopsTheMachine) {
    start(Console::Source::file);
    kill(getpid(), SIGTERM);
    wait_for_stop();
}

}  // namespace
}  // namespace vm::cli
