#include "vm/native/gdb_jit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/native/test_object.h"

namespace vm::native {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GdbJitTest : public ::testing::Test {
  protected:
    static jit::NativeBlock block(std::uint64_t pc, std::uint64_t address) {
        jit::NativeBlock block;
        block.pc = pc;
        block.address = address;
        block.code.resize(16);
        return block;
    }
    void compile(const jit::NativeBlock& block) { gdb_->compiled({request_, ir_, ir_}, block, {}); }

    // What a debugger reads: the names of the objects in the list, both ways through which it leads.
    static std::vector<std::string> listed() {
        std::vector<std::string> names;
        const GdbJitEntry* previous = nullptr;
        for (const GdbJitEntry* at = __jit_debug_descriptor.first; at != nullptr; at = at->next) {
            EXPECT_EQ(at->previous, previous);
            const auto symbol = testing::symbol_of(
                {reinterpret_cast<const std::byte*>(at->object), static_cast<std::size_t>(at->object_size)});
            names.push_back(symbol ? symbol->name : "malformed");
            previous = at;
        }
        return names;
    }

    engine::NativeRequest request_;
    ir::Block ir_;
    SymbolTable symbols_;
    std::unique_ptr<GdbJit> gdb_ = std::make_unique<GdbJit>(symbols_);
};

TEST_F(GdbJitTest, ListsAnObjectForEachBlockAndSaysWhichIsNew) {
    EXPECT_EQ(__jit_debug_descriptor.version, 1u);
    compile(block(0x1000, 0x7f0000001000));
    compile(block(0x2000, 0x7f0000002000));
    EXPECT_THAT(listed(), ElementsAre("rv:0x2000", "rv:0x1000"));
    EXPECT_EQ(__jit_debug_descriptor.action, 1u);
    EXPECT_EQ(__jit_debug_descriptor.relevant, __jit_debug_descriptor.first);
}

TEST_F(GdbJitTest, StrikesTheObjectOfCodeThatIsDropped) {
    for (const std::uint32_t pc : {0x1000U, 0x2000U, 0x3000U}) compile(block(pc, pc));
    gdb_->dropped(block(0x2000, 0x2000));
    EXPECT_EQ(__jit_debug_descriptor.action, 2u);
    EXPECT_THAT(listed(), ElementsAre("rv:0x3000", "rv:0x1000"));
    gdb_->dropped(block(0x3000, 0x3000));
    EXPECT_THAT(listed(), ElementsAre("rv:0x1000"));
}

TEST_F(GdbJitTest, ListsWhatBlocksShareAsLongAsItIsThere) {
    jit::Stubs stubs;
    stubs.leave = 0x7f0000001000;
    stubs.serve = 0x7f0000001040;
    gdb_->stubs_made(stubs, 0x7f0000001060);
    EXPECT_THAT(listed(), ElementsAre("vm:leave", "vm:serve"));
    gdb_->stubs_dropped(stubs);
    EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(GdbJitTest, LeavesNothingBehind) {
    for (const std::uint32_t pc : {0x1000U, 0x2000U}) compile(block(pc, pc));
    gdb_.reset();
    EXPECT_THAT(listed(), IsEmpty());
}

}  // namespace
}  // namespace vm::native
