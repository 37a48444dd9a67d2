#pragma once

// For tests: a guest of two registers, whose code each test makes up.

#include <array>
#include <functional>
#include <sys/mman.h>
#include <vector>

#include "vm/base/check.h"
#include "vm/engine/native_tier.h"
#include "vm/ir/builder.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/memory_model.h"
#include "vm/jit/x64/backend.h"

namespace vm::jit {

inline constexpr std::uint64_t kPc = 0x1000;
inline constexpr std::uint64_t kNext = 0x2000;
inline constexpr ir::Slot kX = ir::make_slot("x", 0, ir::Type::i64);  // has a home
inline constexpr ir::Slot kY = ir::make_slot("y", 8, ir::Type::i64);  // has none

inline const EdgeAbi kAbi{0, std::array<std::uint32_t, 1>{kX.offset}, std::array<std::uint32_t, 0>{}};

class Guest final : public engine::Frontend {
  public:
    ~Guest() override { ::munmap(reserved_, kReserved); }

    std::uint32_t lift(ir::Block& block, const engine::NativeRequest&) override {
        block.clear();
        ir::Builder builder(block);
        return code(builder);
    }
    std::byte* state() override { return reinterpret_cast<std::byte*>(registers.data()); }
    void* memory() override { return reserved_ + kGuardBytes; }

    Outcome load(std::uint64_t address, unsigned size) override {
        asked = {address, size};
        return answer;
    }
    Outcome store(std::uint64_t address, unsigned size, std::uint64_t value) override {
        asked = {address, size, value};
        return answer;
    }
    Outcome call(std::uint32_t helper, const std::array<std::uint64_t, 4>& arguments) override {
        asked = {helper, arguments[0], arguments[1]};
        return answer;
    }

    std::function<std::uint32_t(ir::Builder&)> code;
    std::array<std::uint64_t, 2> registers{10, 20};
    Outcome answer{};
    std::vector<std::uint64_t> asked;

  private:
    static constexpr std::size_t kReserved = (std::size_t{1} << kAddressBits) + 2 * kGuardBytes;

    // Of which nothing is there.
    static std::byte* reserve() {
        void* const all =
            ::mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        VM_CHECK(all != MAP_FAILED);
        return static_cast<std::byte*>(all);
    }
    std::byte* reserved_ = reserve();
};

inline ir::Value x_of(ir::Builder& builder) { return builder.get(builder.slot(kX)); }

// One instruction that adds to both registers, and a jump from there.
inline std::uint32_t count_up(ir::Builder& builder, std::uint64_t pc, std::uint64_t next) {
    builder.instruction({pc, 0});
    for (const ir::Slot& each : {kX, kY}) {
        const ir::SlotIndex slot = builder.slot(each);
        builder.set(slot, builder.add(builder.get(slot), builder.i64(1)));
    }
    builder.goto_({next, 1});
    return 1;
}

}  // namespace vm::jit
