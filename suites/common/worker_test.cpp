#include "suites/common/worker.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>

#include <gmock/gmock.h>
#include <unistd.h>

#include "suites/common/guards.h"

namespace suites::common {
namespace {

namespace model = harness::model;
using ::testing::HasSubstr;

Case plain(std::string id, std::function<void(benchmark::State&)> body) {
    return {.id = std::move(id), .body = std::move(body), .metrics = {time_metric()}, .tags = {"quick"}};
}

void spin(benchmark::State& state) {
    int steps = 0;
    for (auto _ : state) {
        scalar_barrier(++steps);
    }
}

// A worker of the first case in a process of its own, and the other end of its conversation.
class WorkerProcess {
  public:
    WorkerProcess(const Suite& suite, double slowdown) {
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, input.data()) != 0 or ::pipe(output.data()) != 0) {
            throw std::runtime_error("no descriptors");
        }
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(input[1], STDIN_FILENO);
            ::dup2(output[1], STDOUT_FILENO);
            for (const int fd : {input[0], input[1], output[0], output[1]}) {
                ::close(fd);
            }
            ::_exit(run_worker(suite, suite.cases.front(), slowdown));
        }
        ::close(input[1]);
        ::close(output[1]);
        input_ = input[0];
        output_ = ::fdopen(output[0], "r");
    }
    ~WorkerProcess() {
        ::close(input_);
        std::fclose(output_);
    }
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    void send(const std::string& text) { ::send(input_, text.data(), text.size(), MSG_NOSIGNAL); }

    // The next line without its end; empty at the end.
    std::string line() {
        std::string text;
        for (int c = 0; (c = std::fgetc(output_)) != EOF and c != '\n';) {
            text += static_cast<char>(c);
        }
        return text;
    }

    model::SliceAnswer slice(const model::SliceRequest& request) {
        send(to_line(request));
        return model::parse_answer(line(), request).value();
    }

    int end() {
        ::shutdown(input_, SHUT_WR);
        int status = 0;
        ::waitpid(child_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t child_;
    int input_;
    std::FILE* output_;
};

TEST(Worker, GreetsWithItsCaseThenAnswersSlices) {
    const Suite suite{"sample", "How fast?", {plain("a/b", spin)}};
    WorkerProcess worker(suite, 1.5);
    EXPECT_EQ(model::parse_hello(worker.line()).value(), greeting(suite, suite.cases[0], 1.5));
    EXPECT_EQ(worker.slice({.number = 1, .iterations = 1000}).iterations, 1000);
    EXPECT_EQ(worker.slice({.number = 2, .iterations = 2000}).iterations, 2000);
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, TheGreetingSaysWhatTheTableSays) {
    Case one = plain("a", spin);
    one.version = 3;
    one.time_source = TimeSource::real;
    one.metrics.push_back(bandwidth_metric());
    const auto hello = greeting({"sample", "How fast?", {one}}, one, 1);
    EXPECT_EQ(hello.suite, "sample");
    EXPECT_EQ(hello.case_id, "a");
    EXPECT_EQ(hello.definition_version, 3);
    EXPECT_EQ(hello.time_source, model::TimeSource::real);
    ASSERT_EQ(hello.metrics.size(), 2U);
    EXPECT_EQ(hello.metrics[1], (model::Metric{"bytes_per_second", "B/s", model::Direction::higher}));
    EXPECT_GE(hello.clock_resolution_ns, 1);
}

TEST(Worker, WhatACasePrintsDoesNotMixWithTheAnswers) {
    const Suite suite{"sample", "How fast?", {plain("a", [](benchmark::State& state) {
                          std::puts("{\"slice\": 9}");
                          std::fflush(stdout);
                          spin(state);
                      })}};
    WorkerProcess worker(suite, 1);
    worker.line();
    EXPECT_EQ(worker.slice({.number = 1, .iterations = 10}).number, 1);
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, ACaseReadsNothingFromStandardInput) {
    const Suite suite{"sample", "How fast?", {plain("a", [](benchmark::State& state) {
                          state.counters["read"] = std::getchar() == EOF ? 0 : 1;
                          spin(state);
                      })}};
    WorkerProcess worker(suite, 1);
    worker.line();
    EXPECT_EQ(worker.slice({.number = 1, .iterations = 10}).counters.at("read"), 0);
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, ChildrenOfACaseDoNotHoldItsConversation) {
    const Suite suite{"sample", "How fast?", {plain("a", [](benchmark::State& state) {
                          // It outlives the worker.
                          state.counters["started"] = std::system("sleep 3 >/dev/null 2>&1 &") == 0;
                          spin(state);
                      })}};
    WorkerProcess worker(suite, 1);
    worker.line();
    EXPECT_EQ(worker.slice({.number = 1, .iterations = 10}).counters.at("started"), 1);
    EXPECT_EQ(worker.end(), 0);
    EXPECT_EQ(worker.line(), "");
}

TEST(Worker, AWrongResultIsTheAnswerAndTheNextSliceStillRuns) {
    const Suite suite{"sample", "How fast?", {plain("a", [](benchmark::State& state) {
                          spin(state);
                          expect_equal(state, "iterations", state.iterations(), std::int64_t{10});
                      })}};
    WorkerProcess worker(suite, 1);
    worker.line();
    EXPECT_THAT(worker.slice({.number = 1, .iterations = 20}).error, HasSubstr("iterations is 20, not 10"));
    EXPECT_EQ(worker.slice({.number = 2, .iterations = 10}).error, "");
    EXPECT_EQ(worker.end(), 0);
}

TEST(Worker, ARequestThatIsNoneEndsIt) {
    const Suite suite{"sample", "How fast?", {plain("a", spin)}};
    for (const char* request : {"hello\n", "{\"slice\": 1}\n", "{\"slice\": 1, \"iterations\": -3}\n"}) {
        WorkerProcess worker(suite, 1);
        worker.line();
        worker.send(request);
        EXPECT_EQ(worker.line(), "") << request;
        EXPECT_EQ(worker.end(), 2) << request;
    }
}

TEST(Worker, HalfARequestEndsIt) {
    const Suite suite{"sample", "How fast?", {plain("a", spin)}};
    WorkerProcess worker(suite, 1);
    worker.line();
    worker.send("{\"slice\": 1, \"iter");
    EXPECT_EQ(worker.end(), 2);
}

}  // namespace
}  // namespace suites::common
