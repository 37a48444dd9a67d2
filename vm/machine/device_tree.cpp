#include "vm/machine/device_tree.h"

#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <libfdt.h>

#include "vm/base/check.h"

namespace vm::machine {
namespace {

constexpr std::size_t kFirstSize = 4096;

void append(std::vector<std::byte>& bytes, std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) {
        bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
}

void append(std::vector<std::byte>& bytes, const std::string& text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.c_str());
    bytes.insert(bytes.end(), first, first + text.size() + 1);
}

}  // namespace

DeviceTreeBuilder::DeviceTreeBuilder() : tree_(kFirstSize) {
    VM_CHECK(fdt_create(tree_.data(), static_cast<int>(tree_.size())) == 0);
    write([](void* tree) { return fdt_finish_reservemap(tree); });
}

// An error other than a lack of room is a wrong order of calls.
template <class Write>
void DeviceTreeBuilder::write(Write write) {
    int error = write(tree_.data());
    while (error == -FDT_ERR_NOSPACE) {
        std::vector<std::byte> larger(2 * tree_.size());
        VM_CHECK(fdt_resize(tree_.data(), larger.data(), static_cast<int>(larger.size())) == 0);
        tree_ = std::move(larger);
        error = write(tree_.data());
    }
    VM_CHECK(error == 0);
}

void DeviceTreeBuilder::begin_node(const std::string& name) {
    write([&](void* tree) { return fdt_begin_node(tree, name.c_str()); });
}

void DeviceTreeBuilder::end_node() {
    write([](void* tree) { return fdt_end_node(tree); });
}

void DeviceTreeBuilder::bytes(const std::string& name, std::span<const std::byte> value) {
    write([&](void* tree) {
        return fdt_property(tree, name.c_str(), value.data(), static_cast<int>(value.size()));
    });
}

void DeviceTreeBuilder::empty(const std::string& name) { bytes(name, {}); }

void DeviceTreeBuilder::text(const std::string& name, const std::string& value) { texts(name, {value}); }

void DeviceTreeBuilder::texts(const std::string& name, const std::vector<std::string>& values) {
    std::vector<std::byte> value;
    for (const std::string& text : values) {
        append(value, text);
    }
    bytes(name, value);
}

void DeviceTreeBuilder::cells(const std::string& name, const std::vector<std::uint32_t>& values) {
    std::vector<std::byte> value;
    for (const std::uint32_t cell : values) {
        append(value, cell, 4);
    }
    bytes(name, value);
}

void DeviceTreeBuilder::cells64(const std::string& name, const std::vector<std::uint64_t>& values) {
    std::vector<std::byte> value;
    for (const std::uint64_t number : values) {
        append(value, number, 8);
    }
    bytes(name, value);
}

void DeviceTreeBuilder::property(const devices::Property& property) {
    std::visit(
        [&](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, std::monostate>) {
                empty(property.name);
            } else if constexpr (std::is_same_v<Value, std::string>) {
                text(property.name, value);
            } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
                texts(property.name, value);
            } else {
                cells(property.name, value);
            }
        },
        property.value);
}

std::vector<std::byte> DeviceTreeBuilder::finish() && {
    write([](void* tree) { return fdt_finish(tree); });
    tree_.resize(fdt_totalsize(tree_.data()));
    return std::move(tree_);
}

std::string isa_string(const std::vector<std::string>& extensions) {
    std::string isa = "rv64";
    for (const std::string& extension : extensions) {
        isa += extension.size() == 1 ? extension : "_" + extension;
    }
    return isa;
}

namespace {

void write_chosen(DeviceTreeBuilder& tree, const Chosen& chosen) {
    tree.begin_node("chosen");
    if (not chosen.bootargs.empty()) {
        tree.text("bootargs", chosen.bootargs);
    }
    if (not chosen.stdout_path.empty()) {
        tree.text("stdout-path", chosen.stdout_path);
    }
    if (chosen.initrd) {
        tree.cells64("linux,initrd-start", {raw(chosen.initrd->start)});
        tree.cells64("linux,initrd-end", {raw(chosen.initrd->end)});
    }
    if (not chosen.rng_seed.empty()) {
        tree.bytes("rng-seed", chosen.rng_seed);
    }
    if (not chosen.console_size.empty()) {
        tree.text("vm,console-size", chosen.console_size);
    }
    tree.end_node();
}

void write_memory(DeviceTreeBuilder& tree, const BoardDescription& board) {
    tree.begin_node(fmt::format("memory@{:x}", raw(board.ram_base)));
    tree.text("device_type", "memory");
    tree.cells64("reg", {raw(board.ram_base), board.ram_size});
    tree.end_node();
}

void write_cpu(DeviceTreeBuilder& tree, const HartDescription& hart, unsigned number) {
    tree.begin_node(fmt::format("cpu@{:x}", number));
    tree.text("device_type", "cpu");
    tree.cells("reg", {number});
    tree.text("status", "okay");
    tree.text("compatible", "riscv");
    tree.text("riscv,isa", isa_string(hart.extensions));
    tree.text("riscv,isa-base", "rv64i");
    tree.texts("riscv,isa-extensions", hart.extensions);
    tree.text("mmu-type", hart.mmu_type);
    if (hart.cbom_block_size != 0) {
        tree.cells("riscv,cbom-block-size", {hart.cbom_block_size});
    }
    if (hart.cboz_block_size != 0) {
        tree.cells("riscv,cboz-block-size", {hart.cboz_block_size});
    }
    tree.begin_node("interrupt-controller");
    tree.cells("#interrupt-cells", {1});
    tree.empty("interrupt-controller");
    tree.text("compatible", "riscv,cpu-intc");
    tree.cells("phandle", {phandle::cpu_interrupts(number)});
    tree.end_node();
    tree.end_node();
}

void write_cpus(DeviceTreeBuilder& tree, const BoardDescription& board) {
    tree.begin_node("cpus");
    tree.cells("#address-cells", {1});
    tree.cells("#size-cells", {0});
    tree.cells("timebase-frequency", {kTimebaseFrequency});
    for (unsigned number = 0; number < board.harts; ++number) {
        write_cpu(tree, board.hart, number);
    }
    tree.end_node();
}

void write_devices(DeviceTreeBuilder& tree, std::span<const devices::DeviceTreeNode> nodes) {
    tree.begin_node("soc");
    tree.cells("#address-cells", {2});
    tree.cells("#size-cells", {2});
    tree.text("compatible", "simple-bus");
    tree.empty("ranges");
    for (const devices::DeviceTreeNode& node : nodes) {
        tree.begin_node(node.name);
        for (const devices::Property& property : node.properties) {
            tree.property(property);
        }
        tree.end_node();
    }
    tree.end_node();
}

}  // namespace

std::vector<std::byte> build_device_tree(const BoardDescription& board) {
    VM_CHECK(board.harts > 0 and board.harts <= kMaxHarts);
    DeviceTreeBuilder tree;
    tree.begin_node("");
    tree.cells("#address-cells", {2});
    tree.cells("#size-cells", {2});
    tree.text("compatible", "riscv-virtio");
    tree.text("model", "riscv-virtio,vm");
    write_chosen(tree, board.chosen);
    write_memory(tree, board);
    write_cpus(tree, board);
    write_devices(tree, board.devices);
    tree.end_node();
    return std::move(tree).finish();
}

namespace {

// Changes of /chosen in a tree that has room for them; remembers the first error.
class ChosenPatch {
  public:
    explicit ChosenPatch(void* tree) : tree_(tree), node_(fdt_path_offset(tree, "/chosen")) {
        if (node_ == -FDT_ERR_NOTFOUND) {
            node_ = fdt_add_subnode(tree, 0, "chosen");
        }
        error_ = node_ < 0 ? node_ : 0;
    }

    void text(const char* name, const std::string& value) {
        bytes(name, std::as_bytes(std::span(value.c_str(), value.size() + 1)));
    }
    void number(const char* name, std::uint64_t value) { note(fdt_setprop_u64(tree_, node_, name, value)); }
    void bytes(const char* name, std::span<const std::byte> value) {
        note(fdt_setprop(tree_, node_, name, value.data(), static_cast<int>(value.size())));
    }
    void remove(const char* name) {
        const int error = fdt_delprop(tree_, node_, name);
        note(error == -FDT_ERR_NOTFOUND ? 0 : error);
    }

    int error() const { return error_; }

  private:
    void note(int error) {
        if (error_ == 0) {
            error_ = error;
        }
    }

    void* tree_;
    int node_;
    int error_;
};

int patch_chosen(void* tree, const Chosen& chosen) {
    ChosenPatch patch(tree);
    if (not chosen.bootargs.empty()) {
        patch.text("bootargs", chosen.bootargs);
    }
    if (not chosen.stdout_path.empty()) {
        patch.text("stdout-path", chosen.stdout_path);
    }
    patch.remove("linux,initrd-start");
    patch.remove("linux,initrd-end");
    if (chosen.initrd) {
        patch.number("linux,initrd-start", raw(chosen.initrd->start));
        patch.number("linux,initrd-end", raw(chosen.initrd->end));
    }
    patch.remove("rng-seed");
    if (not chosen.rng_seed.empty()) {
        patch.bytes("rng-seed", chosen.rng_seed);
    }
    patch.remove("vm,console-size");
    if (not chosen.console_size.empty()) {
        patch.text("vm,console-size", chosen.console_size);
    }
    return patch.error();
}

}  // namespace

Result<std::vector<std::byte>> patch_device_tree(std::span<const std::byte> tree, std::string_view name,
                                                 const Chosen& chosen) {
    if (tree.size() > kMaxDeviceTree) {
        return fail("device tree '{}' has {} bytes, at most {} are supported", name, tree.size(),
                    kMaxDeviceTree);
    }
    if (const int error = fdt_check_full(tree.data(), tree.size()); error != 0) {
        return fail("'{}' is not a flattened device tree: {} (compile sources with dtc -O dtb)", name,
                    fdt_strerror(error));
    }
    constexpr std::size_t kRoom = 1024;
    std::vector<std::byte> patched(tree.size() + chosen.bootargs.size() + chosen.stdout_path.size() +
                                   chosen.rng_seed.size() + kRoom);
    int error = fdt_open_into(tree.data(), patched.data(), static_cast<int>(patched.size()));
    if (error == 0) {
        error = patch_chosen(patched.data(), chosen);
    }
    if (error == 0) {
        error = fdt_pack(patched.data());
    }
    if (error != 0) {
        return fail("cannot write /chosen into device tree '{}': {}", name, fdt_strerror(error));
    }
    patched.resize(fdt_totalsize(patched.data()));
    return patched;
}

}  // namespace vm::machine
