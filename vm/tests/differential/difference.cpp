#include "vm/tests/differential/difference.h"

#include <cstring>
#include <iterator>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/register_names.h"

namespace vm::tests {
namespace {

using guest::riscv::GeneratedProgram;
using guest::riscv::Insn;
using guest::riscv::kFloatNames;
using guest::riscv::kIntegerNames;
namespace program_data = guest::riscv::program_data;

std::uint64_t word_at(std::span<const std::byte> data, std::size_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, data.data() + offset, sizeof word);
    return word;
}

std::string name_of(std::size_t offset) {
    if (offset < program_data::kFloats)
        return std::string(kIntegerNames[(offset - program_data::kIntegers) / 8]);
    if (offset < program_data::kFcsr) return std::string(kFloatNames[(offset - program_data::kFloats) / 8]);
    if (offset == program_data::kFcsr) return "fcsr";
    return fmt::format("data+{:#x}", offset);
}

bool failed(const Outcome& outcome, std::size_t output_size) {
    return outcome.exit_code != 0 || outcome.output.size() != output_size;
}

// What is wrong with the outcomes of a batch of one program.
std::optional<std::string> difference_of_one(const Outcomes& outcomes) {
    const bool vm_failed = failed(outcomes.vm, program_data::kSize);
    const bool qemu_failed = failed(outcomes.qemu, program_data::kSize);
    if (vm_failed || qemu_failed) {
        return fmt::format("exit code of vm {}, of qemu {}; bytes written {} and {}", outcomes.vm.exit_code,
                           outcomes.qemu.exit_code, outcomes.vm.output.size(), outcomes.qemu.output.size());
    }
    return first_difference(outcomes.vm.output, outcomes.qemu.output);
}

struct OneRun {
    GeneratedProgram program;
    Outcomes outcomes;
};

Result<OneRun> run_one(const Engines& engines, std::uint64_t seed, std::uint64_t number,
                       std::size_t most_items) {
    Batch batch = make_batch({.seed = seed, .first = number, .count = 1, .most_items = most_items});
    auto outcomes = run_on_both(engines, batch.elf);
    if (!outcomes) return tl::unexpected(outcomes.error());
    return OneRun{std::move(batch.programs[0]), std::move(*outcomes)};
}

// The registers that an instruction names and what they held.
std::string operands_before(const Insn& insn, std::span<const std::byte> before) {
    const auto& line = guest::riscv::encoding(insn.op);
    std::string text;
    const auto show = [&](std::string_view operand, unsigned number) {
        if (line.has_operand(operand)) {
            const std::size_t offset = program_data::kIntegers + 8 * number;
            fmt::format_to(std::back_inserter(text), " {}={:016x}", kIntegerNames[number],
                           word_at(before, offset));
        } else if (line.has_operand(fmt::format("f{}", operand))) {
            const std::size_t offset = program_data::kFloats + 8 * number;
            fmt::format_to(std::back_inserter(text), " {}={:016x}", kFloatNames[number],
                           word_at(before, offset));
        }
    };
    show("rs1", insn.rs1);
    show("rs2", insn.rs2);
    show("rs3", insn.rs3);
    return text;
}

// The instructions of the last item, a line each.
std::string last_item(const GeneratedProgram& program, std::span<const std::byte> before) {
    const std::size_t items = program.item_start.size() - 1;
    std::string text;
    const std::size_t end = program.item_start[items];
    for (std::size_t at = items == 0 ? end : program.item_start[items - 1]; at < end;) {
        std::uint32_t bits = program.code[at];
        if (guest::riscv::instruction_length(bits) == 4) bits |= std::uint32_t{program.code[at + 1]} << 16;
        const Insn insn = guest::riscv::decode(bits);
        fmt::format_to(std::back_inserter(text), "  {:08x}  {:<40}{}\n", bits,
                       guest::riscv::disassemble(bits, 2 * at),
                       before.empty() ? "" : operands_before(insn, before));
        at += insn.length / 2u;
    }
    return text;
}

}  // namespace

std::optional<std::string> first_difference(std::span<const std::byte> vm, std::span<const std::byte> qemu) {
    for (std::size_t offset = 0; offset < program_data::kSize; offset += 8) {
        const std::uint64_t ours = word_at(vm, offset);
        const std::uint64_t theirs = word_at(qemu, offset);
        if (ours != theirs) return fmt::format("{}: vm {:016x}, qemu {:016x}", name_of(offset), ours, theirs);
    }
    return std::nullopt;
}

Result<std::vector<std::uint64_t>> differing_programs(const Engines& engines, const BatchRequest& request) {
    const Batch batch = make_batch(request);
    const auto outcomes = run_on_both(engines, batch.elf);
    if (!outcomes) return tl::unexpected(outcomes.error());
    std::vector<std::uint64_t> numbers;
    if (!failed(outcomes->vm, batch.output_size) && !failed(outcomes->qemu, batch.output_size)) {
        for (std::uint64_t i = 0; i < request.count; ++i) {
            const auto part = [&](const Outcome& outcome) {
                return std::span(outcome.output).subspan(i * program_data::kSize, program_data::kSize);
            };
            if (first_difference(part(outcomes->vm), part(outcomes->qemu)))
                numbers.push_back(request.first + i);
        }
        return numbers;
    }
    for (std::uint64_t i = 0; i < request.count; ++i) {
        const auto run = run_one(engines, request.seed, request.first + i, request.most_items);
        if (!run) return tl::unexpected(run.error());
        if (difference_of_one(run->outcomes)) numbers.push_back(request.first + i);
    }
    if (numbers.empty()) {
        return fail("programs {} to {} of seed {} fail together but not alone", request.first,
                    request.first + request.count - 1, request.seed);
    }
    return numbers;
}

Result<std::string> describe_difference(const Engines& engines, std::uint64_t seed, std::uint64_t number) {
    const std::size_t all_items =
        make_batch({.seed = seed, .first = number, .count = 1}).programs[0].item_start.size();
    std::vector<std::byte> before;
    for (std::size_t items = 0; items < all_items; ++items) {
        auto run = run_one(engines, seed, number, items);
        if (!run) return tl::unexpected(run.error());
        if (const auto what = difference_of_one(run->outcomes)) {
            return fmt::format("seed {} program {}, after item {}: {}\n{}", seed, number, items, *what,
                               last_item(run->program, before));
        }
        before = std::move(run->outcomes.vm.output);
    }
    return fail("program {} of seed {} differs among others but not alone", number, seed);
}

}  // namespace vm::tests
