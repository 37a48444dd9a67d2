#pragma once

#include <csignal>

#include "harness/model/result.h"

namespace harness::run {

// While one lives, SIGINT and SIGTERM do not end this program but make fd() readable, so that a run can store
// what it has and say that it is not complete. One per program at a time (signal masks belong to the
// process).
class Interrupts {
  public:
    static Result<Interrupts> create();

    Interrupts(Interrupts&& other) noexcept;
    Interrupts& operator=(Interrupts&&) = delete;
    ~Interrupts();

    int fd() const { return fd_; }

    // Whether a signal has come since creation.
    bool pending();

    // The mask that was in force before: what children must run with.
    const sigset_t& original_mask() const { return original_; }

  private:
    Interrupts(int fd, const sigset_t& original) : fd_(fd), original_(original) {}

    int fd_;
    sigset_t original_;
    bool seen_ = false;
};

}  // namespace harness::run
