// Looping programs that are stopped by budgets, again and again: those that are compiled where they are hot
// stand where those that are interpreted do, alike in registers, flags, memory and count.
//
// VM_BUDGET_SEED=N draws other budgets and other operands.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/random_values.h"
#include "vm/native/guest_pair.h"
#include "vm/native/loop_places.h"
#include "vm/native/loops.h"

namespace vm::native {
namespace {

using guest::riscv::RandomValues;

constexpr int kStops = 100;
constexpr std::uint32_t kGrant = 4096;  // of the interpreter's budget to its loop, at once

// Most stops are wherever the engines might err: at once, amid a block, at the edges of grants.
std::uint64_t random_budget(RandomValues& random) {
    switch (random.below(4)) {
        case 0:
            return random.below(8);
        case 1:
            return random.below(300) | 1;
        case 2:
            return (1 + random.below(4)) * std::uint64_t{kGrant} + random.below(5) - 2;
        default:
            return random.below(20'000);
    }
}

std::vector<Options> all_options() {
    std::vector<Options> all;
    for (unsigned level = 0; level <= kMaxLevel; ++level) {
        for (const std::uint16_t threshold : {std::uint16_t{0}, Options{}.threshold}) {
            all.push_back(
                {.threshold = threshold, .code = {.code_bytes = std::size_t{1} << 20, .level = level}});
        }
    }
    return all;
}

class NativeBudgetTest : public ::testing::TestWithParam<loops::Named> {
  protected:
    static std::uint64_t seed() {
        const char* const given = std::getenv("VM_BUDGET_SEED");
        return given != nullptr ? std::strtoull(given, nullptr, 0) : 1;
    }

    template <class Place>
    void run() {
        for (const Options& options : all_options()) {
            SCOPED_TRACE(::testing::Message() << "VM_BUDGET_SEED=" << seed() << ", level "
                                              << options.code.level << ", threshold " << options.threshold);
            GuestPair<typename Place::Guest> pair;
            if (const auto made = pair.compile(options); not made) {
                GTEST_SKIP() << made.error().message;
            }
            stop_often<Place>(pair);
            if (options.threshold == 0) {  // else what is overwritten is never hot
                EXPECT_GT(pair.compiled.counts().retired, 0u);
            }
        }
    }

  private:
    template <class Place, class Pair>
    static void stop_often(Pair& pair) {
        RandomValues random(seed());
        begin_loop<Place>(pair, GetParam().make().code(), random);
        for (int stop = 0; stop < kStops and not HasFailure(); ++stop) {
            std::uint64_t budget = random_budget(random);
            if (GetParam().slow and random.below(16) != 0) budget %= 512;
            SCOPED_TRACE(::testing::Message() << "stop " << stop << " after " << budget);
            advance_loop<Place>(pair, budget);
        }
    }
};

TEST_P(NativeBudgetTest, ProgramsStandAlikeAtEachStop) { run<ProgramPlace>(); }
TEST_P(NativeBudgetTest, MachineModeStandsAlikeAtEachStop) { run<MachinePlace<Privilege::machine>>(); }
TEST_P(NativeBudgetTest, SupervisorsWithPagesStandAlikeAtEachStop) {
    run<MachinePlace<Privilege::supervisor>>();
}

INSTANTIATE_TEST_SUITE_P(Loops, NativeBudgetTest, ::testing::ValuesIn(loops::kAll), loop_name);

}  // namespace
}  // namespace vm::native
