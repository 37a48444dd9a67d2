// Speaks the contract of suite programs without measuring anything. A case behaves as it is called;
// FAKE_CASES (names separated by commas) says which there are, FAKE_FACTOR makes every time so many times
// longer.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace {

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
            {{"name": "time", "unit": "ns", "direction": "lower"}}]}})",
            cases.empty() ? "" : ",", name, environment("FAKE_VERSION", "1"),
            reference ? ", \"reference\"" : "");
    }
    fmt::print(R"({{"suite": "{}", "question": "Does the harness work?", "cases": [{}]}})", suite, cases);
    return 0;
}

// Between 0.99 and 1.01, from the environment's random size: as noisy as a good machine, and replayed by a
// seed.
double noise() {
    const std::size_t padding = environment("VMBENCH_PADDING", "").size();
    return 0.99 + 0.02 * static_cast<double>(padding % 1000) / 1000;
}

int print_result(const std::string& name, double time) {
    fmt::print(
        R"({{"context": {{"compiler": "fake 1", "flags": "-O0", "revision": "{}"}}, "benchmarks": [
        {{"name": "{}", "run_type": "iteration", "iterations": 1000, "real_time": {}, "cpu_time": {},
        "time_unit": "ns"}}]}})",
        environment("FAKE_REVISION", "abc123"), name, time, time);
    return 0;
}

int measure(const std::string& name) {
    const double time = 100 * noise() * std::atof(environment("FAKE_FACTOR", "1").c_str());
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
    return print_result(name, name.starts_with("raw") ? 100 * noise() : time);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string path = argv[0];
    const std::string suite = path.substr(path.rfind('/') + 1);
    std::string name;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        constexpr std::string_view kFilter = "--benchmark_filter=^";
        if (argument == "--describe") return describe(suite);
        if (argument.starts_with(kFilter))
            name = argument.substr(kFilter.size(), argument.size() - kFilter.size() - 1);
    }
    return measure(name);
}
