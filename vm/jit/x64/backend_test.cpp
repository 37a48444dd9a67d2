#include "vm/jit/x64/backend.h"

#include <array>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/ir/builder.h"
#include "vm/jit/code_memory.h"
#include "vm/jit/code_observer.h"
#include "vm/jit/x64/runtime.h"

namespace vm::jit::x64 {
namespace {

constexpr std::uint64_t kPc = 0x1000;
constexpr ir::Slot kX = ir::make_slot("x", 0, ir::Type::i64);  // has a home
constexpr ir::Slot kY = ir::make_slot("y", 8, ir::Type::i64);  // has none

class BackendTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (const auto supported = host_supported(); not supported) GTEST_SKIP() << supported.error().message;
        backend_ = make_backend(abi_, MemoryModel{}).value();
        used_ = align_up(backend_->make_stubs(code_.writable(), code_.address(0), code_.size()).value(), 16);
    }

    // Adds 1 to x and 2 to y, and goes on at `next`; returns where that is compiled.
    const std::byte* compile(NativeBlock& native, std::uint64_t next) {
        ir::Block block;
        ir::Builder builder(block);
        builder.instruction({kPc, 0});
        const auto add = [&](const ir::Slot& slot, std::uint64_t number) {
            const auto index = builder.slot(slot);
            builder.set(index, builder.add(builder.get(index), builder.i64(number)));
        };
        add(kX, 1);
        builder.instruction({kPc + 4, 1});
        add(kY, 2);
        builder.goto_({next, 2});
        EXPECT_TRUE(backend_->compile(block, kPc, code_.address(used_), native).has_value());
        offset_ = used_;
        std::memcpy(code_.writable() + used_, native.code.data(), native.code.size());
        used_ = align_up(used_ + native.code.size(), 16);
        return code_.executable() + offset_;
    }

    NativeExit run(const std::byte* entry, std::int64_t countdown) {
        NativeRun run;
        run.state = reinterpret_cast<std::byte*>(state_.data());
        backend_->stubs().enter(&run, entry, nullptr, countdown);
        return run.exit;
    }

    EdgeAbi abi_{0, std::array<std::uint32_t, 1>{0}, std::array<std::uint32_t, 0>{}};
    CodeMemory code_ = CodeMemory::create(1 << 16).value();
    std::unique_ptr<Backend> backend_;
    std::size_t used_ = 0;
    std::size_t offset_ = 0;  // of the block that was compiled last
    std::array<std::uint64_t, 2> state_{10, 20};
};

TEST_F(BackendTest, AnExitSaysWhereTheGuestGoesOnAndTakesItsInstructionsOffTheCountdown) {
    NativeBlock native;
    const NativeExit exit = run(compile(native, 0x2000), 100);
    EXPECT_EQ(exit.kind, NativeExit::Kind::site);
    EXPECT_EQ(exit.site->pc, 0x2000U);
    EXPECT_EQ(exit.countdown, 98);
    EXPECT_EQ(state_, (std::array<std::uint64_t, 2>{11, 22}));
}

TEST_F(BackendTest, ABlockThatTheCountdownDoesNotCoverIsNotEntered) {
    NativeBlock native;
    const NativeExit exit = run(compile(native, 0x2000), 1);
    EXPECT_EQ(exit.kind, NativeExit::Kind::budget);
    EXPECT_EQ(exit.pc, kPc);
    EXPECT_EQ(exit.countdown, 1);
    EXPECT_EQ(state_, (std::array<std::uint64_t, 2>{10, 20}));
}

TEST_F(BackendTest, ALinkedExitLeadsToOtherCompiledCode) {
    NativeBlock first;
    const std::byte* const entry = compile(first, 0x2000);
    const std::size_t first_offset = offset_;
    NativeBlock second;
    const std::byte* const other = compile(second, 0x3000);
    backend_->link(first.sites[0], code_.writable() + first_offset, reinterpret_cast<std::uint64_t>(other));
    const NativeExit exit = run(entry, 100);
    EXPECT_EQ(exit.site->pc, 0x3000U);
    EXPECT_EQ(exit.countdown, 96);
    EXPECT_EQ(state_, (std::array<std::uint64_t, 2>{12, 24}));
}

TEST_F(BackendTest, AnExitThatIsUnlinkedIsOneAgain) {
    NativeBlock native;
    const std::byte* const entry = compile(native, kPc);
    std::byte* const writable = code_.writable() + offset_;
    backend_->link(native.sites[0], writable, reinterpret_cast<std::uint64_t>(entry));
    backend_->unlink(native.sites[0], writable);
    const NativeExit exit = run(entry, 100);
    EXPECT_EQ(exit.kind, NativeExit::Kind::site);
    EXPECT_EQ(exit.countdown, 98);
}

TEST_F(BackendTest, ALoopOfCompiledCodeEndsWithTheCountdown) {
    NativeBlock native;
    const std::byte* const entry = compile(native, kPc);
    backend_->link(native.sites[0], code_.writable() + offset_, reinterpret_cast<std::uint64_t>(entry));
    const NativeExit exit = run(entry, 2001);
    EXPECT_EQ(exit.kind, NativeExit::Kind::budget);
    EXPECT_EQ(exit.countdown, 1);
    EXPECT_EQ(state_, (std::array<std::uint64_t, 2>{1010, 2020}));
}

TEST_F(BackendTest, WhereSomebodyObservesTheCodeSaysWhatItIsFor) {
    NativeBlock unobserved;
    compile(unobserved, 0x2000);
    EXPECT_TRUE(unobserved.marks.empty());
    CodeObserver nobody;
    backend_ = make_backend(abi_, MemoryModel{}, &nobody).value();
    used_ = align_up(backend_->make_stubs(code_.writable(), code_.address(0), code_.size()).value(), 16);
    NativeBlock native;
    compile(native, 0x2000);
    EXPECT_EQ(native.code.size(), unobserved.code.size());
    std::vector<Mark::Kind> kinds;
    std::uint32_t before = 0;
    for (const Mark& mark : native.marks) {
        EXPECT_LE(before, mark.host_offset);
        before = mark.host_offset;
        if (kinds.empty() or kinds.back() != mark.kind) kinds.push_back(mark.kind);
    }
    EXPECT_LT(before, native.code.size());
    EXPECT_EQ(kinds, (std::vector{Mark::Kind::entry, Mark::Kind::node, Mark::Kind::budget}));
}

TEST_F(BackendTest, StubsThatDoNotFitAreRefused) {
    const auto size =
        make_backend(abi_, MemoryModel{}).value()->make_stubs(code_.writable(), code_.address(0), 16);
    ASSERT_FALSE(size.has_value());
    EXPECT_NE(size.error().message.find("does not fit"), std::string::npos);
}

}  // namespace
}  // namespace vm::jit::x64
