#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "vm/engine/native_tier.h"
#include "vm/ir/block.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/backend.h"
#include "vm/jit/code_memory.h"
#include "vm/jit/code_observer.h"
#include "vm/jit/counts.h"
#include "vm/jit/edge_abi.h"

namespace vm::jit {

struct CodeCacheOptions {
    std::size_t code_bytes = std::size_t{64} << 20;
    unsigned level = 1;                // of optimisation, see ir::passes
    ir::passes::PassSet passes_off{};  // of those that the level has
    CodeObserver* observer = nullptr;  // outlives the cache
    // Nothing is compiled before a hart has run so many instructions, unless somebody observes it.
    std::uint64_t begin_after = 0;
};

// The compiled code of a program or machine, which all its threads or harts compile into and run.
//
// Its memory is a ring of regions. Code goes into the open one; when that is full, into the next, and what
// lies behind that is evicted: found and linked to no more. Harts may still be in there, so an eviction
// begins a new *epoch*: a hart says by which epoch it entered compiled code, and a region is written again
// once all that are in there entered after its eviction. Nobody waits for that; what finds no room is
// compiled later.
class CodeCache {
  public:
    static constexpr std::size_t kRegions = 8;
    static constexpr std::size_t kLeastBytes = std::size_t{256} << 10;

    // One hart's part: whether it is in compiled code. The cache outlives it.
    class Visitor {
      public:
        explicit Visitor(CodeCache& cache);
        ~Visitor();
        Visitor(const Visitor&) = delete;
        Visitor& operator=(const Visitor&) = delete;

        // False where code was evicted since catch_up(): the hart may know entries that are gone, and is not
        // in there.
        bool enter() {
            entered_.store(seen_, std::memory_order_seq_cst);
            if (cache_.epoch_.load(std::memory_order_seq_cst) == seen_) return true;
            leave();
            return false;
        }
        void leave() { entered_.store(kOutside, std::memory_order_release); }
        // The hart knows no entries any more.
        void catch_up() { seen_ = cache_.epoch_.load(std::memory_order_acquire); }
        bool is_caught_up() const { return seen_ == cache_.epoch_.load(std::memory_order_acquire); }

      private:
        friend class CodeCache;
        static constexpr std::uint64_t kOutside = ~std::uint64_t{0};

        CodeCache& cache_;
        std::uint64_t seen_ = 0;
        std::atomic<std::uint64_t> entered_ = kOutside;
    };

    // The ABI outlives it. Memory for code is had when there is something to compile: most programs are over
    // before that. Where the host has none, nothing is compiled.
    CodeCache(const EdgeAbi& abi, std::unique_ptr<Backend> backend, const CodeCacheOptions& options);
    ~CodeCache();
    CodeCache(const CodeCache&) = delete;
    CodeCache& operator=(const CodeCache&) = delete;

    const EdgeAbi& abi() const { return abi_; }
    // Of code that there is.
    const Stubs& stubs() const { return backend_->stubs(); }
    const CodeMemory& memory() const { return *memory_; }

    // As engine::NativeTier says, by any hart.
    const void* find(const engine::NativeRequest& request);
    engine::NativeCode compile(engine::Frontend& frontend, engine::NativeRequest request);
    void link(const Visitor& visitor, const Site& exit, const void* entry);
    void forget_code(const std::byte* code, std::uint64_t generation);
    std::uint64_t forgotten() const;
    // The site whose access failed at this address of the host's; nullptr where there is none. For a hart
    // that is in compiled code.
    const Site* fault_at(std::uint64_t host_pc);

    Counts counts() const;

    // Around a fork of the process: as long as this is held, nobody changes the cache. The child's memory for
    // code is the parent's: it goes on with a cache of its own.
    std::unique_lock<std::mutex> hold() const { return std::unique_lock(mutex_); }

  private:
    // What code is found by: where the guest sees it, where its bytes lie, and what else it depends on.
    struct Key {
        std::uint64_t pc;
        const std::byte* bytes;
        std::uint32_t context;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    // An exit that leads to a block, as long as its region is in the same life.
    struct Incoming {
        const Site* exit;
        std::size_t region;
        std::uint64_t life;
    };
    struct Placed {
        NativeBlock native;
        std::size_t offset = 0;  // of its code, in the memory
        Key key{};
        engine::NativeRequest::Scope scope{};
        std::uint64_t generation = 0;
        bool stale = false;
        std::vector<Incoming> incoming{};
    };
    // Pages of the host that may hold bytes that were compiled; others certainly do not. Whoever decodes asks
    // for each block, and most pages hold nothing that is hot.
    class Pages {
      public:
        void add(const std::byte* code) { at(code).store(true, std::memory_order_relaxed); }
        bool may_hold(const std::byte* code) const { return at(code).load(std::memory_order_relaxed); }

      private:
        static constexpr std::size_t kCount = 4096;
        static std::size_t index(const std::byte* code);
        std::atomic<bool>& at(const std::byte* code) { return pages_[index(code)]; }
        const std::atomic<bool>& at(const std::byte* code) const { return pages_[index(code)]; }

        std::array<std::atomic<bool>, kCount> pages_{};
    };
    struct Region {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t used = 0;          // up to there
        std::uint64_t life = 0;        // how often it was written anew
        std::uint64_t evicted_at = 0;  // the epoch, while its code is
        std::deque<Placed> blocks{};   // by offset
    };

    const void* look_up(const engine::NativeRequest& request);
    bool have_memory();
    std::uint32_t make_block(engine::Frontend& frontend, engine::NativeRequest request, std::uint64_t address,
                             NativeBlock& block);
    engine::NativeCode make(engine::Frontend& frontend, const engine::NativeRequest& request);
    const void* place(Placed& block, Region& region, const engine::NativeRequest& request);
    bool open_next_region();
    void evict(Region& region);
    void tell_dropped(const Region& region);
    bool everybody_left(const Region& region) const;
    void drop(Placed& block);
    std::size_t region_at(std::size_t offset) const;
    Placed* placed_at(std::uint64_t address);
    std::byte* writable(const NativeBlock& block);
    static bool may_lead_to(const Placed& from, const Placed& to);

    const EdgeAbi& abi_;
    std::unique_ptr<Backend> backend_;
    CodeCacheOptions options_;

    mutable std::mutex mutex_;
    std::optional<CodeMemory> memory_;
    bool no_memory_ = false;  // to be had
    std::array<Region, kRegions> regions_;
    std::size_t open_ = 0;
    std::unordered_map<Key, Placed*, Hash> table_;
    std::unordered_map<std::uintptr_t, std::vector<Placed*>> by_page_;  // of the host; what table_ holds
    Pages pages_;
    std::uint64_t forgotten_ = 0;  // the newest generation of forget_code
    std::vector<Visitor*> visitors_;
    std::atomic<std::uint64_t> epoch_ = 0;
    ir::Block scratch_;
    ir::Block lifted_;  // for an observer
    Counts counts_;
};

}  // namespace vm::jit
