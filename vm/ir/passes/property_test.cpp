// What passes make of blocks does what the blocks did.
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "vm/ir/evaluate.h"
#include "vm/ir/parse.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/print.h"
#include "vm/ir/random.h"
#include "vm/ir/random_block.h"
#include "vm/ir/random_world.h"
#include "vm/ir/verify.h"

namespace vm::ir::passes {
namespace {

constexpr std::uint64_t kSeeds = 3000;
constexpr std::uint64_t kWorlds = 4;

struct Run {
    Departure departure;
    World world;

    friend bool operator==(const Run&, const Run&) = default;
};

Run run(const Block& block, std::uint64_t seed) {
    Run result{{}, random_world(seed)};
    const auto departure = evaluate(block, result.world, random_helper);
    EXPECT_TRUE(departure.has_value()) << departure.error().message;
    result.departure = departure.value_or(Departure{});
    return result;
}

// A block by chance, and what it does in some worlds.
struct Case {
    std::uint64_t seed;
    Block block;
    std::array<Run, kWorlds> runs;
};

Case make_case(std::uint64_t seed) {
    Case made{seed, random_block(seed), {}};
    for (std::uint64_t i = 0; i < kWorlds; ++i) made.runs[i] = run(made.block, seed * kWorlds + i);
    return made;
}

template <class Check>
void for_each_case(Check check) {
    for (std::uint64_t seed = 0; seed < kSeeds and not ::testing::Test::HasFatalFailure(); ++seed) {
        check(make_case(seed));
    }
}

std::string describe(const Run& run) {
    std::string text = fmt::format(
        "kind {} leave {} pc {:#x} retired {} cause {} value {:#x} flags {}\nstate",
        static_cast<int>(run.departure.kind), static_cast<int>(run.departure.leave), run.departure.pc,
        run.departure.retired, run.departure.cause, run.departure.value, run.world.float_flags);
    for (std::size_t at = 0; at < run.world.state.size(); ++at) {
        text += fmt::format("{}{:02x}", at % 8 == 0 ? " " : "", run.world.state[at]);
    }
    return text + "\n";
}

// Whether what became of the block verifies and does the same.
void expect_same(const Case& before, const Block& after, std::string_view what) {
    const auto both = [&] {
        return fmt::format("{}, seed {}\nbefore:\n{}after:\n{}", what, before.seed, print(before.block),
                           print(after));
    };
    const auto sound = verify(after);
    ASSERT_TRUE(sound.has_value()) << sound.error().message << "\n" << both();
    for (std::uint64_t i = 0; i < kWorlds; ++i) {
        const Run found = run(after, before.seed * kWorlds + i);
        ASSERT_TRUE(before.runs[i] == found)
            << both() << "expected " << describe(before.runs[i]) << "found " << describe(found);
    }
}

TEST(Property, EachPassKeepsWhatBlocksDo) {
    for_each_case([](const Case& before) {
        for (const Pass& pass : passes()) {
            Block after = before.block;
            pass.run(after);
            expect_same(before, after, pass.name);
        }
    });
}

TEST(Property, LevelsKeepWhatBlocksDoAndCanBePrinted) {
    for_each_case([](const Case& before) {
        for (unsigned level = 1; level <= kMaxLevel; ++level) {
            Block after = before.block;
            optimise(after, level);
            expect_same(before, after, fmt::format("level {}", level));
            const std::string text = print(after);
            const auto again = parse(text);
            ASSERT_TRUE(again.has_value()) << again.error().message << "\n" << text;
            ASSERT_EQ(print(*again), text);
        }
    });
}

TEST(Property, PassesInAnyOrderKeepWhatBlocksDo) {
    for_each_case([](const Case& before) {
        Random random(before.seed);
        Block after = before.block;
        std::string order;
        for (unsigned step = 0; step < 8; ++step) {
            const Pass& pass = passes()[random.below(passes().size())];
            order += fmt::format("{} ", pass.name);
            pass.run(after);
        }
        expect_same(before, after, order);
    });
}

}  // namespace
}  // namespace vm::ir::passes
