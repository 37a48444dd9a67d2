#include "vm/jit/code_cache.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/jit/guest_fixture.h"
#include "vm/jit/tier.h"
#include "vm/mem/address.h"

namespace vm::jit {
namespace {

using Kind = engine::NativeOutcome::Kind;
using Scope = engine::NativeRequest::Scope;

constexpr std::uint64_t kBesidePc = kPc + 8;  // in the same page
constexpr std::size_t kPages = 4;

// Whose bytes nobody reads: that they lie where they do is what counts.
class Bytes {
  public:
    const std::byte* of(std::uint64_t pc, std::size_t page = 0) const {
        return pages_->data() + (page * mem::kPageSize + pc % mem::kPageSize);
    }

  private:
    struct alignas(mem::kPageSize) Pages : std::array<std::byte, kPages * mem::kPageSize> {};
    std::unique_ptr<Pages> pages_ = std::make_unique<Pages>();
};

std::shared_ptr<CodeCache> make_cache(std::size_t bytes) {
    return std::make_shared<CodeCache>(kAbi, x64::make_backend(kAbi, MemoryModel{}).value(),
                                       CodeCacheOptions{.code_bytes = bytes});
}

// A hart whose blocks count up and jump to kNext.
struct Hart {
    explicit Hart(const std::shared_ptr<CodeCache>& cache) : tier(guest, cache) {}

    engine::NativeCode compile(const engine::NativeRequest& request, std::uint64_t next = kNext) {
        guest.code = [&](ir::Builder& builder) { return count_up(builder, request.pc, next); };
        return tier.compile(request);
    }
    engine::NativeOutcome run(const void* entry) { return tier.run(entry, 100); }

    Guest guest;
    Tier tier;
};

class CodeCacheTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (const auto able = x64::make_backend(kAbi, MemoryModel{}); not able) {
            GTEST_SKIP() << able.error().message;
        }
        cache_ = make_cache(kSmall);
        hart_ = std::make_unique<Hart>(cache_);
        other_ = std::make_unique<Hart>(cache_);
    }

    engine::NativeRequest at(std::uint64_t pc, Scope scope = Scope::all) const {
        return {.pc = pc, .bytes = {bytes_.of(pc), 8}, .instructions = 64, .scope = scope};
    }
    // Has so many further blocks compiled; says whether there was always room.
    bool compile_more(Hart& hart, std::size_t blocks) {
        bool room = true;
        for (; blocks != 0; --blocks) {
            room = hart.compile(at(next_pc_ += 2)).entry != nullptr and room;
        }
        return room;
    }
    // More than the memory holds.
    static constexpr std::size_t kSmall = 1 << 15;
    static constexpr std::size_t kTooMany = kSmall / 32;

    Bytes bytes_;
    std::shared_ptr<CodeCache> cache_;
    std::unique_ptr<Hart> hart_;
    std::unique_ptr<Hart> other_;
    std::uint64_t next_pc_ = 1 << 20;
};

TEST_F(CodeCacheTest, WhatTheGuestDoesNotLiftIsRefusedForGood) {
    hart_->guest.code = [](ir::Builder& builder) {
        builder.leave(ir::Leave::interpret, {kPc, 0});
        return 0;
    };
    const auto code = hart_->tier.compile(at(kPc));
    EXPECT_EQ(code.entry, nullptr);
    EXPECT_FALSE(code.later);
    EXPECT_EQ(cache_->counts().refused, 1u);
}

TEST_F(CodeCacheTest, NothingIsCompiledBeforeAHartHasRunLongEnough) {
    cache_ = std::make_shared<CodeCache>(kAbi, x64::make_backend(kAbi, MemoryModel{}).value(),
                                         CodeCacheOptions{.code_bytes = kSmall, .begin_after = 1000});
    Hart hart(cache_);
    engine::NativeRequest request = at(kPc);
    request.ran = 999;
    const auto early = hart.compile(request);
    EXPECT_EQ(early.entry, nullptr);
    EXPECT_TRUE(early.later);
    request.ran = 1000;
    EXPECT_NE(hart.compile(request).entry, nullptr);
    // From then on harts that have run less are served as well.
    EXPECT_NE(Hart(cache_).compile(at(kBesidePc)).entry, nullptr);
    EXPECT_EQ(cache_->counts().compiled, 2u);
}

TEST_F(CodeCacheTest, APassThatIsOffDoesNotRun) {
    // What is computed twice, which `common` finds.
    const auto twice = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        const ir::Value x = x_of(builder);
        const ir::Value y = builder.get(builder.slot(kY));
        for (const ir::Slot& each : {kX, kY}) builder.set(builder.slot(each), builder.mul(x, y));
        builder.goto_({kNext, 1});
        return 1;
    };
    const auto host_bytes = [&](const CodeCacheOptions& options) {
        Hart hart(std::make_shared<CodeCache>(kAbi, x64::make_backend(kAbi, MemoryModel{}).value(), options));
        hart.guest.code = twice;
        EXPECT_NE(hart.tier.compile(at(kPc)).entry, nullptr);
        return hart.tier.cache().counts().host_bytes;
    };
    const auto off = ir::passes::PassSet::parse("common").value();
    EXPECT_GT(host_bytes({.level = 2, .passes_off = off}), host_bytes({.level = 2}));
}

TEST_F(CodeCacheTest, WhatOneHartCompiledAnotherFindsAndRuns) {
    const auto code = hart_->compile(at(kPc));
    EXPECT_EQ(other_->tier.find(at(kPc)), code.entry);
    EXPECT_EQ(other_->compile(at(kPc)).entry, code.entry);
    EXPECT_EQ(cache_->counts().compiled, 1u);
    EXPECT_EQ(other_->run(code.entry).pc, kNext);
    EXPECT_EQ(other_->guest.registers[0], 11u);
    EXPECT_EQ(hart_->guest.registers[0], 10u);
}

TEST_F(CodeCacheTest, CodeIsKnownByItsAddressItsBytesAndItsContext) {
    ASSERT_NE(hart_->compile(at(kPc)).entry, nullptr);
    EXPECT_EQ(hart_->tier.find(at(kBesidePc)), nullptr);
    auto elsewhere = at(kPc);
    elsewhere.bytes = {bytes_.of(kPc, 1), 8};
    EXPECT_EQ(hart_->tier.find(elsewhere), nullptr);
    auto in_other_context = at(kPc);
    in_other_context.context = 1;
    EXPECT_EQ(hart_->tier.find(in_other_context), nullptr);
}

TEST_F(CodeCacheTest, WhatIsForNobodyElseIsNotFound) {
    ASSERT_NE(hart_->compile(at(kPc, Scope::none)).entry, nullptr);
    EXPECT_EQ(hart_->tier.find(at(kPc, Scope::none)), nullptr);
    EXPECT_EQ(hart_->tier.find(at(kPc)), nullptr);
}

TEST_F(CodeCacheTest, ALinkedExitDoesNotComeBack) {
    const void* const first = hart_->compile(at(kPc)).entry;
    const void* const second = hart_->compile(at(kNext), kPc).entry;
    hart_->tier.link(hart_->run(first).exit, second);
    const auto outcome = hart_->run(first);
    EXPECT_EQ(outcome.pc, kPc);
    EXPECT_EQ(outcome.countdown, 98);
    EXPECT_EQ(cache_->counts().links, 1u);
}

TEST_F(CodeCacheTest, AnExitIsLinkedOnlyToWhereItLeads) {
    const void* const first = hart_->compile(at(kPc)).entry;
    hart_->tier.link(hart_->run(first).exit, first);
    EXPECT_EQ(hart_->run(first).countdown, 99);
    EXPECT_EQ(cache_->counts().links, 0u);
}

TEST_F(CodeCacheTest, ExitsOfAPageAreLinkedWithinIt) {
    const auto links = [&](const engine::NativeRequest& from, const engine::NativeRequest& to) {
        const std::uint64_t before = cache_->counts().links;
        const void* const first = hart_->compile(from, to.pc).entry;
        const void* const second = hart_->compile(to).entry;
        hart_->tier.link(hart_->run(first).exit, second);
        return cache_->counts().links != before;
    };
    EXPECT_TRUE(links(at(kPc, Scope::page), at(kBesidePc, Scope::page)));
    EXPECT_FALSE(links(at(kPc + 16, Scope::page), at(kNext, Scope::page)));
    EXPECT_FALSE(links(at(kPc + 24, Scope::none), at(kPc + 32, Scope::none)));
    auto other_bytes = at(kPc + 48, Scope::page);
    other_bytes.bytes = {bytes_.of(kPc + 48, 1), 8};
    EXPECT_FALSE(links(at(kPc + 40, Scope::page), other_bytes));
    auto other_context = at(kPc + 64, Scope::page);
    other_context.context = 1;
    EXPECT_FALSE(links(at(kPc + 56, Scope::page), other_context));
}

TEST_F(CodeCacheTest, WhatWasOverwrittenIsNeitherFoundNorLedTo) {
    const void* const first = hart_->compile(at(kPc)).entry;
    auto behind = at(kNext);
    behind.bytes = {bytes_.of(kNext, 1), 8};
    behind.generation = 6;
    const void* const second = hart_->compile(behind).entry;
    hart_->tier.link(hart_->run(first).exit, second);
    hart_->tier.forget_code(bytes_.of(0, 1), 6);  // older bytes than those
    EXPECT_EQ(hart_->tier.find(behind), second);
    EXPECT_EQ(hart_->run(first).countdown, 98);
    hart_->tier.forget_code(bytes_.of(4, 1), 7);
    EXPECT_EQ(hart_->tier.find(behind), nullptr);
    EXPECT_EQ(hart_->tier.find(at(kPc)), first);
    const auto outcome = hart_->run(first);
    EXPECT_EQ(outcome.countdown, 99);
    hart_->tier.link(outcome.exit, second);
    EXPECT_EQ(hart_->run(first).countdown, 99);
    EXPECT_EQ(cache_->counts().invalidated, 1u);
}

TEST_F(CodeCacheTest, WithoutAPageAnyMayHaveBeenOverwritten) {
    ASSERT_NE(hart_->compile(at(kPc)).entry, nullptr);
    hart_->tier.forget_code(nullptr, 1);
    EXPECT_EQ(hart_->tier.find(at(kPc)), nullptr);
}

// As where a hart waited for another that compiled, and meanwhile its bytes were overwritten and forgotten.
TEST_F(CodeCacheTest, WhatWasForgottenBeforeItIsPlacedIsFoundByNobodyElse) {
    auto late = at(kPc);
    late.generation = 6;
    EXPECT_EQ(cache_->forgotten(), 0u);
    hart_->tier.forget_code(bytes_.of(kPc), 7);
    EXPECT_EQ(cache_->forgotten(), 7u);
    EXPECT_NE(hart_->compile(late).entry, nullptr);
    EXPECT_EQ(other_->tier.find(at(kPc)), nullptr);
    auto newer = at(kBesidePc);
    newer.generation = 7;
    const void* const entry = hart_->compile(newer).entry;
    EXPECT_NE(entry, nullptr);
    EXPECT_EQ(other_->tier.find(newer), entry);
}

// What is remembered of each takes memory, too.
TEST_F(CodeCacheTest, ManySmallBlocksMakeRoomBeforeTheirCodeFillsTheMemory) {
    EXPECT_TRUE(compile_more(*hart_, kSmall / 256));
    EXPECT_LT(cache_->counts().host_bytes, kSmall / 2);
    EXPECT_GT(cache_->counts().evicted, 0u);
}

TEST_F(CodeCacheTest, TheOldestCodeMakesRoomAndIsNoHartsAnyMore) {
    const void* const first = hart_->compile(at(kPc)).entry;
    EXPECT_TRUE(compile_more(*hart_, kTooMany));
    EXPECT_GT(cache_->counts().evicted, 0u);
    EXPECT_EQ(cache_->counts().guest_instructions, cache_->counts().compiled);  // of one each
    EXPECT_EQ(hart_->tier.find(at(kPc)), nullptr);
    for (Hart* const each : {hart_.get(), other_.get()}) {
        EXPECT_EQ(each->run(first).kind, Kind::stale);
        EXPECT_EQ(each->run(first).countdown, 100);
        EXPECT_EQ(each->guest.registers[0], 10u);
        each->tier.forget();
        EXPECT_EQ(each->run(hart_->compile(at(next_pc_)).entry).pc, kNext);
    }
}

TEST_F(CodeCacheTest, WhatIsEvictedIsLedToNoMore) {
    const void* const target = hart_->compile(at(kNext), kPc).entry;
    // Young enough to outlive it.
    while (cache_->counts().evicted == 0 and hart_->tier.find(at(kPc)) == nullptr) {
        ASSERT_TRUE(compile_more(*hart_, 1));
        if (next_pc_ == (1 << 20) + 2 * kTooMany / 32) {
            const void* const exit = hart_->compile(at(kPc)).entry;
            hart_->tier.link(hart_->run(exit).exit, target);
            EXPECT_EQ(hart_->run(exit).countdown, 98);
        }
    }
    while (hart_->tier.find(at(kNext)) != nullptr) {
        ASSERT_TRUE(compile_more(*hart_, 1));
    }
    hart_->tier.forget();
    const void* const exit = hart_->tier.find(at(kPc));
    ASSERT_NE(exit, nullptr);
    EXPECT_EQ(hart_->run(exit).countdown, 99);
}

TEST_F(CodeCacheTest, CodeIsNotOverwrittenWhileAHartMayBeInThere) {
    CodeCache::Visitor visitor(*cache_);
    const auto* const code = static_cast<const std::byte*>(hart_->compile(at(kPc)).entry);
    const std::vector<std::byte> before(code, code + 16);
    ASSERT_TRUE(visitor.enter());
    EXPECT_FALSE(compile_more(*hart_, 2 * kTooMany));
    EXPECT_TRUE(hart_->compile(at(kPc + 2)).later);
    EXPECT_EQ(std::vector<std::byte>(code, code + 16), before);
    visitor.leave();
    EXPECT_FALSE(visitor.enter());
    EXPECT_TRUE(compile_more(*hart_, 2 * kTooMany));
    visitor.catch_up();
    EXPECT_TRUE(visitor.enter());
}

TEST_F(CodeCacheTest, AnExitIsNotLinkedAcrossAnEviction) {
    const void* const first = hart_->compile(at(kPc)).entry;
    const auto outcome = hart_->run(first);
    EXPECT_TRUE(compile_more(*other_, kTooMany));
    hart_->tier.link(outcome.exit, first);
    EXPECT_EQ(cache_->counts().links, 0u);
}

TEST_F(CodeCacheTest, WhatIsLargerThanARegionIsRefusedForGood) {
    const auto cache = make_cache(4096);
    Hart hart(cache);
    hart.guest.code = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        ir::Value product = x_of(builder);
        for (std::uint64_t k = 0; k < 64; ++k) {
            product = builder.add(builder.mul(product, product), builder.i64(0x12345 + k));
        }
        builder.set(builder.slot(kY), product);
        builder.goto_({kNext, 1});
        return 1;
    };
    const auto code = hart.tier.compile(at(kPc));
    EXPECT_EQ(code.entry, nullptr);
    EXPECT_FALSE(code.later);
}

TEST_F(CodeCacheTest, NothingIsCompiledWhereCodeHasNoRoom) {
    Hart hart(make_cache(0));
    for (std::uint64_t k = 1; k <= 2; ++k) {
        const auto code = hart.compile(at(kPc));
        EXPECT_EQ(code.entry, nullptr);
        EXPECT_FALSE(code.later);
        EXPECT_EQ(hart.tier.cache().counts().refused, k);
        hart.tier.select_space(3);
        hart.tier.forget();
    }
}

// Notes what it is told.
class Notes final : public CodeObserver {
  public:
    void stubs_made(const Stubs& stubs, std::uint64_t end) override {
        EXPECT_LT(stubs.leave, end);
        texts.emplace_back("stubs made");
    }
    void stubs_dropped(const Stubs&) override { texts.emplace_back("stubs dropped"); }
    BlockCounter* counter(std::uint64_t) override { return &counted; }
    void compiled(const Compilation& from, const NativeBlock& block, const Stubs&) override {
        texts.push_back("compiled " + std::to_string(from.request.pc) + " of " +
                        std::to_string(from.lifted.nodes().size()) + " nodes");
        EXPECT_FALSE(block.code.empty());
        EXPECT_FALSE(block.marks.empty());
        code = block.address;
    }
    void failed(const Compilation&, std::string_view why) override { texts.emplace_back(why); }
    void dropped(const NativeBlock&) override { texts.emplace_back("dropped"); }

    std::vector<std::string> texts;
    BlockCounter counted;
    std::uint64_t code = 0;
};

std::shared_ptr<CodeCache> observed(CodeObserver& observer, std::size_t bytes,
                                    std::uint64_t begin_after = 0) {
    return std::make_shared<CodeCache>(
        kAbi, x64::make_backend(kAbi, MemoryModel{}, &observer).value(),
        CodeCacheOptions{.code_bytes = bytes, .observer = &observer, .begin_after = begin_after});
}

TEST_F(CodeCacheTest, WhatIsObservedIsCompiledFromTheBeginning) {
    Notes notes;
    Hart hart(observed(notes, kSmall, 1000));
    EXPECT_NE(hart.compile(at(kPc)).entry, nullptr);
}

TEST_F(CodeCacheTest, AnObserverSeesWhatIsCompiledAndWhatGoesWithTheCache) {
    Notes notes;
    {
        Hart hart(observed(notes, kSmall));
        const void* const entry = hart.compile(at(kPc)).entry;
        EXPECT_EQ(reinterpret_cast<std::uint64_t>(entry), notes.code);
        hart.run(entry);
        hart.run(entry);
        EXPECT_EQ(notes.counted.entries, 2u);
        EXPECT_EQ(notes.counted.unretired, 0u);
    }
    EXPECT_THAT(notes.texts,
                ::testing::ElementsAre("stubs made", "compiled 4096 of 5 nodes", "dropped", "stubs dropped"));
}

TEST_F(CodeCacheTest, AnObserverSeesWhatMadeRoomOnceItsMemoryIsFree) {
    Notes notes;
    const auto cache = observed(notes, kSmall);
    Hart hart(cache);
    EXPECT_TRUE(compile_more(hart, kTooMany));
    const auto dropped =
        static_cast<std::uint64_t>(std::count(notes.texts.begin(), notes.texts.end(), "dropped"));
    EXPECT_GT(dropped, 0u);
    EXPECT_LE(dropped, cache->counts().evicted);
}

TEST_F(CodeCacheTest, InstructionsBehindASideExitAreCountedAsNotRun) {
    Notes notes;
    Hart hart(observed(notes, kSmall));
    hart.guest.code = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        builder.branch(ir::Condition::eq, x_of(builder), builder.i64(10), {kNext, 1});
        builder.goto_({kPc + 12, 3});
        return 3;
    };
    const void* const entry = hart.tier.compile(at(kPc)).entry;
    EXPECT_EQ(hart.run(entry).pc, kNext);
    EXPECT_EQ(notes.counted.unretired, 2u);
    hart.guest.registers[0] = 11;
    EXPECT_EQ(hart.run(entry).pc, kPc + 12);
    EXPECT_EQ(notes.counted.unretired, 2u);
    EXPECT_EQ(notes.counted.entries, 2u);
    EXPECT_EQ(notes.counted.look_ups, 0u);
    EXPECT_EQ(hart.tier.counts().runs, 2u);
    EXPECT_EQ(hart.tier.counts().unlinked, 2u);
    EXPECT_EQ(hart.tier.run(entry, 2).kind, Kind::spent);
    EXPECT_EQ(hart.tier.counts().runs, 2u);  // nothing ran
}

TEST_F(CodeCacheTest, ACounterKnowsWhatWasLookedUp) {
    Notes notes;
    Hart hart(observed(notes, kSmall));
    hart.guest.code = [](ir::Builder& builder) {
        builder.instruction({kPc, 0});
        builder.goto_value(x_of(builder), {kPc, 1});
        return 1;
    };
    const void* const jump = hart.tier.compile(at(kPc)).entry;
    EXPECT_EQ(hart.run(jump).pc, 10u);
    EXPECT_EQ(notes.counted.look_ups, 1u);
    hart.tier.remember(10, hart.compile(at(kBesidePc)).entry);
    EXPECT_EQ(hart.run(jump).pc, kNext);
    EXPECT_EQ(notes.counted.look_ups, 2u);
    EXPECT_EQ(hart.tier.counts().jump_misses, 1u);
}

// Each does what an interpreter does, over more blocks than there is room for, some of which are overwritten.
TEST_F(CodeCacheTest, ManyHartsCompileRunLinkAndEvictAtTheSameTime) {
    constexpr std::uint64_t kBlocks = 2 * kTooMany;
    constexpr std::uint64_t kSteps = 20'000;
    const auto mixed = [](std::uint64_t number) { return (number + 1) * 0x9e37'79b9'7f4a'7c15 >> 40; };
    const auto behind = [&](std::uint64_t pc) { return mixed(pc) % kBlocks * 2; };
    std::atomic<std::uint64_t> generation = 0;
    const auto live = [&](std::uint64_t seed) {
        Hart hart(cache_);
        hart.guest.registers = {0, 0};
        std::uint64_t ran = 0;
        engine::NativeOutcome last;
        for (std::uint64_t step = 0; step < kSteps; ++step) {
            if (step % 8 == 0) last = {.pc = behind(seed + 4 * step)};
            engine::NativeRequest request = at(last.pc);
            request.generation = generation;
            if (step % 1000 == 999) hart.tier.forget_code(request.bytes.data(), ++generation);
            const void* const entry = hart.compile(request, behind(request.pc)).entry;
            if (entry == nullptr) continue;
            if (last.exit != nullptr) hart.tier.link(last.exit, entry);
            const auto outcome = hart.run(entry);
            ran += static_cast<std::uint64_t>(100 - outcome.countdown);
            if (outcome.kind == Kind::stale) {
                hart.tier.forget();
                last.exit = nullptr;  // it may be gone
            } else {
                last = outcome;
            }
        }
        EXPECT_EQ(hart.guest.registers[0], ran);
        EXPECT_EQ(hart.guest.registers[1], ran);
        EXPECT_EQ(hart.tier.counts().retired, ran);
        EXPECT_GT(ran, kSteps / 2);
    };
    std::vector<std::thread> threads;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) threads.emplace_back(live, seed);
    for (std::thread& each : threads) each.join();
    EXPECT_GT(cache_->counts().evicted, 0u);
    EXPECT_GT(cache_->counts().links, 0u);
    EXPECT_GT(cache_->counts().found, 0u);
}

}  // namespace
}  // namespace vm::jit
