// Speaks the contract of suite programs without measuring anything. A case behaves as it is called;
// FAKE_CASES (names separated by commas) says which there are; FAKE_FACTOR, or else the file PROGRAM.factor
// beside the program, makes every time so many times longer. A worker holds as many MiB as PROGRAM.ballast
// says. With FAKE_WORKER=off there is no worker mode.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/model/worker.h"

namespace {

namespace model = harness::model;

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

// Dies of the signal even where a sanitizer would make an exit of it.
void crash() {
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
}

int describe(const std::string& suite) {
    if (environment("FAKE_DESCRIBE", "") == "crash") crash();
    std::string cases;
    for (const std::string& name : split(environment("FAKE_CASES", "steady,other"))) {
        const bool reference = name.starts_with("raw");
        cases += fmt::format(
            R"({}{{"id": "{}", "version": {}, "tags": ["quick"{}], "metrics": [
            {{"name": "time", "unit": "ns", "direction": "lower"}}],
            "source": {{"file": "suites/fake/cases.cpp", "line": 12}}}})",
            cases.empty() ? "" : ",", name, environment("FAKE_VERSION", "1"),
            reference ? ", \"reference\"" : "");
    }
    fmt::print(R"({{"suite": "{}", "question": "Does the harness work?", "cases": [{}]}})", suite, cases);
    return 0;
}

int list_tests() {
    for (const std::string& name : split(environment("FAKE_CASES", "steady,other"))) fmt::print("{}\n", name);
    return 0;
}

// Between 0.99 and 1.01, from the environment's random size: as noisy as a good machine, and replayed by a
// seed.
double noise() {
    const std::size_t padding = environment("VMBENCH_PADDING", "").size();
    return 0.99 + 0.02 * static_cast<double>(padding % 1000) / 1000;
}

double factor(const std::string& program) {
    std::string text = environment("FAKE_FACTOR", "");
    if (text.empty()) std::getline(std::ifstream(program + ".factor"), text);
    return text.empty() ? 1 : std::atof(text.c_str());
}

// What an iteration is said to take. It decides how many iterations a comparison plans. The cases that really
// compute them say more than they spend (about 50 ns, 200 ns under sanitizers), so that they are soon done.
double said_ns(const std::string& name) { return name == "computes" || name == "stalls" ? 1000 : 100; }

int print_result(const std::string& name, double time) {
    fmt::print(
        R"({{"context": {{"compiler": "fake 1", "flags": "-O0", "revision": "{}"}}, "benchmarks": [
        {{"name": "{}", "run_type": "iteration", "iterations": 1000, "real_time": {}, "cpu_time": {},
        "time_unit": "ns"}}]}})",
        environment("FAKE_REVISION", "abc123"), name, time, time);
    return 0;
}

int measure(const std::string& program, const std::string& name) {
    const double time = said_ns(name) * noise() * factor(program);
    if (name == "crash") crash();
    if (name == "hang") sleep(1000);
    if (name == "slow") usleep(100'000);
    if (name == "liar_json") return std::puts("fast!") == EOF;
    if (name == "liar_name") return print_result("another", time);
    if (name == "liar_exit") return print_result(name, time) + 1;
    if (name == "wrong") {
        fmt::print(
            R"({{"benchmarks": [{{"name": "wrong", "error_occurred": true, "error_message": "sum is 3, not 4"}}]}})");
        return 1;
    }
    return print_result(name, name.starts_with("raw") ? said_ns(name) * noise() : time);
}

// The time of an iteration in one slice: as `noise`, and within a process up to 0.2 % more from slice to
// slice.
double slice_time(const std::string& program, const std::string& name, std::int64_t number) {
    const double jitter = 1 + 0.002 * static_cast<double>(number * 7919 % 101) / 101;
    return said_ns(name) * noise() * jitter * (name.starts_with("raw") ? 1 : factor(program));
}

// What is counted of the cases that really compute.
[[gnu::noinline]] std::uint64_t churn(std::int64_t steps) {
    std::uint64_t state = 88172645463325252;
    for (; steps > 0; --steps) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return state;
}

// "computes" executes more by its factor, "stalls" the same: it only claims to take longer.
void compute(const std::string& program, const std::string& name, std::int64_t iterations) {
    constexpr double kSteps = 25;  // an iteration
    const double steps = name == "computes" ? kSteps * factor(program) : kSteps;
    [[maybe_unused]] volatile std::uint64_t result = churn(std::llround(steps) * iterations);
}

// An instruction of AVX-512, vpxord zmm0, whatever this was compiled for.
void execute_wide() { asm volatile(".byte 0x62, 0xf1, 0x7d, 0x48, 0xef, 0xc0" : : : "xmm0"); }

model::SliceAnswer answer(const std::string& name, const model::SliceRequest& request, double time) {
    if (name == "crash") crash();
    if (name == "hang") sleep(1000);
    if (name == "slow") usleep(100'000);
    model::SliceAnswer answer;
    answer.number = request.number;
    answer.iterations = request.iterations;
    answer.cpu_ns = std::max<std::int64_t>(std::llround(time * static_cast<double>(request.iterations)), 1);
    answer.wall_ns = answer.cpu_ns;
    if (name == "interrupted") answer.involuntary_switches = answer.wall_ns / 10'000;
    if (name == "wrong") answer.error = "sum is 3, not 4";
    if (name == "liar_name") ++answer.number;
    if (name == "liar_exit") answer.iterations = 1;
    return answer;
}

constexpr char kFilling = 'x';

// As many MiB as PROGRAM.ballast says.
std::vector<char> ballast(const std::string& program) {
    std::string mebibytes;
    std::getline(std::ifstream(program + ".ballast"), mebibytes);
    return std::vector<char>(static_cast<std::size_t>(std::atoi(mebibytes.c_str())) << 20, kFilling);
}

// Times are claimed, not spent.
int work(const std::string& program, const std::string& suite, const std::string& name, double slowdown) {
    model::WorkerHello hello;
    hello.suite = suite;
    hello.case_id = name;
    hello.definition_version = std::atoi(environment("FAKE_VERSION", "1").c_str());
    hello.metrics = {{"time", "ns", model::Direction::lower}};
    hello.slowdown = slowdown;
    const std::vector<char> held = ballast(program);
    fmt::print("{}", name == "liar_json" ? "fast!\n" : to_line(hello));
    std::fflush(stdout);
    std::string line;
    for (int c = 0; (c = std::getchar()) != EOF;) {
        if (c != '\n') {
            line += static_cast<char>(c);
            continue;
        }
        const auto request = model::parse_request(line);
        if (!request) return 2;
        if (name == "computes" || name == "stalls") compute(program, name, request->iterations);
        if (name == "wide") execute_wide();
        const double time = slowdown * slice_time(program, name, request->number);
        fmt::print("{}", to_line(answer(name, *request, time)));
        std::fflush(stdout);
        line.clear();
    }
    return !held.empty() && held.back() != kFilling;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string path = argv[0];
    const std::string suite = path.substr(path.rfind('/') + 1);
    std::string name;
    std::string worker;
    double slowdown = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        constexpr std::string_view kFilter = "--benchmark_filter=^";
        if (argument == "--describe") return describe(suite);
        if (argument == "--benchmark_list_tests=true") return list_tests();
        if (argument.starts_with(model::kWorkerFlag)) worker = argument.substr(model::kWorkerFlag.size());
        if (argument.starts_with(model::kSlowdownFlag)) {
            slowdown = std::atof(argv[i] + model::kSlowdownFlag.size());
        }
        if (argument.starts_with(kFilter))
            name = argument.substr(kFilter.size(), argument.size() - kFilter.size() - 1);
    }
    if (worker.empty()) return measure(path, name);
    if (environment("FAKE_WORKER", "on") == "off") return 2;
    return work(path, suite, worker, slowdown);
}
