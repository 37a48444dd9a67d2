#pragma once

#include <functional>
#include <mutex>
#include <semaphore>
#include <vector>

namespace vm::engine {

// Lets the threads that run guest code over one memory act on one another's state (translations and code they
// hold, permissions they have looked up) at moments when that is safe: each is either away from guest code,
// or between two of its instructions. Hence no member is ever between looking a permission up and using it
// when an action is carried out for it, and when ask_others() returns no member uses what it held before.
class Handshake {
  public:
    // One thread's part. Begins away.
    class Member {
      public:
        // `call` makes the thread come to poll() soon; it is called with the handshake locked. The handshake
        // outlives its members.
        Member(Handshake& handshake, std::function<void()> call);
        ~Member();
        Member(const Member&) = delete;
        Member& operator=(const Member&) = delete;

        // Begins and ends running guest code.
        void enter();
        void leave();
        // Carries out what others ask for. Between two instructions of guest code.
        void poll();

      private:
        friend class Handshake;

        Handshake& handshake_;
        std::function<void()> call_;
        bool away_ = true;
        std::vector<struct Request*> requests_;
        std::binary_semaphore served_{0};  // what this member has asked for is done
    };

    // Carries `action` out for every member but `asker`, on whichever thread, and returns when that is done.
    // The asker is between instructions or away; while it waits, others' actions are carried out for it. The
    // action must not ask in turn.
    void ask_others(Member& asker, const std::function<void(Member&)>& action);

    // Around a fork of the process: as long as this is held, nobody changes the handshake.
    std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
    // In the child of a fork, where the threads of the others are not; with what hold() returned.
    void forget_others(Member& only) { members_ = {&only}; }

  private:
    void serve(Member& member);

    std::mutex mutex_;
    std::vector<Member*> members_;
};

}  // namespace vm::engine
