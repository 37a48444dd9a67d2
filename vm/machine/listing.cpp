#include "vm/machine/listing.h"

#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "vm/guest/riscv/disasm.h"

namespace vm::machine {
namespace {

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
        const auto line = guest::riscv::list_front(bytes.subspan(at), address);
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
