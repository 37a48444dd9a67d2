#include "vm/machine/device_tree.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libfdt.h>

namespace vm::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Cells = std::vector<std::uint32_t>;

// Reads a tree back, by paths from the root.
class Tree {
  public:
    explicit Tree(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {
        EXPECT_EQ(fdt_check_full(bytes_.data(), bytes_.size()), 0);
    }

    bool has_node(const char* path) const { return fdt_path_offset(bytes_.data(), path) >= 0; }
    bool has(const char* path, const char* name) const { return property(path, name).data() != nullptr; }

    std::string text(const char* path, const char* name) const {
        const auto value = property(path, name);
        const std::string all(reinterpret_cast<const char*>(value.data()), value.size());
        EXPECT_TRUE(all.ends_with('\0')) << path << " " << name;
        return all.substr(0, all.size() - 1);
    }
    Cells cells(const char* path, const char* name) const {
        Cells cells;
        for (auto value = property(path, name); value.size() >= 4; value = value.subspan(4)) {
            cells.push_back(fdt32_ld(reinterpret_cast<const fdt32_t*>(value.data())));
        }
        return cells;
    }
    std::span<const std::byte> property(const char* path, const char* name) const {
        int size = 0;
        const int node = fdt_path_offset(bytes_.data(), path);
        const auto* value = static_cast<const std::byte*>(fdt_getprop(bytes_.data(), node, name, &size));
        return value == nullptr ? std::span<const std::byte>{}
                                : std::span(value, static_cast<std::size_t>(size));
    }
    const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

BoardDescription two_harts() {
    BoardDescription board;
    board.ram_size = 0x1'4000'0000;
    board.harts = 2;
    board.hart = {.extensions = {"i", "m", "zicsr", "zba"}, .mmu_type = "riscv,sv48"};
    return board;
}

Chosen everything() {
    return {.bootargs = "console=ttyS0",
            .stdout_path = "/soc/serial@10000000",
            .initrd = Initrd{mem::PhysAddr{0x8400'0000}, mem::PhysAddr{0x8400'1234}},
            .rng_seed = {std::byte{1}, std::byte{2}},
            .console_size = "24 80"};
}

TEST(DeviceTreeBuilder, WritesEveryKindOfProperty) {
    DeviceTreeBuilder builder;
    builder.begin_node("");
    builder.property({"none", std::monostate{}});
    builder.property({"text", std::string("one")});
    builder.property({"texts", std::vector<std::string>{"one", "two"}});
    builder.property({"cells", Cells{1, 0x80000000}});
    builder.cells64("wide", {0x1'0000'0002});
    builder.end_node();
    const Tree tree(std::move(builder).finish());
    EXPECT_TRUE(tree.has("/", "none"));
    EXPECT_EQ(tree.property("/", "none").size(), 0U);
    EXPECT_EQ(tree.text("/", "text"), "one");
    EXPECT_EQ(tree.text("/", "texts"), std::string("one\0two", 7));
    EXPECT_THAT(tree.cells("/", "cells"), ElementsAre(1, 0x80000000));
    EXPECT_THAT(tree.cells("/", "wide"), ElementsAre(1, 2));
}

TEST(DeviceTreeBuilder, GrowsWithWhatIsWritten) {
    DeviceTreeBuilder builder;
    builder.begin_node("");
    for (int i = 0; i < 1000; ++i) {
        builder.begin_node("node" + std::to_string(i));
        builder.text("compatible", std::string(100, 'c'));
        builder.end_node();
    }
    builder.end_node();
    const Tree tree(std::move(builder).finish());
    EXPECT_EQ(tree.text("/node999", "compatible"), std::string(100, 'c'));
}

TEST(DeviceTree, SaysWhatBoardItIs) {
    const Tree tree(build_device_tree(two_harts()));
    EXPECT_EQ(tree.text("/", "compatible"), "riscv-virtio");
    EXPECT_EQ(tree.text("/", "model"), "riscv-virtio,vm");
}

TEST(DeviceTree, MemoryHasItsAddressAndSizeInTwoCellsEach) {
    const Tree tree(build_device_tree(two_harts()));
    EXPECT_EQ(tree.text("/memory@80000000", "device_type"), "memory");
    EXPECT_THAT(tree.cells("/memory@80000000", "reg"), ElementsAre(0, 0x80000000, 1, 0x40000000));
}

TEST(DeviceTree, EveryHartHasItsNumberAndAnInterruptController) {
    const Tree tree(build_device_tree(two_harts()));
    EXPECT_THAT(tree.cells("/cpus", "timebase-frequency"), ElementsAre(10'000'000));
    EXPECT_THAT(tree.cells("/cpus/cpu@1", "reg"), ElementsAre(1));
    EXPECT_EQ(tree.text("/cpus/cpu@1", "mmu-type"), "riscv,sv48");
    EXPECT_THAT(tree.cells("/cpus/cpu@0/interrupt-controller", "phandle"),
                ElementsAre(phandle::cpu_interrupts(0)));
    EXPECT_THAT(tree.cells("/cpus/cpu@1/interrupt-controller", "phandle"),
                ElementsAre(phandle::cpu_interrupts(1)));
    EXPECT_FALSE(tree.has_node("/cpus/cpu@2"));
}

TEST(DeviceTree, ExtensionsStandInBothForms) {
    const Tree tree(build_device_tree(two_harts()));
    EXPECT_EQ(tree.text("/cpus/cpu@0", "riscv,isa"), "rv64im_zicsr_zba");
    EXPECT_EQ(tree.text("/cpus/cpu@0", "riscv,isa-base"), "rv64i");
    EXPECT_EQ(tree.text("/cpus/cpu@0", "riscv,isa-extensions"), std::string("i\0m\0zicsr\0zba", 13));
}

TEST(DeviceTree, CacheBlockSizesAreSaidOfThoseWhoHaveThem) {
    BoardDescription board = two_harts();
    board.hart.cboz_block_size = 64;
    const Tree tree(build_device_tree(board));
    EXPECT_THAT(tree.cells("/cpus/cpu@0", "riscv,cboz-block-size"), ElementsAre(64));
    EXPECT_FALSE(tree.has("/cpus/cpu@0", "riscv,cbom-block-size"));
}

TEST(DeviceTree, PhandlesOfTheBoardDiffer) {
    EXPECT_GT(phandle::kPlic, phandle::cpu_interrupts(kMaxHarts - 1));
    EXPECT_NE(phandle::kPlic, phandle::kTestFinisher);
}

TEST(DeviceTree, DevicesLieBelowTheBusInTheirOrder) {
    const std::vector<devices::DeviceTreeNode> nodes{
        {"serial@10000000", {{"compatible", std::string("ns16550a")}, {"interrupts", Cells{10}}}},
        {"rtc@101000", {}}};
    BoardDescription board = two_harts();
    board.devices = nodes;
    const Tree tree(build_device_tree(board));
    EXPECT_EQ(tree.text("/soc", "compatible"), "simple-bus");
    EXPECT_TRUE(tree.has("/soc", "ranges"));
    EXPECT_EQ(tree.text("/soc/serial@10000000", "compatible"), "ns16550a");
    EXPECT_THAT(tree.cells("/soc/serial@10000000", "interrupts"), ElementsAre(10));
    EXPECT_TRUE(tree.has_node("/soc/rtc@101000"));
}

TEST(DeviceTree, ChosenTellsTheKernelWhatItWasGiven) {
    BoardDescription board = two_harts();
    board.chosen = everything();
    const Tree tree(build_device_tree(board));
    EXPECT_EQ(tree.text("/chosen", "bootargs"), "console=ttyS0");
    EXPECT_EQ(tree.text("/chosen", "stdout-path"), "/soc/serial@10000000");
    EXPECT_THAT(tree.cells("/chosen", "linux,initrd-start"), ElementsAre(0, 0x8400'0000));
    EXPECT_THAT(tree.cells("/chosen", "linux,initrd-end"), ElementsAre(0, 0x8400'1234));
    EXPECT_THAT(tree.property("/chosen", "rng-seed"), ElementsAre(std::byte{1}, std::byte{2}));
    EXPECT_EQ(tree.text("/chosen", "vm,console-size"), "24 80");
}

TEST(DeviceTree, ChosenSaysNothingOfWhatIsAbsent) {
    const Tree tree(build_device_tree(two_harts()));
    ASSERT_TRUE(tree.has_node("/chosen"));
    for (const char* name :
         {"bootargs", "stdout-path", "linux,initrd-start", "rng-seed", "vm,console-size"}) {
        EXPECT_FALSE(tree.has("/chosen", name)) << name;
    }
}

TEST(PatchDeviceTree, WritesChosenIntoATreeWithoutOne) {
    DeviceTreeBuilder builder;
    builder.begin_node("");
    builder.text("model", "given");
    builder.end_node();
    const auto patched = patch_device_tree(std::move(builder).finish(), "a.dtb", everything());
    ASSERT_TRUE(patched) << patched.error().message;
    const Tree tree(*patched);
    EXPECT_EQ(tree.text("/", "model"), "given");
    EXPECT_EQ(tree.text("/chosen", "bootargs"), "console=ttyS0");
    EXPECT_EQ(tree.text("/chosen", "vm,console-size"), "24 80");
    EXPECT_THAT(tree.cells("/chosen", "linux,initrd-start"), ElementsAre(0, 0x8400'0000));
}

TEST(PatchDeviceTree, KeepsTheBootArgumentsAndForgetsTheInitrdThatAreNotGiven) {
    BoardDescription board = two_harts();
    board.chosen = everything();
    const auto patched = patch_device_tree(build_device_tree(board), "a.dtb", {});
    ASSERT_TRUE(patched) << patched.error().message;
    const Tree tree(*patched);
    EXPECT_EQ(tree.text("/chosen", "bootargs"), "console=ttyS0");
    EXPECT_FALSE(tree.has("/chosen", "linux,initrd-start"));
    EXPECT_FALSE(tree.has("/chosen", "rng-seed"));
    EXPECT_FALSE(tree.has("/chosen", "vm,console-size"));
}

TEST(PatchDeviceTree, HasRoomForLongBootArguments) {
    const std::string bootargs(4000, 'a');
    Chosen chosen;
    chosen.bootargs = bootargs;
    const auto patched = patch_device_tree(build_device_tree(two_harts()), "a.dtb", chosen);
    ASSERT_TRUE(patched) << patched.error().message;
    EXPECT_EQ(Tree(*patched).text("/chosen", "bootargs"), bootargs);
}

TEST(PatchDeviceTree, RefusesWhatIsNoTree) {
    const std::vector<std::byte> nothing;
    EXPECT_THAT(patch_device_tree(nothing, "a.dtb", {}).error().message,
                StartsWith("'a.dtb' is not a flattened device tree: "));
    const std::vector<std::byte> zeros(100);
    EXPECT_THAT(patch_device_tree(zeros, "a.dtb", {}).error().message, HasSubstr("FDT_ERR_BADMAGIC"));
}

TEST(PatchDeviceTree, RefusesATreeCutShortAnywhere) {
    const auto tree = build_device_tree(two_harts());
    for (std::size_t size = 0; size < tree.size(); ++size) {
        const std::vector<std::byte> cut(tree.begin(), tree.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(patch_device_tree(cut, "a.dtb", {})) << size;
    }
}

TEST(PatchDeviceTree, EveryDamagedByteIsRefusedOrHarmless) {
    const auto tree = build_device_tree(two_harts());
    for (std::size_t at = 0; at < tree.size(); ++at) {
        auto damaged = tree;
        damaged[at] ^= std::byte{0xff};
        const auto patched = patch_device_tree(damaged, "a.dtb", everything());
        EXPECT_TRUE(patched or not patched.error().message.empty()) << at;
    }
}

TEST(PatchDeviceTree, RefusesATreeThatKernelsWouldNotMap) {
    const std::vector<std::byte> large(kMaxDeviceTree + 1);
    EXPECT_THAT(patch_device_tree(large, "a.dtb", {}).error().message,
                HasSubstr("has 1048577 bytes, at most 1048576 are supported"));
}

}  // namespace
}  // namespace vm::machine
