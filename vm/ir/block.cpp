#include "vm/ir/block.h"

#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "vm/base/check.h"

namespace vm::ir {

void Block::clear() {
    nodes_.clear();
    writes_.clear();
    frames_.clear();
    constants_.clear();
    slots_.clear();
    constant_table_.clear();
    slot_table_.clear();
}

Value Block::constant(Type type, std::uint64_t bits) {
    VM_CHECK(type != Type::none);
    const std::uint64_t kept = bits & mask(type);
    const auto next = static_cast<std::uint32_t>(constants_.size());
    const std::uint32_t index = constant_table_.find_or_insert(
        mix(static_cast<std::uint64_t>(type), kept), next,
        [&](std::uint32_t at) { return constants_[at].bits == kept and constants_[at].type == type; });
    if (index == next) constants_.push_back({kept, type});
    return Value::constant(index);
}

SlotIndex Block::slot(const Slot& slot) {
    const auto next = static_cast<std::uint32_t>(slots_.size());
    const std::uint32_t index = slot_table_.find_or_insert(
        mix(0, slot.offset), next, [&](std::uint32_t at) { return slots_[at].offset == slot.offset; });
    if (index == next) {
        VM_CHECK(slots_.size() < std::numeric_limits<SlotIndex>::max());
        slots_.push_back(slot);
        std::array<char, 10>& name = slots_.back().name;
        if (name[0] == '\0') fmt::format_to_n(name.data(), name.size() - 1, "slot{}", next);
    }
    VM_CHECK(slots_[index].type == slot.type and slots_[index].bytes == slot.bytes);
    return static_cast<SlotIndex>(index);
}

FrameIndex Block::frame(const Frame& frame) {
    if (frames_.empty() or frames_.back() != frame) frames_.push_back(frame);
    return static_cast<FrameIndex>(frames_.size() - 1);
}

}  // namespace vm::ir
