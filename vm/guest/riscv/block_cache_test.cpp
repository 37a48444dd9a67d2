#include "vm/guest/riscv/block_cache.h"

#include <array>
#include <memory>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

struct FakeMemory {
    static constexpr bool kRemapsCode = true;
};
using TestOp = Op<FakeMemory>;

constexpr std::uint64_t kPc = 0x4000'0100;
constexpr std::uint64_t kSpace = std::uint64_t{5} << 48;
constexpr std::uint64_t kOtherSpace = std::uint64_t{6} << 48;

class CodeSpaceTest : public ::testing::Test {
  protected:
    // The host page of that number, and a byte in it.
    const std::byte* code(std::size_t page, std::size_t offset = 0x100) const {
        return pages_->bytes.data() + page * mem::kPageSize + offset;
    }
    static TestOp op_at(std::uint64_t pc) {
        TestOp op;
        op.pc = pc;
        return op;
    }

    struct alignas(mem::kPageSize) Pages {
        std::array<std::byte, 2 * mem::kPageSize> bytes{};
    };
    std::unique_ptr<Pages> pages_ = std::make_unique<Pages>();
    std::unique_ptr<CodeSpace<FakeMemory>> space_ = std::make_unique<CodeSpace<FakeMemory>>();
    TestOp first_ = op_at(kPc);
    TestOp second_ = op_at(kPc + 0x1000);
};

TEST_F(CodeSpaceTest, TargetIsKnownInTheAddressSpaceItWasMetIn) {
    EXPECT_EQ(space_->recent(kPc, kSpace), nullptr);
    space_->remember(kPc, kSpace, &first_);
    EXPECT_EQ(space_->recent(kPc, kSpace), &first_);
    EXPECT_EQ(space_->recent(kPc, kOtherSpace), nullptr);
    EXPECT_EQ(space_->recent(kPc + 2, kSpace), nullptr);
}

TEST_F(CodeSpaceTest, AddressThatIsNotCanonicalFindsNoOtherSpacesTarget) {
    space_->remember(kPc, kSpace, &first_);
    EXPECT_EQ(space_->recent(kPc ^ kSpace ^ kOtherSpace, kOtherSpace), nullptr);
}

TEST_F(CodeSpaceTest, FenceOnOnePageForgetsItsTargets) {
    space_->remember(kPc, 0, &first_);
    space_->forget_targets(kPc + 0x1000);
    EXPECT_EQ(space_->recent(kPc, 0), &first_);
    space_->forget_targets(kPc & ~std::uint64_t{0xfff});
    EXPECT_EQ(space_->recent(kPc, 0), nullptr);
}

TEST_F(CodeSpaceTest, FenceOnThePageWhereAnInstructionEndsForgetsItToo) {
    TestOp crossing = op_at(0x4000'0ffe);
    space_->remember(crossing.pc, 0, &crossing);
    space_->forget_targets(0x4000'1000);
    EXPECT_EQ(space_->recent(crossing.pc, 0), nullptr);
}

TEST_F(CodeSpaceTest, FenceOnAnyAddressOfASuperpageForgetsItsTargets) {
    space_->remember(kPc, 0, &first_, 21);
    for (const std::uint64_t apart :
         {0x20'0000U, 0x100'0000U}) {  // the latter: as many pages as are told apart
        EXPECT_FALSE(space_->forget_targets(kPc + apart));
        EXPECT_EQ(space_->recent(kPc, 0), &first_);
    }
    EXPECT_TRUE(space_->forget_targets(kPc + 0x3000));
    EXPECT_EQ(space_->recent(kPc, 0), nullptr);
    space_->remember(kPc, 0, &first_, 30);
    space_->forget_targets(kPc + 0x20'0000);
    EXPECT_EQ(space_->recent(kPc, 0), nullptr);
}

TEST_F(CodeSpaceTest, BlockIsKnownByItsAddressAndItsBytesAndOutlivesTheFence) {
    space_->add(kPc, code(0), &first_);
    space_->forget_targets();
    EXPECT_EQ(space_->find(kPc, code(0)), &first_);
    EXPECT_EQ(space_->find(kPc, code(1)), nullptr);
    EXPECT_EQ(space_->find(kPc + 0x1000, code(0)), nullptr);
}

TEST_F(CodeSpaceTest, OverwrittenPageDropsItsBlocksUnderEveryAddress) {
    TestOp alias = op_at(kPc + 0x5000);
    space_->add(kPc, code(0), &first_);
    space_->add(alias.pc, code(0), &alias);
    space_->add(second_.pc, code(1), &second_);
    space_->remember(second_.pc, 0, &second_);
    space_->drop(code(0, 0));
    EXPECT_EQ(space_->find(kPc, code(0)), nullptr);
    EXPECT_EQ(space_->find(alias.pc, code(0)), nullptr);
    EXPECT_EQ(space_->find(second_.pc, code(1)), &second_);
    EXPECT_EQ(space_->recent(second_.pc, 0), nullptr);  // met again, it is found
}

TEST_F(CodeSpaceTest, PageHasOneNumberAsLongAsItsBytesStayAndItsAddressLeadsThere) {
    const std::uint32_t number = space_->page(kPc, code(0));
    EXPECT_NE(number, 0U);
    EXPECT_EQ(space_->page(kPc + 0x40, code(0, 0x140)), number);
    EXPECT_NE(space_->page(kPc, code(1)), number);
    EXPECT_NE(space_->page(kPc + 0x1000, code(0)), number);
    space_->add(kPc, code(0), &first_);
    space_->drop(code(0));
    EXPECT_NE(space_->page(kPc, code(0)), number);
}

TEST_F(CodeSpaceTest, ClearForgetsBlocksAndTargets) {
    space_->add(kPc, code(0), &first_);
    space_->remember(kPc, 0, &first_);
    space_->clear();
    EXPECT_EQ(space_->find(kPc, code(0)), nullptr);
    EXPECT_EQ(space_->recent(kPc, 0), nullptr);
}

TEST(OpArena, RunsLieOneBehindTheOtherAndStayPut) {
    OpArena<FakeMemory> arena;
    TestOp* const first = arena.reserve(65);
    arena.keep(3);
    first[2].pc = 7;
    EXPECT_EQ(arena.reserve(65), first + 3);
    arena.keep(2);
    for (int run = 0; run < 100; ++run) {
        arena.reserve(65);
        arena.keep(65);
    }
    EXPECT_EQ(first[2].pc, 7U);
}

TEST(OpArena, IsFullAfterSoMuchAndEmptyAfterClear) {
    OpArena<FakeMemory> arena;
    std::size_t kept = 0;
    while (not arena.full()) {
        arena.reserve(64);
        arena.keep(64);
        kept += 64;
    }
    EXPECT_GT(kept * sizeof(TestOp), std::size_t{60} << 20);
    arena.clear();
    EXPECT_FALSE(arena.full());
}

}  // namespace
}  // namespace vm::guest::riscv
