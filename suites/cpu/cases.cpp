#include "suites/cpu/cases.h"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "suites/common/checked_runs.h"

namespace suites::cpu {
namespace {

using common::Case;
using common::Direction;

// A program of suites/guest: what it prints, and what QEMU's time is to the interpreter's goal, where there
// is one.
struct Program {
    const char* name;
    const char* output;
    double times_qemu = 0;  // 0: no goal
};

constexpr std::array kPrograms = {
    Program{"arithmetic", "arithmetic 37e7064304288997 ok\n"},
    Program{"memory", "memory 4a04266d1d62e38d ok\n"},
    Program{"branches", "branches 000000011b375fe4 ok\n", 2.0},
    Program{"calls", "calls 000000000002ff42 ok\n", 2.0},
    Program{"indirect", "indirect 846c0a4f885d3f12 ok\n"},
    Program{"muldiv", "muldiv 9cb003ea82d2418d ok\n"},
    Program{"fp_double", "fp_double f10781a82cfeb365 ok\n"},
    Program{"fp_single", "fp_single 673338d8e8044c51 ok\n"},
    Program{"atomics", "atomics cd37350200e79b06 ok\n"},
    Program{"hello", "hello\n"},
};

void interpret(benchmark::State& state, const std::vector<std::string>& command, const char* output) {
    const common::CheckedRuns runs = common::run_and_check(state, command, output);
    if (state.error_occurred()) {
        return;
    }
    const auto retired = common::retired_instructions(runs.messages);
    if (not retired) {
        state.SkipWithError("vm user --stats did not say how many instructions retired");
        return;
    }
    // Every run retires the same number: builds that retire another one do other work.
    state.counters["work"] = static_cast<double>(*retired);
    const auto count = static_cast<double>(*retired) * static_cast<double>(state.iterations());
    state.counters["instructions_per_second"] = count / runs.seconds;
    state.counters["ns_per_instruction"] = runs.seconds * 1e9 / count;
}

Case make(const Program& program, const char* runner, std::vector<std::string> command) {
    return {.id = fmt::format("{}/{}", program.name, runner),
            .body = [command = std::move(command),
                     output = program.output](auto& state) { common::run_and_check(state, command, output); },
            .metrics = {common::time_metric()},
            .tags = {"quick", "cpu"},
            .time_source = common::TimeSource::manual};
}

void add_program(std::vector<Case>& cases, const Program& program, const common::Runners& runners) {
    const std::string guest = runners.guest / fmt::format("{}.rv64", program.name);
    const std::vector<std::string> interpreter = {runners.vm, "user", "--engine", "interp", "--stats", guest};
    Case interp = make(program, "interp", interpreter);
    interp.body = [interpreter, output = program.output](auto& state) {
        interpret(state, interpreter, output);
    };
    interp.metrics = {common::time_metric(),
                      {"instructions_per_second", "instructions/s", Direction::higher},
                      {"ns_per_instruction", "ns", Direction::lower}};
    Case native = make(program, "native", {runners.guest / fmt::format("{}.native", program.name)});
    native.tags.push_back("reference");
    if (runners.qemu and program.times_qemu != 0) {
        interp.targets = {{"time", fmt::format("{}/qemu", program.name), program.times_qemu}};
    }
    cases.push_back(std::move(interp));
    cases.push_back(std::move(native));
    if (runners.qemu) {
        Case qemu = make(program, "qemu", {*runners.qemu, guest});
        qemu.tags.push_back("reference");
        cases.push_back(std::move(qemu));
    }
}

}  // namespace

common::Suite suite(const common::Runners& runners) {
    common::Suite made{"cpu", "How fast do guest programs run, beside this host and QEMU?", {}};
    for (const Program& program : kPrograms) {
        add_program(made.cases, program, runners);
    }
    return made;
}

common::Suite suite() { return suite(common::find_runners()); }

}  // namespace suites::cpu
