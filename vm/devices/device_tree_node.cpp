#include "vm/devices/device_tree_node.h"

#include <utility>

#include <fmt/format.h>

#include "vm/devices/halves.h"

namespace vm::devices {

using Cells = std::vector<std::uint32_t>;

std::string node_name(std::string_view kind, mem::PhysAddr base) {
    return fmt::format("{}@{:x}", kind, raw(base));
}

Property reg(mem::PhysAddr base, std::uint64_t size) {
    return {"reg", Cells{high_half(raw(base)), low_half(raw(base)), high_half(size), low_half(size)}};
}

DeviceTreeNode device_node(std::string_view kind, std::vector<std::string> compatible,
                           const Placement& placement) {
    return {node_name(kind, placement.base),
            {{"compatible", std::move(compatible)},
             reg(placement.base, placement.size),
             {"interrupts", Cells{placement.interrupt}},
             {"interrupt-parent", Cells{placement.plic_phandle}}}};
}

}  // namespace vm::devices
