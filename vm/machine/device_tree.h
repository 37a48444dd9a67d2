#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"
#include "vm/devices/device_tree_node.h"
#include "vm/machine/memory_map.h"
#include "vm/mem/address.h"

namespace vm::machine {

// Flattened device trees (Devicetree Specification 0.4, 5), written in order.
class DeviceTreeBuilder {
  public:
    DeviceTreeBuilder();

    // The root's name is empty.
    void begin_node(const std::string& name);
    void end_node();

    void empty(const std::string& name);
    void text(const std::string& name, const std::string& value);
    void texts(const std::string& name, const std::vector<std::string>& values);
    // Numbers of 32 bits, or of 64 in two cells each; big-endian in the tree.
    void cells(const std::string& name, const std::vector<std::uint32_t>& values);
    void cells64(const std::string& name, const std::vector<std::uint64_t>& values);
    void bytes(const std::string& name, std::span<const std::byte> value);
    void property(const devices::Property& property);

    // Every node was ended.
    std::vector<std::byte> finish() &&;

  private:
    // Writes something into the tree, which is made larger for as long as it does not fit.
    template <class Write>
    void write(Write write);

    std::vector<std::byte> tree_;
};

// Phandles the board's nodes refer to one another by.
namespace phandle {
constexpr std::uint32_t cpu_interrupts(unsigned hart) { return 1 + hart; }
inline constexpr std::uint32_t kPlic = 1 + kMaxHarts;
inline constexpr std::uint32_t kTestFinisher = kPlic + 1;
}  // namespace phandle

// A file that the kernel unpacks or mounts as its first root, [start, end) in memory.
struct Initrd {
    mem::PhysAddr start;
    mem::PhysAddr end;
};

// What /chosen tells the kernel. What is empty or absent is not said.
struct Chosen {
    std::string bootargs;
    std::string stdout_path;
    std::optional<Initrd> initrd;
    std::vector<std::byte> rng_seed;
    std::string console_size{};  // rows and columns, "24 80": vm,console-size, a property of our own
};

// The harts, all alike: "i", "m", ... and names of more letters in the order of an ISA string; the name of
// the largest page-table format ("riscv,sv48"); bytes that one instruction of Zicbom and Zicboz concerns, 0
// without.
struct HartDescription {
    std::vector<std::string> extensions;
    std::string mmu_type = "riscv,none";
    std::uint32_t cbom_block_size = 0;
    std::uint32_t cboz_block_size = 0;
};

struct BoardDescription {
    mem::PhysAddr ram_base = kRamBase;
    std::uint64_t ram_size = kDefaultMemory;
    unsigned harts = 1;  // at most kMaxHarts
    HartDescription hart;
    Chosen chosen;
    std::span<const devices::DeviceTreeNode> devices;  // below /soc
};

// "rv64imafdc_zicsr_zba": the ISA string of extensions, which the old property riscv,isa holds.
std::string isa_string(const std::vector<std::string>& extensions);

// The tree of a board that is, to programs, QEMU's `virt`, by another name of the model.
std::vector<std::byte> build_device_tree(const BoardDescription& board);

// Trees larger than this are refused: kernels map no more of one before they know their memory.
inline constexpr std::size_t kMaxDeviceTree = std::size_t{1} << 20;

// A copy of a given tree, checked throughout, with what /chosen says replaced: boot arguments and standard
// output where given here, the others in any case. `name` is what messages call the tree.
Result<std::vector<std::byte>> patch_device_tree(std::span<const std::byte> tree, std::string_view name,
                                                 const Chosen& chosen);

}  // namespace vm::machine
