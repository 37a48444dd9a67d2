// Compares every operation of fp.h, fp_soft.h and ir/evaluate_float.h, bits and flags, with qemu-riscv64
// running the same instructions: a generated program applies each instruction in each rounding mode to
// records of operands and writes the results. VM_FP_ROUNDS=N repeats with N seeds.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/guest/riscv/fp_oracle_ir.h"
#include "vm/guest/riscv/fp_oracle_operands.h"
#include "vm/guest/riscv/fp_oracle_operations.h"

namespace vm::guest::riscv::fp::oracle {
namespace {

constexpr std::size_t kRecordsPerVariant = 6000;

// The RISC-V program: code at kCode, records at kRecords, both in one file.
class Program {
  public:
    Program(const std::vector<Variant>& variants, const std::vector<Record>& records) : records_(records) {
        emit(0x00'0002b7 | kRecords);  // lui t0
        for (const Variant& variant : variants) append_loop(variant);
        append_end(records.size() * sizeof(Record));
    }

    std::string elf() const {
        std::string image(kFileRecords, '\0');
        const auto put = [&](std::size_t offset, std::uint64_t value, std::size_t size) {
            std::memcpy(&image[offset], &value, size);
        };
        std::memcpy(&image[0], "\177ELF\2\1\1", 7);
        put(16, 2 | 243 << 16, 4);  // ET_EXEC, EM_RISCV
        put(20, 1, 4);
        put(24, kCode, 8);
        put(32, 64, 8);
        put(48, 5, 4);  // RVC, double-float ABI
        put(52, 64 | 56 << 16, 4);
        put(56, 2, 2);
        const auto segment = [&](std::size_t at, std::uint32_t flags, std::size_t offset,
                                 std::uint64_t address, std::size_t size) {
            put(at, 1 | std::uint64_t{flags} << 32, 8);
            put(at + 8, offset, 8);
            put(at + 16, address, 8);
            put(at + 24, address, 8);
            put(at + 32, size, 8);
            put(at + 40, size, 8);
            put(at + 48, 0x1000, 8);
        };
        const std::size_t bytes = records_.size() * sizeof(Record);
        segment(64, 5, kFileCode, kCode, code_.size() * 4);
        segment(120, 6, kFileRecords, kRecords, bytes);
        std::memcpy(&image[kFileCode], code_.data(), code_.size() * 4);
        image.append(reinterpret_cast<const char*>(records_.data()), bytes);
        return image;
    }

  private:
    static constexpr std::size_t kFileCode = 0x1000;
    static constexpr std::size_t kFileRecords = 0x10000;
    static constexpr std::uint64_t kCode = 0x10000;
    static constexpr std::uint32_t kRecords = 0x100000;

    void emit(std::uint32_t word) { code_.push_back(word); }

    // li of a register, any 31-bit value.
    void append_constant(std::uint32_t rd, std::size_t value) {
        const auto bits = static_cast<std::uint32_t>(value);
        emit(((bits + 0x800) & 0xffff'f000) | rd << 7 | 0x37);
        emit((bits & 0xfff) << 20 | rd << 15 | rd << 7 | 0x1b);
    }

    void append_loop(const Variant& variant) {
        const Operation& operation = *variant.operation;
        append_constant(6, kRecordsPerVariant);
        const std::size_t start = code_.size();
        emit(0x0002'b087);  // fld ft1, 0(t0)
        emit(0x0082'b107);  // fld ft2, 8(t0)
        emit(0x0102'b187);  // fld ft3, 16(t0)
        emit(0x0002'b583);  // ld a1, 0(t0)
        emit(0x0010'1073);  // csrw fflags, zero
        emit(operation.word | (operation.rounds ? static_cast<std::uint32_t>(variant.rounding) << 12 : 0));
        emit(0x0010'2673);  // csrr a2, fflags
        const bool is_float = operation.result == Kind::f32 || operation.result == Kind::f64;
        emit(is_float ? 0x00a2'b027 : 0x00a2'b023);  // fsd fa0, 0(t0) or sd a0, 0(t0)
        emit(0x00c2'b423);                           // sd a2, 8(t0)
        emit(0x0202'8293);                           // addi t0, t0, 32
        emit(0xfff3'0313);                           // addi t1, t1, -1
        const std::size_t back = (code_.size() - start) * 4;
        const auto offset = static_cast<std::uint32_t>(0 - back);  // bne t1, zero, start
        emit((offset & 0x1000) << 19 | (offset & 0x7e0) << 20 | 6 << 15 | 1 << 12 | (offset & 0x1e) << 7 |
             (offset & 0x800) >> 4 | 0x63);
    }

    // write(1, records, bytes) until all is written, then exit(0).
    void append_end(std::size_t bytes) {
        append_constant(11, kRecords);
        append_constant(12, bytes);
        emit(0x0010'0513);  // li a0, 1
        emit(0x0400'0893);  // li a7, 64
        emit(0x0000'0073);  // ecall
        emit(0x00a5'85b3);  // add a1, a1, a0
        emit(0x40a6'0633);  // sub a2, a2, a0
        emit(0xfe06'16e3);  // bnez a2, the first li
        emit(0x0000'0513);  // li a0, 0
        emit(0x05d0'0893);  // li a7, 93
        emit(0x0000'0073);  // ecall
    }

    const std::vector<Record>& records_;
    std::vector<std::uint32_t> code_;
};

// What qemu-riscv64 makes of the records; nothing if the run failed.
std::optional<std::vector<Record>> run_in_qemu(const std::string& elf, std::size_t count) {
    const std::string path = fmt::format("{}fp_oracle_{}.elf", ::testing::TempDir(), ::getpid());
    std::ofstream(path, std::ios::binary) << elf;
    ::chmod(path.c_str(), 0700);
    std::vector<Record> results(count);
    FILE* pipe = ::popen(fmt::format("qemu-riscv64 '{}'", path).c_str(), "r");
    const std::size_t got = std::fread(results.data(), sizeof(Record), count, pipe);
    const int status = ::pclose(pipe);
    std::remove(path.c_str());
    if (got != count || status != 0) return std::nullopt;
    return results;
}

class Comparison {
  public:
    using Function = std::function<std::uint64_t(const Record&, Rounding)>;

    void check(const char* how, const Variant& variant, const Function& evaluate, const Record& operands,
               const Record& expected) {
        if (not evaluate) return;
        const Operation& operation = *variant.operation;
        const std::uint64_t mask =
            operation.result == Kind::f32 || operation.result == Kind::i32 ? 0xffff'ffff : ~0ULL;
        HostEnvironment::clear_flags();
        const std::uint64_t value = evaluate(operands, variant.rounding) & mask;
        const std::uint8_t flags = HostEnvironment::fflags();
        if (value == (expected.a & mask) && flags == expected.b) return;
        if (++differences_ > 20) return;
        ADD_FAILURE() << fmt::format(
            "{} of {} (word {:08x}, rm {}): {:#x}, {:#x}, {:#x} gives {:#x} flags {:#x}, "
            "qemu {:#x} flags {:#x}",
            how, operation.name, operation.word, static_cast<int>(variant.rounding), operands.a, operands.b,
            operands.c, value, flags, expected.a & mask, expected.b);
    }

    std::size_t differences() const { return differences_; }

  private:
    std::size_t differences_ = 0;
};

void compare_variant(Comparison& comparison, const Variant& variant, const Record* operands,
                     const Record* expected) {
    const HostEnvironment environment(static_cast<std::uint8_t>(variant.rounding));
    const bool in_hardware = variant.rounding != Rounding::rmm || not variant.operation->rounds;
    const Operation& operation = *variant.operation;
    const auto in_ir = in_hardware ? ir_operation(operation) : std::nullopt;
    Comparison::Function by_ir;
    if (in_ir) {
        by_ir = [&](const Record& r, Rounding m) { return evaluate_ir(operation, *in_ir, r, m); };
    }
    for (std::size_t i = 0; i < kRecordsPerVariant; ++i) {
        if (in_hardware) comparison.check("current mode", variant, operation.fast, operands[i], expected[i]);
        comparison.check("soft", variant, operation.soft, operands[i], expected[i]);
        comparison.check("ir", variant, by_ir, operands[i], expected[i]);
    }
    // From another mode, so that the switch shows.
    HostEnvironment::set_rounding(static_cast<std::uint8_t>(variant.rounding == Rounding::rup ? 1 : 3));
    for (std::size_t i = 0; i < kRecordsPerVariant; ++i) {
        comparison.check("explicit mode", variant, operation.in_mode, operands[i], expected[i]);
    }
}

TEST(FpOracle, EveryIrOperationThatRaisesFlagsIsCompared) {
    std::set<ir::Opcode> compared;
    for (const Operation& operation : all_operations()) {
        if (const auto op = ir_operation(operation)) compared.insert(*op);
    }
    for (std::size_t k = 0; k < ir::kOpcodes; ++k) {
        const auto op = static_cast<ir::Opcode>(k);
        EXPECT_TRUE((ir::flags(op) & ir::kFloatFlags) == 0 || compared.contains(op)) << ir::info(op).name;
    }
}

TEST(FpOracle, EveryOperationInEveryRoundingModeGivesTheBitsAndFlagsOfQemu) {
    ASSERT_EQ(std::system("qemu-riscv64 --version > /dev/null 2>&1"), 0)
        << "qemu-riscv64 is missing: run scripts/bootstrap";
    const std::vector<Operation> operations = all_operations();
    const std::vector<Variant> variants = all_variants(operations);
    const char* rounds = std::getenv("VM_FP_ROUNDS");
    Comparison comparison;
    for (int seed = 0; seed < (rounds != nullptr ? std::atoi(rounds) : 4); ++seed) {
        Operands operands(static_cast<std::uint64_t>(seed));
        std::vector<Record> records;
        for (const Variant& variant : variants) {
            for (std::size_t i = 0; i < kRecordsPerVariant; ++i)
                records.push_back(operands.record(variant.operation->source));
        }
        const auto results = run_in_qemu(Program(variants, records).elf(), records.size());
        ASSERT_TRUE(results.has_value()) << "qemu-riscv64 did not run the generated program";
        for (std::size_t v = 0; v < variants.size(); ++v) {
            const std::size_t first = v * kRecordsPerVariant;
            compare_variant(comparison, variants[v], &records[first], &(*results)[first]);
        }
    }
    EXPECT_EQ(comparison.differences(), 0U);
}

}  // namespace
}  // namespace vm::guest::riscv::fp::oracle
