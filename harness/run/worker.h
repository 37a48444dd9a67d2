#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/worker.h"
#include "harness/run/interrupts.h"
#include "harness/run/spawn.h"

namespace harness::run {

// Which worker to start, and how.
struct WorkerStart {
    std::string program;
    std::string case_id;
    double slowdown = 1;                                             // see model::kSlowdownFlag
    std::optional<int> cpu;                                          // run on this CPU only
    std::string padding;                                             // NAME=VALUE, see padding_variable
    std::chrono::nanoseconds time_limit = std::chrono::seconds(20);  // of the greeting and of each answer
    std::vector<std::string> wrapper;  // a program and its arguments that run the worker, valgrind say
};

// A suite program in worker mode (harness/model/worker.h). It is killed with its whole process group when
// this goes.
//
// Every error is one line about what the worker did: crashed, ended, hung, spoke out of turn, without end or
// nonsense, or claimed more processor time than has passed. After an error nothing more can be asked of it.
// An interrupt is the error "interrupted"; ask the Interrupts whether one came.
class Worker {
  public:
    // Starts it and waits for its greeting, which must be of the case asked for.
    static Result<Worker> start(const WorkerStart& what, Interrupts& interrupts);

    Worker(Worker&& other) noexcept = default;
    Worker& operator=(Worker&&) = delete;
    ~Worker();

    const model::WorkerHello& hello() const { return hello_; }

    // Runs one slice. A failed check of the benchmark is an error with the benchmark's own words.
    Result<model::SliceAnswer> slice(std::int64_t iterations, Interrupts& interrupts);

    // Lets it end by itself for so long, then kills it. What it used, its reaped children included.
    Usage finish(std::chrono::nanoseconds patience = std::chrono::seconds(1));

  private:
    Worker(Process process, std::string name, std::chrono::nanoseconds time_limit)
        : process_(std::move(process)), name_(std::move(name)), time_limit_(time_limit) {}

    Result<std::string> read_line(Interrupts& interrupts);
    Result<model::SliceAnswer> answer_to(const model::SliceRequest& request, Interrupts& interrupts);
    tl::unexpected<Error> ended();

    Process process_;
    std::string name_;  // for messages
    std::chrono::nanoseconds time_limit_;
    model::WorkerHello hello_;
    std::int64_t asked_ = 0;      // requests
    std::string heard_;           // not yet taken as lines
    std::string messages_;        // the end of its standard error
    std::optional<Usage> usage_;  // when it has been reaped
};

// Whether the program greets as a worker of this case. Programs of others, and builds from before the worker
// mode, do not.
bool has_worker_mode(const WorkerStart& what, Interrupts& interrupts);

}  // namespace harness::run
