#include "suites/common/suite_main.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "suites/common/build_info.h"
#include "suites/common/case_reporter.h"
#include "suites/common/flags.h"
#include "suites/common/table.h"

namespace suites::common {
namespace {

void print_help() {
    fmt::print(
        "A suite program: plain Google Benchmark, and\n"
        "          [--describe]  print the suite's question, cases, metrics and targets as JSON\n"
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
