#include "vm/jit/x64/parallel_moves.h"

#include <numeric>
#include <random>
#include <utility>

#include <gtest/gtest.h>

namespace vm::jit::x64 {
namespace {

using Registers = std::array<int, 16>;

Registers numbered() {
    Registers registers{};
    std::iota(registers.begin(), registers.end(), 0);
    return registers;
}

Registers run(ParallelMoves& moves) {
    Registers registers = numbered();
    moves.run([&](std::uint8_t to, std::uint8_t from) { registers[to] = registers[from]; },
              [&](std::uint8_t a, std::uint8_t b) { std::swap(registers[a], registers[b]); });
    return registers;
}

TEST(ParallelMoves, ChainsMoveFromTheirEnd) {
    ParallelMoves moves;
    moves.add(1, 2);
    moves.add(2, 3);
    moves.add(3, 4);
    const Registers after = run(moves);
    EXPECT_EQ(after[1], 2);
    EXPECT_EQ(after[2], 3);
    EXPECT_EQ(after[3], 4);
    EXPECT_EQ(after[4], 4);
}

TEST(ParallelMoves, CirclesTurn) {
    ParallelMoves moves;
    moves.add(1, 2);
    moves.add(2, 3);
    moves.add(3, 1);
    moves.add(8, 9);
    moves.add(9, 8);
    const Registers after = run(moves);
    EXPECT_EQ(after[1], 2);
    EXPECT_EQ(after[2], 3);
    EXPECT_EQ(after[3], 1);
    EXPECT_EQ(after[8], 9);
    EXPECT_EQ(after[9], 8);
}

TEST(ParallelMoves, AnyMovesAtOnceComeOutRight) {
    std::mt19937 random(1);
    for (int round = 0; round < 10'000; ++round) {
        ParallelMoves moves;
        Registers expected = numbered();
        for (std::uint8_t to = 0; to < 16; ++to) {
            if (random() % 3 == 0) {
                continue;
            }
            const auto from = static_cast<std::uint8_t>(random() % 16);
            moves.add(to, from);
            expected[to] = from;
        }
        ASSERT_EQ(run(moves), expected) << "round " << round;
    }
}

}  // namespace
}  // namespace vm::jit::x64
