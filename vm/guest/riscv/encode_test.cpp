#include "vm/guest/riscv/encode.h"

#include <random>

#include <gtest/gtest.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {
namespace {

TEST(Encode, MakesTheWordsOfTheAssembler) {
    EXPECT_EQ(encode({.op = Opcode::add, .rd = 10, .rs1 = 11, .rs2 = 12}), 0x00c58533u);
    EXPECT_EQ(encode({.op = Opcode::sd, .rs1 = 11, .rs2 = 10, .imm = -8}), 0xfea5bc23u);
    EXPECT_EQ(encode({.op = Opcode::beq, .rs1 = 10, .rs2 = 11, .imm = -4}), 0xfeb50ee3u);
    EXPECT_EQ(encode({.op = Opcode::jal, .rd = 1, .imm = -4}), 0xffdff0efu);
    EXPECT_EQ(encode({.op = Opcode::ebreak}), 0x00100073u);
}

TEST(Encode, RoundTripsRandomFieldsOfEveryOpcode) {
    std::mt19937_64 random(1);
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        const Encoding& line = kEncodings[i];
        for (int repeat = 0; repeat < 2000; ++repeat) {
            const auto word = line.match | (static_cast<std::uint32_t>(random()) & ~line.mask);
            const Insn insn = decode(word);
            ASSERT_EQ(insn.op, line.op) << line.name;
            Insn again = decode(encode(insn));
            // Ignored fields of fences and sfence.vma come back as zero.
            again.bits = word;
            ASSERT_EQ(again, insn) << line.name;
        }
    }
}

TEST(Encode, ReproducesEveryWordWithoutIgnoredFields) {
    std::mt19937_64 random(2);
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        const Encoding& line = kEncodings[i];
        if (line.format == Format::Fence) continue;
        for (int repeat = 0; repeat < 500; ++repeat) {
            const auto word = line.match | (static_cast<std::uint32_t>(random()) & ~line.mask);
            ASSERT_EQ(encode(decode(word)), word) << line.name;
        }
    }
}

TEST(EncodeCompressed, ReproducesEvery16BitInstruction) {
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        if (instruction_length(half) != 2) continue;
        const auto* line = compressed_encoding(static_cast<std::uint16_t>(half));
        if (line == nullptr) continue;
        ASSERT_EQ(encode_compressed(*line, decode(half)), half) << line->name;
    }
}

TEST(Compress, FindsAFormOfTheSameMeaningForEveryExpansion) {
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        if (instruction_length(half) != 2 || decode(half).op == Opcode::illegal) continue;
        const auto found = compress(decode(half));
        ASSERT_TRUE(found.has_value()) << half;
        Insn again = decode(*found);
        again.bits = half;
        ASSERT_EQ(again, decode(half));
    }
}

TEST(Compress, RefusesWhatNoLineReaches) {
    EXPECT_FALSE(compress({.op = Opcode::addi, .rd = 10, .rs1 = 11, .imm = 1}));
    EXPECT_FALSE(compress({.op = Opcode::addi, .rd = 10, .rs1 = 10, .imm = 32}));
    EXPECT_FALSE(compress({.op = Opcode::lw, .rd = 10, .rs1 = 11, .imm = 2}));
    EXPECT_FALSE(compress({.op = Opcode::lw, .rd = 10, .rs1 = 7, .imm = 4}));
    EXPECT_FALSE(compress({.op = Opcode::sub, .rd = 8, .rs1 = 9, .rs2 = 8}));
    EXPECT_FALSE(compress({.op = Opcode::mul, .rd = 8, .rs1 = 8, .rs2 = 8}));
}

}  // namespace
}  // namespace vm::guest::riscv
