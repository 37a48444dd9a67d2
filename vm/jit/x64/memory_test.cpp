// Accesses whose bases or ends lie where no memory is.
#include <gtest/gtest.h>

#include "vm/ir/parse.h"
#include "vm/jit/x64/block_runner.h"

namespace vm::jit::x64 {
namespace {

ir::Block parsed(std::string_view text) {
    auto block = ir::parse(text);
    EXPECT_TRUE(block.has_value()) << block.error().message;
    return block ? *block : ir::Block{};
}

// Into the page from a base that x0 holds.
constexpr std::string_view kLeadsBack =
    "slot x0 = i64 0\n"
    "slot x1 = i64 8\n"
    "x1 <- 7\n"
    "%0 = get i64 x0\n"
    "%1 = load i64 u64 [%0 + 65600] @ pc=0x1004 retired=1\n"
    "x1 <- %1\n"
    "goto @ pc=0x1008 retired=2\n";

ir::World world_of_base(std::uint64_t base) {
    ir::World world = make_world(1);
    std::memcpy(world.state.data(), &base, sizeof base);
    return world;
}

TEST_F(LoweringTest, ABaseOutsideOfMemoryEndsTheRunEvenIfTheOffsetLeadsBack) {
    const ir::Block block = parsed(kLeadsBack);
    ASSERT_TRUE(runner_.compile(block).has_value());
    ir::World world = world_of_base(0 - std::uint64_t{16});
    const ir::Departure departure = runner_.run(world);
    EXPECT_EQ(departure.kind, ir::Departure::Kind::fault);
    EXPECT_EQ(departure.pc, 0x1004U);
    EXPECT_EQ(departure.retired, 1U);
    EXPECT_EQ(world.state[8], 7);
}

TEST_F(TrustingLoweringTest, ABaseOutsideOfMemoryIsUsedWhereNobodyLooksAtIt) {
    const ir::Block block = parsed(kLeadsBack);
    ASSERT_TRUE(runner_.compile(block).has_value());
    ir::World world = world_of_base(0 - std::uint64_t{16});
    std::uint64_t expected = 0;
    std::memcpy(&expected, world.memory.data() + 65600 - 16 - kBase, sizeof expected);
    EXPECT_EQ(runner_.run(world).pc, 0x1008U);
    std::uint64_t found = 0;
    std::memcpy(&found, world.state.data() + 8, sizeof found);
    EXPECT_EQ(found, expected);
}

TEST_F(TrustingLoweringTest, AnAccessThatFailsInHardwareEndsTheRunThere) {
    const ir::Block block = parsed(kLeadsBack);
    ASSERT_TRUE(runner_.compile(block).has_value());
    ir::World world = world_of_base(std::uint64_t{1} << 63);  // no address of the host's
    const ir::Departure departure = runner_.run(world);
    EXPECT_EQ(departure.kind, ir::Departure::Kind::fault);
    EXPECT_EQ(departure.pc, 0x1004U);
}

// Around the page, and around where addresses end.
std::vector<std::uint64_t> edges() {
    std::vector<std::uint64_t> result;
    for (const std::uint64_t middle :
         {kBase, kBase + kMemory, std::uint64_t{0}, kReach, kReach + kGuardBytes, std::uint64_t{1} << 63}) {
        for (std::uint64_t distance = 0; distance < 18; ++distance) result.push_back(middle + distance - 9);
    }
    return result;
}

std::string accesses(std::string_view base, std::string_view kind) {
    return fmt::format(
        "slot x0 = i64 0\n"
        "slot x1 = i64 8\n"
        "slot x2 = i64 16\n"
        "%0 = get i64 x0\n"
        "%1 = get i64 x2\n"
        "%2 = low i32 %1\n"
        "%3 = load i64 {1} [{0}] @ pc=0x1004 retired=1\n"
        "x1 <- %3\n"
        "store {1} [{0} + 1], {2} @ pc=0x1008 retired=2\n"
        "store {1} [{0}], {3} @ pc=0x100c retired=3\n"
        "goto @ pc=0x1010 retired=4\n",
        base, kind, kind == "u64" ? "%1" : "%2", kind == "u64" ? "0x1122334455667788" : "0x99aabbcc:i32");
}

template <class Compare>
void at_all_edges(Compare compare) {
    for (const std::string_view kind : {"u8", "u16", "u32", "u64"}) {
        for (const std::uint64_t address : edges()) {
            compare(parsed(accesses("%0", kind)), address);
            compare(parsed(accesses(fmt::format("{:#x}", address), kind)), address);
        }
    }
}

TEST_F(LoweringTest, AccessesAtTheEdgesOfMemoryFailAsTheyMust) {
    at_all_edges([&](const ir::Block& block, std::uint64_t address) { expect_at(block, address); });
}

TEST_F(TranslatedLoweringTest, AccessesAtTheEdgesOfThePageFailAsTheyMust) {
    at_all_edges([&](const ir::Block& block, std::uint64_t address) { expect_at(block, address); });
}

}  // namespace
}  // namespace vm::jit::x64
