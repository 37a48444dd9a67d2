#include "harness/run/worker.h"

#include <gmock/gmock.h>

#include "harness/run/fake_worker.h"

namespace harness::run {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class WorkerClient : public FakeWorkers {
  protected:
    void SetUp() override {
        FakeWorkers::SetUp();
        program_ = add_worker("fake", 10);
    }

    Result<Worker> start(const std::string& case_id) {
        WorkerStart what;
        what.program = program_;
        what.case_id = case_id;
        // Long enough for a shell on a busy machine; what hangs is given less.
        what.time_limit = limit_;
        return Worker::start(what, interrupts_);
    }

    // What is wrong with the greeting, or with the first slice; without the program's path.
    std::string error_of(const std::string& case_id) {
        auto worker = start(case_id);
        std::string message = worker ? "" : worker.error().message;
        if (worker) {
            const auto answer = worker->slice(1000, interrupts_);
            message = answer ? "no error" : answer.error().message;
        }
        const std::size_t name = message.find(program_);
        return name == std::string::npos ? message : message.replace(name, program_.size(), "fake");
    }

    Interrupts interrupts_ = std::move(Interrupts::create().value());
    std::string program_;
    milliseconds limit_ = std::chrono::seconds(20);
};

TEST_F(WorkerClient, GetsTheGreetingAndAnswersInOrder) {
    auto worker = start("good").value();
    EXPECT_EQ(worker.hello().suite, "fake");
    EXPECT_EQ(worker.hello().case_id, "good");
    const auto first = worker.slice(1000, interrupts_).value();
    EXPECT_EQ(first.number, 1);
    EXPECT_EQ(first.cpu_ns, 10'000);
    EXPECT_EQ(first.counters.at("work"), 7);
    EXPECT_EQ(worker.slice(2000, interrupts_).value().cpu_ns, 20'000);
    EXPECT_EQ(log(), "fake 1000\nfake 2000\n");
}

TEST_F(WorkerClient, EndsWhenItIsAskedNothingMore) {
    auto worker = start("good").value();
    const Usage usage = worker.finish();
    EXPECT_FALSE(usage.signalled);
    EXPECT_EQ(usage.status, 0);
    EXPECT_GT(usage.max_rss_bytes, 0);
    EXPECT_THAT(worker.slice(1, interrupts_).error().message, HasSubstr("has ended"));
}

TEST_F(WorkerClient, IsNotChargedForTheMemoryOfTheHarness) {
    const std::vector<char> ours(std::size_t{64} << 20, 'x');
    auto worker = start("good").value();
    EXPECT_LT(worker.finish().max_rss_bytes, std::int64_t{32} << 20);
    EXPECT_EQ(ours.back(), 'x');
}

TEST_F(WorkerClient, IsKilledWhenItDoesNotEnd) {
    auto worker = start("stays").value();
    ASSERT_TRUE(worker.slice(1, interrupts_).has_value());
    EXPECT_TRUE(worker.finish().signalled);
}

TEST_F(WorkerClient, AProgramThatCannotRunIsNamed) {
    program_ = "/nonexistent/program";
    EXPECT_EQ(error_of("good"), "cannot run 'fake': No such file or directory");
}

TEST_F(WorkerClient, AProgramWithoutWorkerModeSaysWhatItSaid) {
    EXPECT_EQ(error_of("usage"), "'fake' ended with exit code 2 instead of answering: unknown flag");
    WorkerStart what;
    what.program = program_;
    what.case_id = "usage";
    EXPECT_FALSE(has_worker_mode(what, interrupts_));
    what.case_id = "good";
    EXPECT_TRUE(has_worker_mode(what, interrupts_));
}

TEST_F(WorkerClient, AGreetingThatIsNoneIsRefused) {
    EXPECT_EQ(error_of("garbage"), "'fake': the worker's greeting: not valid JSON at byte 1");
    EXPECT_EQ(error_of("endless"), "'fake' printed a line without end");
    EXPECT_EQ(error_of("other"),
              "'fake': the worker measures 'another' with slowdown 1 when asked for 'other' with 1");
}

TEST_F(WorkerClient, OneThatSaysNothingIsHeldToTheLimit) {
    limit_ = milliseconds(300);
    EXPECT_EQ(error_of("silent"), "'fake' hung: no answer after 0.3 s");
}

TEST_F(WorkerClient, OneThatHangsInASliceIsHeldToTheLimit) {
    limit_ = milliseconds(1500);
    EXPECT_EQ(error_of("hangs"), "'fake' hung: no answer after 1.5 s");
}

TEST_F(WorkerClient, HalfALineIsNoAnswer) {
    limit_ = milliseconds(1500);
    EXPECT_EQ(error_of("half"), "'fake' hung: no answer after 1.5 s");
    limit_ = std::chrono::seconds(20);
    EXPECT_EQ(error_of("half_and_ends"), "'fake' ended with exit code 0 instead of answering");
}

TEST_F(WorkerClient, ACrashIsNamedWithItsLastWords) {
    EXPECT_EQ(error_of("crashes"), "'fake' crashed: Segmentation fault: last words");
    EXPECT_EQ(error_of("ends"), "'fake' ended with exit code 3 instead of answering");
}

TEST_F(WorkerClient, AFailedCheckSpeaksForItself) { EXPECT_EQ(error_of("wrong"), "sum is 3, not 4"); }

TEST_F(WorkerClient, AnAnswerOutOfTurnIsRefused) {
    EXPECT_EQ(error_of("wrong_order"), "'fake': the worker answered request 2 when asked for 1");
}

TEST_F(WorkerClient, FewerIterationsThanAskedAreRefused) {
    EXPECT_EQ(error_of("fewer"), "'fake': the worker says it ran 500 iterations when asked for 1000");
}

TEST_F(WorkerClient, MoreTimeThanHasPassedIsRefused) {
    EXPECT_THAT(error_of("claims"), HasSubstr("'fake' claims 90 s of processor time and 1e-07 s of time"));
}

TEST_F(WorkerClient, AnAnswerTooManyIsRefusedBeforeTheNextSlice) {
    auto worker = start("twice").value();
    // Both lines may come at once or not, but before it could answer again.
    auto answer = worker.slice(1, interrupts_);
    for (int i = 0; i < 3 && answer; ++i) answer = worker.slice(1, interrupts_);
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().message,
                testing::AnyOf(HasSubstr("spoke without being asked"), HasSubstr("answered request")));
}

TEST_F(WorkerClient, AnInterruptEndsTheWait) {
    auto worker = start("interrupts").value();
    EXPECT_EQ(worker.slice(1, interrupts_).error().message, "interrupted");
    EXPECT_TRUE(interrupts_.pending());
}

TEST_F(WorkerClient, RunsWhereItIsTold) {
    WorkerStart what;
    what.program = program_;
    what.case_id = "good";
    what.cpu = 1000;
    EXPECT_THAT(Worker::start(what, interrupts_).error().message, HasSubstr("Invalid argument"));
}

TEST_F(WorkerClient, PassesTheSlowdownOn) {
    WorkerStart what;
    what.program = program_;
    what.case_id = "good";
    what.slowdown = 1.03;
    EXPECT_EQ(Worker::start(what, interrupts_).value().hello().slowdown, 1.03);
}

}  // namespace
}  // namespace harness::run
