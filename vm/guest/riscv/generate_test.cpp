#include "vm/guest/riscv/generate.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kDataAddress = 0x400000;

GeneratedProgram program(std::uint64_t seed, Zicond zicond = Zicond::included) {
    return generate_program({.seed = seed, .data_address = kDataAddress, .zicond = zicond});
}

// Calls visit(insn) for each instruction in order.
template <class Visit>
void for_each_insn(const GeneratedProgram& generated, Visit visit) {
    const auto& code = generated.code;
    for (std::size_t at = 0; at < code.size();) {
        std::uint32_t bits = code[at];
        if (instruction_length(bits) == 4) bits |= std::uint32_t{code.at(at + 1)} << 16;
        const Insn insn = decode(bits);
        visit(insn);
        at += insn.length / 2u;
    }
}

TEST(Generate, SameSeedGivesTheSameProgram) {
    const GeneratedProgram a = program(42);
    const GeneratedProgram b = program(42);
    EXPECT_EQ(a.code, b.code);
    EXPECT_EQ(a.data, b.data);
    EXPECT_NE(a.code, program(43).code);
}

TEST(Generate, FewerItemsGiveTheStartOfTheSameProgram) {
    const GeneratedProgram whole = program(7);
    const GeneratedProgram start = generate_program(
        {.seed = 7, .data_address = kDataAddress, .most_items = 5, .zicond = Zicond::included});
    ASSERT_EQ(start.item_start.size(), 6u);
    const auto common = static_cast<std::ptrdiff_t>(start.item_start.back());
    EXPECT_TRUE(std::equal(start.code.begin(), start.code.begin() + common, whole.code.begin()));
    EXPECT_EQ(start.data, whole.data);
}

TEST(Generate, ProgramsContainEveryInstructionButThoseWithAReason) {
    std::set<Opcode> seen;
    std::set<std::string_view> seen_compressed;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        for_each_insn(program(seed), [&](const Insn& insn) {
            seen.insert(insn.op);
            if (insn.length == 2) {
                seen_compressed.insert(compressed_encoding(static_cast<std::uint16_t>(insn.bits))->name);
            }
        });
    }
    for (const Encoding& line : kEncodings) {
        EXPECT_EQ(seen.contains(line.op), reason_not_generated(line.op).empty()) << line.name;
    }
    for (const CompressedEncoding& line : kCompressed) {
        EXPECT_EQ(seen_compressed.contains(line.name), line.name != "c.ebreak") << line.name;
    }
}

TEST(Generate, LeavesZicondOutUnlessAsked) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        for_each_insn(program(seed, Zicond::left_out), [&](const Insn& insn) {
            ASSERT_NE(insn.op, Opcode::czero_eqz);
            ASSERT_NE(insn.op, Opcode::czero_nez);
        });
    }
}

TEST(Generate, RoundingModesInInstructionsAreValid) {
    std::set<int> modes;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        for_each_insn(program(seed), [&](const Insn& insn) {
            const Format format = encoding(insn.op).format;
            if (format == Format::RFloat || format == Format::R4) modes.insert(insn.rm);
        });
    }
    EXPECT_EQ(modes, (std::set<int>{0, 1, 2, 3, 4, 7}));
}

TEST(Generate, JumpsStayInsideTheProgram) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const GeneratedProgram generated = program(seed);
        const auto end = static_cast<std::int64_t>(2 * generated.code.size());
        std::int64_t at = 0;
        for_each_insn(generated, [&](const Insn& insn) {
            const Format format = encoding(insn.op).format;
            if (format == Format::B || format == Format::J) {
                ASSERT_GE(at + insn.imm, 0);
                ASSERT_LT(at + insn.imm, end);
            }
            at += insn.length;
        });
    }
}

TEST(Generate, SpAndBaseStartInsideTheData) {
    const GeneratedProgram generated = program(3);
    std::uint64_t sp = 0;
    std::memcpy(&sp, generated.data.data() + program_data::kIntegers + 16, sizeof sp);
    EXPECT_GE(sp, kDataAddress + program_data::kScratch);
    EXPECT_LT(sp, kDataAddress + program_data::kSize);
}

}  // namespace
}  // namespace vm::guest::riscv
