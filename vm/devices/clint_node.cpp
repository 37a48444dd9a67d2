#include "vm/devices/clint_node.h"

#include <string>
#include <vector>

namespace vm::devices {
namespace {

// Interrupts of a hart's own controller (Priv. 3.1.9).
constexpr std::uint32_t kMachineSoftware = 3;
constexpr std::uint32_t kMachineTimer = 7;

}  // namespace

DeviceTreeNode clint_node(mem::PhysAddr base, std::span<const std::uint32_t> interrupt_controllers) {
    std::vector<std::uint32_t> lines;
    for (const std::uint32_t controller : interrupt_controllers) {
        lines.insert(lines.end(), {controller, kMachineSoftware, controller, kMachineTimer});
    }
    return {node_name("clint", base),
            {{"compatible", std::vector<std::string>{"sifive,clint0", "riscv,clint0"}},
             reg(base, kClintSize),
             {"interrupts-extended", lines}}};
}

}  // namespace vm::devices
