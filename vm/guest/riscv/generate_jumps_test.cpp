#include <set>

#include <gtest/gtest.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/generate_items.h"

namespace vm::guest::riscv {
namespace {

// Jumps and branches of many items: all their targets are starts of instructions, and only a loop's branch
// and a call's jal lead back.
TEST(GeneratedJumps, LeadToStartsOfInstructions) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        RandomValues random(seed);
        ItemWriter writer(random, Zicond::included);
        ProgramCode code;
        for (int i = 0; i < 100; ++i) writer.item(code);
        std::set<std::int64_t> starts;
        std::set<std::int64_t> targets;
        bool back = false;
        std::int64_t at = 0;
        while (at < static_cast<std::int64_t>(byte_count(code))) {
            const auto index = static_cast<std::size_t>(at / 2);
            std::uint32_t bits = code[index];
            if (instruction_length(bits) == 4) bits |= std::uint32_t{code.at(index + 1)} << 16;
            const Insn insn = decode(bits);
            const Format format = encoding(insn.op).format;
            if (format == Format::B || format == Format::J) targets.insert(at + insn.imm);
            back = back || ((format == Format::B || format == Format::J) && insn.imm < 0);
            starts.insert(at);
            at += insn.length;
        }
        starts.insert(at);
        for (const std::int64_t target : targets)
            ASSERT_TRUE(starts.contains(target)) << seed << " at " << target;
        EXPECT_TRUE(back);
    }
}

}  // namespace
}  // namespace vm::guest::riscv
