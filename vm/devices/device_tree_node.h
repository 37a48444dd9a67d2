#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vm/mem/address.h"

namespace vm::devices {

// A property of a device-tree node (Devicetree Specification 0.4, 2.2.4): empty, a string, a list of strings
// or 32-bit cells.
struct Property {
    std::string name;
    std::variant<std::monostate, std::string, std::vector<std::string>, std::vector<std::uint32_t>> value;
};

// What a device says of itself; the board turns it into a flattened tree. Its parent has two address and two
// size cells.
struct DeviceTreeNode {
    std::string name;
    std::vector<Property> properties;
};

// Where the board puts a device, and the source of the PLIC its interrupt line is connected to.
struct Placement {
    mem::PhysAddr base;
    std::uint64_t size;  // bytes
    std::uint32_t interrupt;
    std::uint32_t plic_phandle;
};

// `kind`@address in hexadecimal.
std::string node_name(std::string_view kind, mem::PhysAddr base);

// The property reg: one range, as four cells.
Property reg(mem::PhysAddr base, std::uint64_t size);

// The node most devices need: compatible, reg, interrupts and interrupt-parent.
DeviceTreeNode device_node(std::string_view kind, std::vector<std::string> compatible,
                           const Placement& placement);

}  // namespace vm::devices
