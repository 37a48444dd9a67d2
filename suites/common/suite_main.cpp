#include "suites/common/suite_main.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "suites/common/build_info.h"
#include "suites/common/case_reporter.h"
#include "suites/common/flags.h"
#include "suites/common/table.h"
#include "suites/common/worker.h"

namespace suites::common {
namespace {

void print_help() {
    fmt::print(
        "A suite program: plain Google Benchmark, and\n"
        "          [--describe]  print the suite's question, cases, metrics and targets as JSON\n"
        "          [--worker=CASE [--worker-slowdown=FACTOR]]  run slices of one case as vmbench asks for "
        "them\n"
        "Exits with 1 when the check of a case failed, the others still run.\n\n");
    benchmark::PrintDefaultHelp();
}

int complain(const Suite& suite, const std::string& message) {
    fmt::print(stderr, "{}: {}\n", suite.name, message);
    return 2;
}

void add_context(const Suite& suite) {
    const BuildInfo build = build_info();
    benchmark::AddCustomContext("suite", suite.name);
    benchmark::AddCustomContext("compiler", build.compiler);
    benchmark::AddCustomContext("flags", build.flags);
    benchmark::AddCustomContext("revision", build.revision);
}

int run_registered(const Suite& suite, const Flags& flags) {
    CaseReporter display(*benchmark::CreateDefaultDisplayReporter());
    if (not flags.writes_file) {
        benchmark::RunSpecifiedBenchmarks(&display, nullptr, ".");
        return display.failures() == 0 ? 0 : 1;
    }
    const auto inner = make_reporter(flags.file_format);
    if (inner == nullptr) {
        return complain(suite, fmt::format("unknown --benchmark_out_format '{}'", flags.file_format));
    }
    CaseReporter file(*inner);
    benchmark::RunSpecifiedBenchmarks(&display, &file, ".");
    return display.failures() == 0 ? 0 : 1;
}

// The factor of --worker-slowdown; none when it is no number or out of range.
std::optional<double> parse_slowdown(const std::string& text) {
    double factor = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), factor);
    const bool whole = parsed.ec == std::errc() and parsed.ptr == text.data() + text.size();
    if (not whole or not(factor >= 1 and factor <= harness::model::kLargestSlowdown)) {
        return std::nullopt;
    }
    return factor;
}

// Google Benchmark's flags can be set by the environment; those that would change what a slice is are set
// back.
void reset_library(char* program) {
    std::array flags = {program,
                        const_cast<char*>("--benchmark_list_tests=false"),
                        const_cast<char*>("--benchmark_out="),
                        const_cast<char*>("--benchmark_min_warmup_time=0"),
                        const_cast<char*>("--benchmark_enable_random_interleaving=false"),
                        const_cast<char*>("--benchmark_perf_counters="),
                        static_cast<char*>(nullptr)};
    int count = static_cast<int>(flags.size()) - 1;
    benchmark::Initialize(&count, flags.data());
}

int start_worker(const Suite& suite, const Flags& flags, char** argv) {
    const auto entry = std::find_if(suite.cases.begin(), suite.cases.end(),
                                    [&](const Case& one) { return one.id == *flags.worker; });
    if (entry == suite.cases.end()) {
        return complain(suite, fmt::format("no case '{}' for a worker", *flags.worker));
    }
    const auto slowdown = parse_slowdown(flags.slowdown.value_or("1"));
    if (not slowdown) {
        return complain(suite, fmt::format("--worker-slowdown '{}' is not a number from 1 to {}",
                                           *flags.slowdown, harness::model::kLargestSlowdown));
    }
    reset_library(argv[0]);
    return run_worker(suite, *entry, *slowdown);
}

}  // namespace

void register_case(const Case& entry) {
    auto* registered = benchmark::RegisterBenchmark(entry.id.c_str(), entry.body);
    registered->Unit(benchmark::kNanosecond);
    if (entry.time_source == TimeSource::real) {
        registered->UseRealTime();
    } else if (entry.time_source == TimeSource::manual) {
        registered->UseManualTime();
    }
}

int run_suite(const Suite& suite, int argc, char** argv) {
    if (const auto problem = find_problem(suite)) {
        return complain(suite, *problem);
    }
    const Flags flags = read_flags({argv, static_cast<std::size_t>(argc)},
                                   [](const char* name) { return std::getenv(name); });
    if (flags.describe) {
        fmt::print("{}\n", describe(suite).dump(2));
        return 0;
    }
    if (flags.worker) {
        return start_worker(suite, flags, argv);
    }
    benchmark::Initialize(&argc, argv, print_help);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    const auto selected = select_cases(suite, benchmark::GetBenchmarkFilter());
    if (not selected) {
        return complain(suite, selected.error());
    }
    if (selected->empty()) {
        return complain(suite, fmt::format("no case matches '{}'", benchmark::GetBenchmarkFilter()));
    }
    for (const Case* entry : *selected) {
        if (flags.list_tests) {
            fmt::print("{}\n", entry->id);
        } else {
            register_case(*entry);
        }
    }
    if (flags.list_tests) {
        return 0;
    }
    add_context(suite);
    return run_registered(suite, flags);
}

}  // namespace suites::common
