// differential: runs generated programs on vm and on qemu-riscv64 and compares all registers and memory.

#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/tests/differential/difference.h"

namespace {

// More differences than this have one cause, as a rule.
constexpr std::size_t kMostDescribed = 5;

constexpr int kDifferent = 1;
constexpr int kCannotRun = 2;

struct Options {
    std::uint64_t programs = 10'000;
    std::uint64_t seed = 1;
    std::uint64_t first = 0;
    std::string vm;
    std::string options;
    std::string qemu = "qemu-riscv64";
};

int describe(const vm::tests::Engines& engines, const Options& options, std::uint64_t number) {
    const auto text = vm::tests::describe_difference(engines, options.seed, number);
    fmt::print("{}", text ? *text : text.error().message + "\n");
    fmt::print("  replay: differential --seed {} --first {} --programs 1 --vm {} --options '{}'\n",
               options.seed, number, options.vm, options.options);
    return kDifferent;
}

int run(const Options& options) {
    const vm::tests::Engines engines{.vm = options.vm + " user " + options.options, .qemu = options.qemu};
    const std::uint64_t end = options.first + options.programs;
    std::size_t found = 0;
    for (std::uint64_t first = options.first; first < end && found < kMostDescribed;) {
        const std::uint64_t process_end =
            (first / vm::tests::kProgramsPerProcess + 1) * vm::tests::kProgramsPerProcess;
        const std::uint64_t count = std::min(end, process_end) - first;
        const auto numbers =
            vm::tests::differing_programs(engines, {.seed = options.seed, .first = first, .count = count});
        if (!numbers) {
            fmt::print(stderr, "differential: {}\n", numbers.error().message);
            return kCannotRun;
        }
        for (const std::uint64_t number : *numbers) {
            if (found++ < kMostDescribed) describe(engines, options, number);
        }
        first += count;
    }
    if (found != 0) {
        fmt::print("seed {}: {} programs differ or more; stopped\n", options.seed, found);
        return kDifferent;
    }
    fmt::print("seed {}: {} programs, no difference\n", options.seed, options.programs);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Runs generated programs on vm and on qemu-riscv64 and compares what they leave behind.");
    app.add_option("--programs", options.programs, "How many programs")->capture_default_str();
    app.add_option("--seed", options.seed, "What the programs derive from")->capture_default_str();
    app.add_option("--first", options.first, "Number of the first program")->capture_default_str();
    app.add_option("--vm", options.vm, "Path of the vm program")->required();
    app.add_option("--options", options.options, "Options of vm user, such as '--engine jit'");
    app.add_option("--qemu", options.qemu, "The oracle's command")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return run(options);
}
