#include "vm/devices/sswi.h"

#include <string>
#include <utility>
#include <vector>

#include "vm/base/check.h"

namespace vm::devices {
namespace {

// Four bytes a hart (ACLINT, chapter 4).
constexpr unsigned kRegisterBytes = 4;

// Interrupt of a hart's own controller (Priv. 3.1.9).
constexpr std::uint32_t kSupervisorSoftware = 1;

}  // namespace

Sswi::Sswi(unsigned harts, std::function<void(unsigned)> send) : harts_(harts), send_(std::move(send)) {
    VM_CHECK(harts <= kMaxHarts);
}

bool Sswi::is_register(std::uint64_t offset, unsigned size) const {
    return size == kRegisterBytes and offset / kRegisterBytes < harts_;
}

// setssip keeps nothing: it always reads zero.
std::uint64_t Sswi::load(std::uint64_t offset, unsigned size) {
    return is_register(offset, size) ? 0 : unknown_.note();
}

void Sswi::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (not is_register(offset, size)) {
        unknown_.note();
    } else if ((value & 1) != 0) {
        send_(static_cast<unsigned>(offset / kRegisterBytes));
    }
}

DeviceTreeNode sswi_node(mem::PhysAddr base, std::span<const std::uint32_t> interrupt_controllers) {
    std::vector<std::uint32_t> lines;
    for (const std::uint32_t controller : interrupt_controllers) {
        lines.insert(lines.end(), {controller, kSupervisorSoftware});
    }
    return {node_name("sswi", base),
            {{"compatible", std::vector<std::string>{"riscv,aclint-sswi"}},
             reg(base, Sswi::kSize),
             {"interrupt-controller", std::monostate{}},
             {"#interrupt-cells", std::vector<std::uint32_t>{0}},
             {"interrupts-extended", lines}}};
}

}  // namespace vm::devices
