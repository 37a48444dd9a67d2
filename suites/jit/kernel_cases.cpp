#include "suites/jit/kernel_cases.h"

#include <array>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/jit/groups.h"
#include "suites/jit/kernels.h"
#include "vm/ir/passes/optimise.h"

namespace suites::jit {
namespace {

using common::Case;
using common::Direction;
using std::filesystem::path;
namespace passes = vm::ir::passes;

constexpr std::array kKernels = {
    Kernel{"hot_loop", hot_loop, 80, Kernel::Start::warm, 1.0 / 8, "floor 8 times as fast, goal 20"},
    Kernel{"chain", chain, 20'000},
    Kernel{"words", words, 10'000},
    Kernel{"floating", floating, 10'000},
    Kernel{"indirect", indirect, 10'000},
    Kernel{"calls", calls, 18},
    Kernel{"mixed", mixed, 20'000, Kernel::Start::fresh},
    Kernel{"cold_start", cold_start, 0, Kernel::Start::fresh, 1.05, "at most 1.05 times as long"},
};

void run(benchmark::State& state, UserGuest& guest, const Kernel& kernel, const Engine& engine) {
    const std::uint64_t known = kernel.native(kernel.argument);
    const std::uint64_t function = guest.address_of(kernel.name);
    const auto call = [&] { return guest.call(function, {kernel.argument}); };
    for (int run = 0; run < 2; ++run) call();
    const std::uint64_t before = guest.hart().csrs.instret;
    for (auto _ : state) {
        if (kernel.start == Kernel::Start::fresh) guest.start_anew(engine);
        if (not common::expect_equal(state, kernel.name, call(), known)) return;
    }
    const auto retired = static_cast<double>(guest.hart().csrs.instret - before);
    // Every call retires as many: engines that retire another number do other work.
    state.counters["work"] = retired / static_cast<double>(state.iterations());
    state.counters["instructions_per_second"] = benchmark::Counter(retired, benchmark::Counter::kIsRate);
}

Engine compiler(unsigned level, passes::PassSet off = {}) {
    vm::native::Options options;
    options.code.level = level;
    options.code.passes_off = off;
    return options;
}

void run_on_host(benchmark::State& state, const Kernel& kernel) {
    const std::uint64_t known = kernel.native(kernel.argument);
    for (auto _ : state) {
        std::uint64_t argument = kernel.argument;
        common::scalar_barrier(argument);
        if (not common::expect_equal(state, kernel.name, kernel.native(argument), known)) return;
    }
}

// What the host's own compiler makes of the same.
Case native_case(std::string id, const Kernel& kernel) {
    return {.id = std::move(id),
            .body = [=](auto& state) { run_on_host(state, kernel); },
            .metrics = {common::time_metric()},
            .tags = {"jit", "reference"}};
}

void add_engines(std::vector<Case>& cases, const path& folder, const Kernel& kernel) {
    const auto id = [&](const char* engine) { return fmt::format("kernel/{}/{}", kernel.name, engine); };
    const std::string interp = id("interp");
    cases.push_back(kernel_case(interp, folder, kernel, std::nullopt));
    Case jit = kernel_case(id("jit"), folder, kernel, vm::native::Options{});
    if (kernel.target != 0) {
        jit.targets = {{"time", interp, kernel.target}};
        jit.body = [body = std::move(jit.body), wanted = kernel.wanted](auto& state) {
            state.SetLabel(wanted);
            body(state);
        };
    }
    // Code that runs once has a target, and is in no mean of what compiling gives.
    const bool hot = kernel.argument != 0;
    if (hot) jit.versus = {interp};
    if (kernel.start == Kernel::Start::warm) jit.versus.push_back(id("native"));
    cases.push_back(std::move(jit));
    for (auto made = cases.end() - 2; made != cases.end(); ++made) made->tags.push_back("quick");
    if (kernel.start == Kernel::Start::warm) cases.push_back(native_case(id("native"), kernel));
}

// The highest level is what all passes give together.
void add_passes(std::vector<Case>& cases, const path& folder, const Kernel& kernel) {
    const auto id = [&](std::string_view what) { return fmt::format("passes/{}/{}", kernel.name, what); };
    const auto add = [&](const std::string& what, const Engine& engine) {
        Case& made = cases.emplace_back(kernel_case(id(what), folder, kernel, engine));
        if (what != "full") made.versus = {id("full")};
    };
    add("full", compiler(passes::kMaxLevel));
    for (unsigned level = 0; level < passes::kMaxLevel; ++level) {
        add(fmt::format("level_{}", level), compiler(level));
    }
    for (const passes::Pass& pass : passes::passes()) {
        const auto off = passes::PassSet::parse(pass.name).value();
        add(fmt::format("without_{}", pass.name), compiler(passes::kMaxLevel, off));
    }
}

}  // namespace

Case kernel_case(std::string id, const path& folder, const Kernel& kernel, const Engine& engine) {
    return {
        .id = std::move(id),
        .body =
            [=](auto& state) {
                UserGuest guest(folder, engine);
                run(state, guest, kernel, engine);
            },
        .metrics = {common::time_metric(), {"instructions_per_second", "instructions/s", Direction::higher}},
        .tags = {"jit"}};
}

std::vector<Case> kernel_cases(const path& folder) {
    std::vector<Case> cases;
    for (const Kernel& kernel : kKernels) add_engines(cases, folder, kernel);
    for (const Kernel& kernel : kKernels) {
        if (kernel.start == Kernel::Start::warm) add_passes(cases, folder, kernel);
    }
    return cases;
}

}  // namespace suites::jit
