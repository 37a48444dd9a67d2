#include "suites/jit/programs.h"

#include <gtest/gtest.h>

#include "suites/jit/test_folder.h"
#include "vm/mem/guest_ram.h"

namespace suites::jit {
namespace {

constexpr std::uint64_t kRoom = 64 * vm::mem::kPageSize;

// Counts how often compiled code is entered from C++.
class CountedRuns final : public vm::engine::NativeTier {
  public:
    explicit CountedRuns(vm::engine::NativeTier& tier) : tier_(tier) {}

    const void* find(const vm::engine::NativeRequest& request) override { return tier_.find(request); }
    vm::engine::NativeCode compile(const vm::engine::NativeRequest& request) override {
        return tier_.compile(request);
    }
    vm::engine::NativeOutcome run(const void* entry, std::int64_t countdown) override {
        ++runs;
        return tier_.run(entry, countdown);
    }
    void link(const void* exit, const void* entry) override { tier_.link(exit, entry); }
    void remember(std::uint64_t pc, const void* entry) override { tier_.remember(pc, entry); }
    void select_space(std::uint64_t number) override { tier_.select_space(number); }
    void forget_code(const std::byte* code, std::uint64_t generation) override {
        tier_.forget_code(code, generation);
    }
    std::uint64_t forgotten() const override { return tier_.forgotten(); }
    void forget() override { tier_.forget(); }

    std::uint64_t runs = 0;

  private:
    vm::engine::NativeTier& tier_;
};

class ProgramsTest : public testing::Test {
  protected:
    void SetUp() override {
        if (not vm::native::supported()) GTEST_SKIP() << "nothing is compiled on this host";
    }

    // How often C++ enters compiled code during that many jumps once they are hot.
    static std::uint64_t runs_of(JumpRing::Jump jump, std::uint64_t distance) {
        constexpr std::uint64_t kRounds = 1000;
        UserGuest guest(test_folder(), vm::native::Options{.threshold = 0});
        CountedRuns counted(*guest.tier());
        guest.interpreter().set_native(&counted, 0);
        const JumpRing ring(guest, jump, distance);
        ring.call(10);
        counted.runs = 0;
        EXPECT_EQ(ring.call(kRounds), kRounds * JumpRing::kBlocks);
        guest.interpreter().set_native(nullptr, 0);
        return counted.runs;
    }
};

TEST_F(ProgramsTest, JumpsStayInCompiledCodeUnlessTheyShareAnEntry) {
    EXPECT_LT(runs_of(JumpRing::Jump::direct, JumpRing::kNear), 100u);
    EXPECT_LT(runs_of(JumpRing::Jump::computed, JumpRing::kNear), 100u);
    EXPECT_GT(runs_of(JumpRing::Jump::computed, JumpRing::kFar), 15'900u);
}

TEST_F(ProgramsTest, PatchedCodeAddsUpWhatItStored) {
    for (const Engine& engine : {Engine{}, Engine{vm::native::Options{.threshold = 0}}}) {
        UserGuest user(test_folder(), engine);
        SystemGuest system(test_folder(), engine, kRoom);
        for (Guest* guest : {static_cast<Guest*>(&user), static_cast<Guest*>(&system)}) {
            const PatchedCode code(*guest);
            EXPECT_EQ(code.call(4), 10u);
            EXPECT_EQ(code.call(PatchedCode::kMostRounds), 500'500u);
            if (engine) {
                EXPECT_GE(guest->tier()->cache().counts().compiled, PatchedCode::kMostRounds);
            }
        }
    }
}

}  // namespace
}  // namespace suites::jit
