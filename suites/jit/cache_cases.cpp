#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/jit/groups.h"
#include "suites/jit/kernels.h"
#include "suites/jit/programs.h"
#include "suites/jit/tier_probe.h"
#include "vm/base/bits.h"

namespace suites::jit {
namespace {

using common::Case;
using std::filesystem::path;

constexpr unsigned kLevel = vm::native::Options{}.code.level;

Case cache_case(std::string id, std::function<void(benchmark::State&)> body) {
    return {.id = std::move(id),
            .body = std::move(body),
            .metrics = {common::time_metric()},
            .tags = {"quick", "jit"}};
}

// Time is for one jump, and the two instructions of its block.
void jump(benchmark::State& state, const path& folder, JumpRing::Jump kind, std::uint64_t distance) {
    constexpr std::uint64_t kRounds = 256;
    constexpr std::uint64_t kJumps = kRounds * JumpRing::kBlocks;
    UserGuest guest(folder, vm::native::Options{});
    const JumpRing ring(guest, kind, distance);
    ring.call(kRounds);
    std::uint64_t jumps = 0;
    while (state.KeepRunningBatch(kJumps)) {
        jumps += ring.call(kRounds);
    }
    common::expect_equal(state, "number of jumps", jumps, static_cast<std::uint64_t>(state.iterations()));
}

void add_jumps(std::vector<Case>& cases, const path& folder) {
    using Jump = JumpRing::Jump;
    const auto add = [&](const char* name, Jump kind, std::uint64_t distance) -> Case& {
        return cases.emplace_back(cache_case(fmt::format("jump/{}", name),
                                             [=](auto& state) { jump(state, folder, kind, distance); }));
    };
    add("linked", Jump::direct, JumpRing::kNear);
    add("computed_hit", Jump::computed, JumpRing::kNear).versus = {"jump/linked"};
    add("computed_miss", Jump::computed, JumpRing::kFar).versus = {"jump/linked"};
}

// Compiled code entered from C++ and left again by an exit that leads nowhere yet.
void unlinked_exit(benchmark::State& state, const path& folder) {
    TierProbe probe(folder, kLevel);
    const CountingBlock block(probe.guest(), CountingBlock::kOn);
    const void* const entry = probe.compile(block.request);
    std::uint64_t& count = probe.hart().x[10];
    count = 0;
    std::uint64_t astray = 0;
    for (auto _ : state) {
        astray += probe.run(entry, 100).pc == block.next ? 0 : 1;
    }
    common::expect_equal(state, "number of runs", count, static_cast<std::uint64_t>(state.iterations()));
    common::expect_equal(state, "number of exits that lead astray", astray, std::uint64_t{0});
}

// An exit is made to lead to the block's start, again and again.
void link(benchmark::State& state, const path& folder) {
    TierProbe probe(folder, kLevel);
    const CountingBlock block(probe.guest(), CountingBlock::kBack);
    const void* const first = probe.compile(block.request);
    const void* const exit = probe.run(first, 100).exit;
    for (auto _ : state) {
        probe.link(exit, first);
    }
    probe.hart().x[10] = 0;
    const auto outcome = probe.run(first, 100);
    common::expect_equal(state, "instructions left over", outcome.countdown, std::int64_t{0});
    common::expect_equal(state, "number of times around", probe.hart().x[10], std::uint64_t{50});
}

// Time is for one store to code, the fence behind it, and the call of what is new, all of it compiled again.
void invalidate(benchmark::State& state, Guest& guest) {
    constexpr std::uint64_t kRounds = PatchedCode::kMostRounds;
    const PatchedCode code(guest);
    while (state.KeepRunningBatch(kRounds)) {
        const std::uint64_t sum = code.call(kRounds);
        if (not common::expect_equal(state, "sum", sum, kRounds * (kRounds + 1) / 2)) return;
    }
}

void add_invalidations(std::vector<Case>& cases, const path& folder) {
    const Engine compiler = vm::native::Options{.threshold = 0};
    for (const bool compiled : {true, false}) {
        // Named apart from kernels, whose mean these ratios do not belong to.
        const char* const engine = compiled ? "recompiled" : "interpreted";
        const auto add = [&](const char* mode, std::function<void(benchmark::State&)> body) {
            const auto id = [&](const char* of) { return fmt::format("invalidate/{}/{}", mode, of); };
            Case& made = cases.emplace_back(cache_case(id(engine), std::move(body)));
            if (compiled) made.versus = {id("interpreted")};
        };
        const Engine with = compiled ? compiler : std::nullopt;
        add("user", [=](auto& state) {
            UserGuest guest(folder, with);
            invalidate(state, guest);
        });
        add("system", [=](auto& state) {
            SystemGuest guest(folder, with, 4 * vm::mem::kPageSize);
            invalidate(state, guest);
        });
    }
}

// So often all of the code runs in one iteration: longer than it takes to be hot.
constexpr std::uint64_t kRounds = 100;

void run_rounds(benchmark::State& state, Guest& guest) {
    const std::uint64_t function = guest.address_of("cold_start");
    const std::uint64_t known = cold_start(0);
    while (state.KeepRunningBatch(kRounds)) {
        for (std::uint64_t round = 0; round < kRounds; ++round) {
            if (not common::expect_equal(state, "result", guest.call(function, {0}), known)) return;
        }
    }
}

// What 512 functions take when they are compiled, all at once.
std::size_t compiled_size(const path& folder) {
    UserGuest guest(folder, vm::native::Options{.threshold = 0});
    guest.call(guest.address_of("cold_start"), {0});
    return TierProbe::compiled_by(guest).host_bytes;
}

// Time is for one call of each of 512 functions, whose compiled code fits the memory for it, or does half.
void evict(benchmark::State& state, const path& folder, std::size_t code_bytes) {
    vm::native::Options options;
    options.code.code_bytes = vm::align_up(code_bytes, vm::mem::kPageSize);
    UserGuest guest(folder, options);
    const std::uint64_t function = guest.address_of("cold_start");
    for (std::uint64_t round = 0; round < kRounds; ++round) guest.call(function, {0});
    const std::uint64_t before = TierProbe::compiled_by(guest).blocks;
    run_rounds(state, guest);
    const auto blocks = static_cast<double>(TierProbe::compiled_by(guest).blocks - before);
    state.counters["blocks_compiled"] = blocks / static_cast<double>(state.iterations());
}

void add_evictions(std::vector<Case>& cases, const path& folder) {
    const auto add = [&](const char* name, auto body) -> Case& {
        return cases.emplace_back(cache_case(fmt::format("evict/{}", name), body));
    };
    add("interpreted", [=](auto& state) {
        UserGuest guest(folder, std::nullopt);
        run_rounds(state, guest);
    });
    add("all_fits", [=](auto& state) {
        evict(state, folder, vm::jit::CodeCacheOptions{}.code_bytes);
    }).versus = {"evict/interpreted"};
    add("half_fits", [=](auto& state) { evict(state, folder, compiled_size(folder) / 2); }).versus = {
        "evict/interpreted", "evict/all_fits"};
}

}  // namespace

std::vector<Case> cache_cases(const path& folder) {
    std::vector<Case> cases;
    add_jumps(cases, folder);
    cases.push_back(cache_case("exit/unlinked", [=](auto& state) { unlinked_exit(state, folder); }));
    cases.push_back(cache_case("exit/link", [=](auto& state) { link(state, folder); }));
    add_invalidations(cases, folder);
    add_evictions(cases, folder);
    return cases;
}

}  // namespace suites::jit
