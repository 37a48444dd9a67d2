#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "vm/debug/debug_target.h"

namespace vm::debug {

// What a thread does when it may go on.
struct ThreadOrder {
    ThreadAction::Kind kind = ThreadAction::Kind::go;
    // To deliver first, 0: none. Nothing: the one it stopped for, if it was one.
    std::optional<int> signal{};
};

// Where the threads of a target are held while a debugger looks at it. All stand or none but those that were
// told to stay: the first stop calls every thread, the last one to arrive has it reported, and only resuming
// lets threads go. Threads come and go; those that come before anything was resumed stand from the beginning.
class ThreadControl {
  public:
    struct Debugger {
        std::function<void(const Stop&)> report;  // all threads stand; must not call back
        std::function<bool()> connected;
    };

    // What is kept for a thread from join() to leave().
    class Place {
      public:
        explicit Place(ThreadId thread) : thread_(thread) {}

        ThreadId thread() const { return thread_; }
        // Whether the thread is to come to hold(): it stands, or has an order to fetch.
        bool calls() const { return calls_.load(std::memory_order_acquire); }

      private:
        friend class ThreadControl;

        ThreadId thread_;
        std::atomic<bool> calls_ = true;
        bool held_ = true;     // guarded by the control
        bool there_ = false;   // likewise
        ThreadOrder order_{};  // likewise
    };

    explicit ThreadControl(Debugger debugger) : debugger_(std::move(debugger)) {}

    bool connected() const { return debugger_.connected(); }

    // Those that joined and did not leave, the oldest first.
    std::vector<ThreadId> threads() const;
    // A thread comes. It stands when the others do, and goes when they go; either way it comes to hold() at
    // once.
    Place& join(ThreadId thread);
    // It has ended, and holds nobody up any more.
    void leave(Place& place);
    // Threads of another machine are to come, and none runs: those of before are gone. So a debugger stays
    // with a guest that begins anew.
    void begin();

    // The thread's next order. Until there is one it sleeps, or until `ended` holds, of which look_again()
    // tells.
    ThreadOrder hold(Place& place, const std::function<bool()>& ended);
    void look_again();

    // Something happened: calls all threads. Whoever says so makes them look whether they are called. False:
    // the threads stand, or another stop came first, and this one is dropped. From any thread.
    bool stop(const Stop& stop);

    // Lets the threads go on that do not stay, while they stand.
    void resume(std::span<const ThreadAction> actions);
    // All of them, with the signals that they stopped for.
    void resume_all();

    // Changed while the threads stand, and read by them when they go on: version() tells whether to.
    void set_breakpoints(std::vector<Breakpoint> breakpoints);
    const std::vector<Breakpoint>& breakpoints() const { return breakpoints_; }
    std::uint64_t version() const { return version_; }
    // Why a thread stops that is about to execute the instruction there; nothing where it does not.
    std::optional<Stop::Reason> break_at(std::uint64_t pc) const;

  private:
    static void release(Place& place, const ThreadOrder& order);
    void arrive(Place& place);
    void report_when_all_stand();

    Debugger debugger_;
    std::vector<Breakpoint> breakpoints_;
    std::uint64_t version_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Place> places_;   // guarded, as what is in them
    std::optional<Stop> stop_;  // guarded: until all threads are there
    bool stand_ = true;         // guarded: the last stop was reported, and nothing resumed
};

}  // namespace vm::debug
