#include "vm/base/symbol_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace vm {
namespace {

bool is_code(const ElfFile& file, std::uint64_t address) {
    const auto segments = file.segments();
    return std::any_of(segments.begin(), segments.end(), [&](const ElfSegment& segment) {
        return segment.type == segment_type::kLoad and (segment.flags & segment_flag::kExecute) != 0 and
               address - segment.virtual_address < segment.memory_size;
    });
}

}  // namespace

void SymbolTable::add(const ElfFile& file, std::uint64_t bias) {
    auto labels = file.labels();
    std::erase_if(labels, [&](const ElfSymbol& label) { return not is_code(file, label.value); });
    loaded_.push_back({file, bias, std::move(labels)});
}

// The last label that begins at or before the address, if what it says of its size reaches there.
std::string SymbolTable::name(std::uint64_t address) const {
    for (const Loaded& each : loaded_) {
        const std::uint64_t place = address - each.bias;
        const auto behind =
            std::upper_bound(each.labels.begin(), each.labels.end(), place,
                             [](std::uint64_t at, const ElfSymbol& label) { return at < label.value; });
        if (behind == each.labels.begin() or not is_code(each.file, place)) continue;
        const ElfSymbol& label = *(behind - 1);
        const std::uint64_t offset = place - label.value;
        if (label.size != 0 and offset >= label.size) continue;
        return offset == 0 ? std::string(label.name) : fmt::format("{}+{:#x}", label.name, offset);
    }
    return {};
}

}  // namespace vm
