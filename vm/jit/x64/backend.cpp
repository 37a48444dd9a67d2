#include "vm/jit/x64/backend.h"

#include <cstring>

#include "vm/jit/x64/lowering.h"
#include "vm/jit/x64/runtime.h"

namespace vm::jit::x64 {
namespace {

class X64Backend : public Backend {
  public:
    X64Backend(const EdgeAbi& abi, const MemoryModel& memory, CodeObserver* observer)
        : abi_(abi), memory_(memory), lowering_(abi_, memory_, stubs_, observer) {}

    Result<std::size_t> make_stubs(std::byte* writable, std::uint64_t address, std::size_t room) override {
        const auto made = x64::make_stubs(abi_, memory_, writable, address, room);
        if (not made) return tl::unexpected(made.error());
        stubs_ = made->stubs;
        return made->size;
    }
    const Stubs& stubs() const override { return stubs_; }
    Result<void> compile(const ir::Block& block, std::uint64_t pc, std::uint64_t address,
                         NativeBlock& out) override {
        return lowering_.lower(block, pc, address, out);
    }

    void link(const Site& site, std::byte* writable, std::uint64_t target) override {
        lead(site, writable, target - behind_jump(site));
    }
    void unlink(const Site& site, std::byte* writable) override { lead(site, writable, 0); }

  private:
    static constexpr std::uint64_t kJump = 5;

    static std::uint64_t behind_jump(const Site& site) {
        return site.block->address + site.host_offset + kJump;
    }
    // One aligned store that holds the whole displacement: whoever runs the jump finds the old or the new
    // one.
    static void lead(const Site& site, std::byte* writable, std::uint64_t distance) {
        auto* const displacement = reinterpret_cast<std::uint32_t*>(writable + site.host_offset + 1);
        __atomic_store_n(displacement, static_cast<std::uint32_t>(distance), __ATOMIC_RELEASE);
    }

    const EdgeAbi& abi_;
    MemoryModel memory_;
    Stubs stubs_;
    Lowering lowering_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_backend(const EdgeAbi& abi, const MemoryModel& memory,
                                              CodeObserver* observer) {
    if (const auto supported = host_supported(); not supported) return tl::unexpected(supported.error());
    return std::make_unique<X64Backend>(abi, memory, observer);
}

}  // namespace vm::jit::x64
