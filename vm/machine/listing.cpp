#include "vm/machine/listing.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"

namespace vm::machine {
namespace {

std::uint32_t half(std::span<const std::byte> bytes, std::size_t at) {
    return std::to_integer<std::uint32_t>(bytes[at]) | std::to_integer<std::uint32_t>(bytes[at + 1]) << 8;
}

struct Line {
    std::string text;
    std::size_t length;
};

// The instruction at the front of `bytes`, or what is left there of one.
Line line_at(std::span<const std::byte> bytes, std::uint64_t address) {
    if (bytes.size() == 1) {
        return {fmt::format("{:x}: {:<8}  .byte {:#04x}", address, fmt::format("{:02x}", bytes[0]), bytes[0]),
                1};
    }
    const std::uint32_t low = half(bytes, 0);
    if (guest::riscv::instruction_length(low) == 2) {
        return {fmt::format("{:x}: {:<8}  {}", address, fmt::format("{:04x}", low),
                            guest::riscv::disassemble(low, address)),
                2};
    }
    if (bytes.size() < 4) {
        return {fmt::format("{:x}: {:<8}  .2byte {:#06x}", address, fmt::format("{:04x}", low), low), 2};
    }
    const std::uint32_t bits = low | half(bytes, 2) << 16;
    return {fmt::format("{:x}: {:08x}  {}", address, bits, guest::riscv::disassemble(bits, address)), 4};
}

void list_segment(const ElfFile& file, const ElfSegment& segment, const std::vector<ElfSymbol>& labels,
                  const std::function<void(std::string_view)>& print) {
    const std::span<const std::byte> bytes = file.contents(segment);
    auto label = labels.begin();
    while (label != labels.end() and label->value < segment.virtual_address) {
        ++label;
    }
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::uint64_t address = segment.virtual_address + at;
        for (; label != labels.end() and label->value <= address; ++label) {
            print("");
            print(fmt::format("{:016x} <{}>:", label->value, label->name));
        }
        const Line line = line_at(bytes.subspan(at), address);
        print(line.text);
        at += line.length;
    }
}

}  // namespace

void list_instructions(const ElfFile& file, const std::function<void(std::string_view)>& print) {
    const std::vector<ElfSymbol> labels = file.labels();
    for (const ElfSegment& segment : file.load_segments()) {
        if ((segment.flags & segment_flag::kExecute) != 0) {
            list_segment(file, segment, labels, print);
        }
    }
}

}  // namespace vm::machine
